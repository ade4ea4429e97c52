// Regular expressions where PCRE2 is missing: translated to JavaScript's, with a time limit for those that may run away.
import vm from 'node:vm';
import { REGEX_LIMIT, REGEX_NO_MATCH, regexOffsets } from './regex.ts';
import type { CompiledRegex, RegexFlags, RegexMatcher } from './regex.ts';
import { translateRegex, Untranslatable } from './js-regex-translate.ts';
import type { Translation } from './js-regex-translate.ts';

// A match that takes longer is given up; an expression that does so this often is not tried any more.
const TIME_LIMIT_MS = 20;
const STRIKES = 3;

interface Sandbox {
  regex: RegExp | undefined;
  text: string;
  found: RegExpExecArray | null;
}
let sandbox: { readonly state: Sandbox; readonly script: vm.Script } | undefined;

/** Runs in a context of its own because only there Node can interrupt a regular expression. */
function execWithLimit(regex: RegExp, text: string): RegExpExecArray | null | undefined {
  sandbox ??= {
    state: vm.createContext({ regex: undefined, text: '', found: null }) as unknown as Sandbox,
    script: new vm.Script('found = regex.exec(text)'),
  };
  const { state, script } = sandbox;
  state.regex = regex;
  state.text = text;
  try {
    script.runInContext(state, { timeout: TIME_LIMIT_MS });
    return state.found;
  } catch {
    return undefined;
  }
}

class JsMatcher implements RegexMatcher {
  readonly engine = 'js';
  readonly captureCount: number;
  readonly names: ReadonlyMap<string, number>;
  private readonly regex: RegExp;
  private readonly isRisky: boolean;
  private strikes = 0;

  constructor(translation: Translation, regex: RegExp) {
    this.captureCount = translation.captureCount;
    this.names = translation.names;
    this.isRisky = translation.isRisky;
    this.regex = regex;
  }

  match(data: Uint8Array, _bufferId: number, offset: number, length: number, start: number): number {
    const text = Buffer.from(data.buffer, data.byteOffset + offset, length).toString('latin1');
    this.regex.lastIndex = start;
    if (!this.isRisky) return this.report(this.regex.exec(text));
    if (this.strikes >= STRIKES) return REGEX_LIMIT;
    const found = execWithLimit(this.regex, text);
    if (found !== undefined) return this.report(found);
    this.strikes++;
    return REGEX_LIMIT;
  }

  private report(found: RegExpExecArray | null): number {
    if (found === null) return REGEX_NO_MATCH;
    regexOffsets[0] = found.index;
    regexOffsets[1] = found.index + found[0].length;
    let pairs = 1;
    for (let group = 1; group * 2 + 1 < regexOffsets.length && group <= this.captureCount; group++) {
      const place = found.indices?.[group];
      regexOffsets[group * 2] = place?.[0] ?? -1;
      regexOffsets[group * 2 + 1] = place?.[1] ?? -1;
      if (place !== undefined) pairs = group + 1;
    }
    return pairs;
  }

  free(): void {
    // nothing to give back
  }
}

/**
 * Compiles an expression for JavaScript, or says what has no equal there: possessive and atomic parts, recursion,
 * conditions, verbs, \K, \G, and references that JavaScript would read differently.
 * A group inside a repeated alternative may read unset where PCRE keeps an earlier turn's text; whether and where the
 * whole matches is the same.
 */
export function compileJsRegex(source: Uint8Array, flags: RegexFlags): CompiledRegex {
  try {
    const translation = translateRegex(Buffer.from(source).toString('latin1'), flags);
    const kind = (flags.anchored === true ? 'y' : 'g') + (translation.captureCount > 0 ? 'd' : '');
    return { ok: true, matcher: new JsMatcher(translation, new RegExp(translation.source, kind)) };
  } catch (error) {
    const offset = error instanceof Untranslatable ? error.offset : 0;
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: { message: `not possible without PCRE2: ${message}`, offset } };
  }
}
