// PCRE2 with JIT over registered buffers.
import { addon, addonReason } from './index.ts';
import { NOT_REGISTERED, stage } from './buffers.ts';
import { regexOffsets } from './regex.ts';
import type { CompiledRegex, RegexFlags, RegexMatcher } from './regex.ts';

// pcre2.h, "The following option bits can be passed to pcre2_compile()": part of the library's stable interface
const OPTION_BITS = {
  caseless: 0x00000008,
  dollarEndOnly: 0x00000010,
  dotAll: 0x00000020,
  extended: 0x00000080,
  multiline: 0x00000400,
  ungreedy: 0x00040000,
  anchored: 0x80000000,
} as const satisfies Record<keyof RegexFlags, number>;

const pcre2 = addon?.pcreMatch === undefined ? undefined : (addon as Required<typeof addon>);
pcre2?.setOffsetBuffer(regexOffsets);

export const pcre2Available: boolean = pcre2 !== undefined;
/** Why PCRE2 is not available; empty when it is. */
export const pcre2Reason: string =
  pcre2 !== undefined ? '' : addonReason !== '' ? addonReason : 'the add-on was built without PCRE2';

/** Bounds the work of one match: backtracking steps (with and without JIT), and depth (without). 3500 and 1500 to begin with. */
export function setPcreLimits(limits: { readonly match: number; readonly depth: number }): void {
  pcre2?.pcreSetLimits(limits.match, limits.depth);
}

const NO_NAMES: ReadonlyMap<string, number> = new Map();

/** Expressions that nothing refers to any more are freed: most rules are compiled to be checked, and dropped. */
const unused =
  pcre2 === undefined
    ? undefined
    : new FinalizationRegistry<number>((handle) => {
        pcre2.pcreFree(handle);
      });

class Pcre2Matcher implements RegexMatcher {
  readonly engine = 'pcre2';
  readonly captureCount: number;
  readonly names: ReadonlyMap<string, number>;
  private readonly handle: number;
  private readonly run: NonNullable<typeof pcre2>['pcreMatch'];

  constructor(native: NonNullable<typeof pcre2>, handle: number) {
    this.handle = handle;
    this.run = native.pcreMatch;
    this.captureCount = native.pcreCaptureCount(handle);
    const names = Object.entries(native.pcreNames(handle));
    this.names = names.length === 0 ? NO_NAMES : new Map(names);
    unused?.register(this, handle, this);
  }

  match(data: Uint8Array, bufferId: number, offset: number, length: number, start: number): number {
    if (bufferId === NOT_REGISTERED) return this.run(this.handle, stage(data, offset, length), 0, length, start, 0);
    return this.run(this.handle, bufferId, offset, length, start, 0);
  }

  free(): void {
    unused?.unregister(this);
    pcre2?.pcreFree(this.handle);
  }
}

/** Compiles the bytes of an expression (without delimiters). Refused with the reason when PCRE2 is not available. */
export function compilePcre2(source: Uint8Array, flags: RegexFlags): CompiledRegex {
  if (pcre2 === undefined) return { ok: false, problem: { message: pcre2Reason, offset: 0 } };
  let options = 0;
  for (const flag of Object.keys(OPTION_BITS) as (keyof RegexFlags)[]) {
    if (flags[flag] === true) options |= OPTION_BITS[flag];
  }
  const result = pcre2.pcreCompile(source, options);
  if (typeof result !== 'number') return { ok: false, problem: result };
  return { ok: true, matcher: new Pcre2Matcher(pcre2, result) };
}
