// threshold.config: suppress, threshold, event_filter and rate_filter lines, for all rules or for one.
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic, Span } from '../base/diagnostic.ts';
import type { AddressSet } from './address-set.ts';
import { errorIn, failed, parseUnsigned, parsed, splitWord } from './argument.ts';
import type { ArgumentError, Parsed, Part } from './argument.ts';
import { configLines } from './config-lines.ts';
import type { SourceLine } from './source.ts';
import type { Variables } from './variables.ts';

interface Entry {
  /** 0 means every generator; then `sid` is 0 as well */
  readonly gid: number;
  /** 0 means every signature of the generator */
  readonly sid: number;
  readonly span: Span;
}

export interface Suppress extends Entry {
  readonly kind: 'suppress';
  /** absent: always */
  readonly track?: 'by_src' | 'by_dst' | 'by_either';
  readonly addresses?: AddressSet;
}

export type Track = 'by_src' | 'by_dst' | 'by_both' | 'by_rule' | 'by_flow';

/** `event_filter` is another name of `threshold`. */
export interface GlobalThreshold extends Entry {
  readonly kind: 'threshold';
  readonly type: 'limit' | 'threshold' | 'both' | 'backoff';
  readonly track: Track;
  readonly count: number;
  /** seconds; 0 with backoff */
  readonly seconds: number;
  /** backoff only */
  readonly multiplier: number;
}

export interface RateFilter extends Entry {
  readonly kind: 'rate_filter';
  readonly track: Track;
  readonly count: number;
  /** seconds */
  readonly seconds: number;
  readonly newAction: 'alert' | 'drop' | 'pass' | 'reject';
  /** seconds the new action lasts */
  readonly timeout: number;
}

export type ThresholdEntry = Suppress | GlobalThreshold | RateFilter;

export interface ThresholdFile {
  readonly entries: readonly ThresholdEntry[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Entries in file order. A bad line is an error of its own and skipped. Addresses may be lists and variables. */
export function parseThresholds(text: string, file: string, variables: Variables): ThresholdFile {
  const entries: ThresholdEntry[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const line of configLines(text)) {
    const result = parseLine(line, variables);
    if (result.ok) entries.push(result.value);
    else diagnostics.push(locate(result.error, line, file));
  }
  return { entries, diagnostics };
}

function locate(error: ArgumentError, line: SourceLine, file: string): Diagnostic {
  const d = errorIn({ ...error, at: 0 }, file, line.span(error.at, error.length), 'threshold/syntax');
  return diagnostic('error', 'threshold/syntax', d.message, d, d.hint);
}

function parseLine(line: SourceLine, variables: Variables): Parsed<ThresholdEntry> {
  const match = /^(\S+)\s*(.*)$/.exec(line.text)!;
  const kind = match[1]!;
  const fields = readFields(match[2]!, line.text.length - match[2]!.length);
  if (!fields.ok) return fields;
  const reader = new Fields(fields.value, line);
  if (kind === 'suppress') return reader.finish(suppress(reader, variables));
  if (kind === 'threshold' || kind === 'event_filter') return reader.finish(threshold(reader));
  if (kind === 'rate_filter') return reader.finish(rateFilter(reader));
  return failed(
    `${JSON.stringify(kind)} starts no entry`,
    0,
    kind.length,
    'an entry starts with suppress, threshold, event_filter or rate_filter',
  );
}

// `gen_id 1, sig_id 2, ip [a,b]`: commas inside brackets belong to the address
function readFields(text: string, base: number): Parsed<Map<string, Part>> {
  const fields = new Map<string, Part>();
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === '[') depth++;
    else if (c === ']') depth--;
    if (i < text.length && (c !== ',' || depth > 0)) continue;
    const raw = text.slice(start, i);
    const lead = raw.length - raw.trimStart().length;
    const [name, value] = splitWord({ text: raw.trim(), at: base + start + lead });
    if (value.text === '')
      return failed(
        name.text === '' ? 'a field is missing' : `field ${name.text} has no value`,
        name.at,
        name.text.length,
      );
    if (fields.has(name.text)) return failed(`field ${name.text} is given twice`, name.at, name.text.length);
    fields.set(name.text, value);
    start = i + 1;
  }
  return parsed(fields);
}

/** Takes fields one by one, keeps the first fault, complains about what nobody took. */
class Fields {
  readonly #fields: Map<string, Part>;
  readonly #line: SourceLine;
  #fault: Parsed<never> | undefined;

  constructor(fields: Map<string, Part>, line: SourceLine) {
    this.#fields = fields;
    this.#line = line;
  }

  entry(): Entry {
    const gid = this.count('gen_id', 0);
    const sid = this.count('sig_id', 0);
    if (gid === 0 && sid !== 0) this.fail('sig_id needs a gen_id other than 0', { text: '', at: 0 });
    return { gid, sid, span: this.#line.span(0, this.#line.text.length) };
  }

  take(name: string): Part | undefined {
    const part = this.#fields.get(name);
    this.#fields.delete(name);
    return part;
  }

  require(name: string): Part {
    const part = this.take(name);
    if (part === undefined) this.fail(`field ${name} is missing`, { text: this.#line.text, at: 0 });
    return part ?? { text: '', at: 0 };
  }

  count(name: string, min: number): number {
    const part = this.require(name);
    const value = parseUnsigned(part.text, { min, max: 0xffffffff });
    if (!value.ok) this.fail(`${name}: ${value.error.message}`, part);
    return value.ok ? value.value : 0;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], part = this.require(name)): T {
    const found = allowed.find((a) => a === part.text.toLowerCase());
    if (found === undefined)
      this.fail(`${name} cannot be ${JSON.stringify(part.text)}`, part, `one of ${allowed.join(', ')}`);
    return found ?? allowed[0]!;
  }

  fail(message: string, part: Part, hint?: string): void {
    this.#fault ??= failed(message, part.at, part.text.length, hint);
  }

  finish(entry: ThresholdEntry): Parsed<ThresholdEntry> {
    const [left] = this.#fields;
    if (left !== undefined) this.fail(`${entry.kind} has no field ${JSON.stringify(left[0])}`, left[1]);
    return this.#fault ?? parsed(entry);
  }
}

const TRACKS = ['by_src', 'by_dst', 'by_both', 'by_rule', 'by_flow'] as const;

function suppress(fields: Fields, variables: Variables): Suppress {
  const entry = { kind: 'suppress' as const, ...fields.entry() };
  const by = fields.take('track');
  if (by === undefined) return entry;
  const track = fields.oneOf('track', ['by_src', 'by_dst', 'by_either'], by);
  const ip = fields.require('ip');
  const addresses = variables.addresses(ip.text);
  if (addresses.ok) return { ...entry, track, addresses: addresses.value };
  const { message, at, length, hint } = addresses.error;
  fields.fail(message, { text: ip.text.slice(at, at + length), at: ip.at + at }, hint);
  return entry;
}

function threshold(fields: Fields): GlobalThreshold {
  const entry = fields.entry();
  const type = fields.oneOf('type', ['limit', 'threshold', 'both', 'backoff']);
  const track = fields.oneOf('track', TRACKS);
  const count = fields.count('count', 1);
  const isBackoff = type === 'backoff';
  if (isBackoff && track !== 'by_flow') fields.fail('backoff works with track by_flow only', { text: '', at: 0 });
  const seconds = isBackoff ? 0 : fields.count('seconds', 1);
  const multiplier = isBackoff ? fields.count('multiplier', 2) : 0;
  return { kind: 'threshold', ...entry, type, track, count, seconds, multiplier };
}

function rateFilter(fields: Fields): RateFilter {
  const entry = fields.entry();
  const track = fields.oneOf('track', TRACKS);
  const count = fields.count('count', 1);
  const seconds = fields.count('seconds', 1);
  const newAction = fields.oneOf('new_action', ['alert', 'drop', 'pass', 'reject']);
  return { kind: 'rate_filter', ...entry, track, count, seconds, newAction, timeout: fields.count('timeout', 0) };
}
