// The argument of integer keywords: 5 =5 !5 <5 >=5 4-9 4<>9 !4-9 &0xc0=0x80, enum names where there are any.
import { failed, parsed } from './argument-error.ts';
import type { Parsed } from './argument-error.ts';

/** `number` up to 2^53-1, `bigint` beyond (u64 only). */
export type Integer = number | bigint;

/**
 * What a value must fulfil. `range` and `not_range` leave both bounds out: a < value < b, or not so.
 * Masks: (value & mask) compared with a.
 */
export type IntegerMatch =
  | { readonly op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'; readonly a: Integer }
  | { readonly op: 'range' | 'not_range'; readonly a: Integer; readonly b: Integer }
  | { readonly op: 'mask_eq' | 'mask_ne'; readonly a: Integer; readonly mask: Integer };

export type IntegerWidth = 'u8' | 'u16' | 'u32' | 'u64';

export interface IntegerOptions {
  /** value of a name, where the keyword has names; called with the name as written */
  readonly names?: (name: string) => Integer | undefined;
}

const MAX: Readonly<Record<IntegerWidth, bigint>> = {
  u8: 0xffn,
  u16: 0xffffn,
  u32: 0xffffffffn,
  u64: 0xffffffffffffffffn,
};
const UNIT: Readonly<Record<string, bigint>> = {
  kb: 1024n,
  kib: 1024n,
  mb: 1024n ** 2n,
  mib: 1024n ** 2n,
  gb: 1024n ** 3n,
  gib: 1024n ** 3n,
};

const VALUE = String.raw`(0x[0-9a-fA-F]+|\d+(?:[kKmMgG][iI]?[bB])?|[A-Za-z][\w.-]*)`;
const PLAIN = String.raw`(0x[0-9a-fA-F]+|\d+(?:[kKmMgG][iI]?[bB])?)`;
const RANGE = new RegExp(String.raw`^\s*(!?)${PLAIN}\s*(?:-|<>)\s*${PLAIN}\s*$`, 'd');
const MASK = new RegExp(String.raw`^\s*&\s*${PLAIN}\s*(!?=)\s*${PLAIN}\s*$`, 'd');
const COMPARE = new RegExp(String.raw`^\s*(<=|>=|!=|<|>|=|!)?\s*${VALUE}\s*$`, 'd');

const COMPARE_OP = { '<=': 'le', '>=': 'ge', '!=': 'ne', '<': 'lt', '>': 'gt', '=': 'eq', '!': 'ne' } as const;

/** The condition an integer keyword's argument states. Errors: syntax, out of width, never or always true. */
export function parseInteger(
  argument: string,
  width: IntegerWidth,
  options: IntegerOptions = {},
): Parsed<IntegerMatch> {
  const range = RANGE.exec(argument);
  if (range !== null) return parseRange(range, width);
  const mask = MASK.exec(argument);
  if (mask !== null) return parseMask(mask, width);
  const compare = COMPARE.exec(argument);
  if (compare !== null) return parseCompare(compare, width, options);
  return failed(
    `${JSON.stringify(argument.trim())} is not an integer condition`,
    0,
    argument.length,
    'write 5, !5, <5, >=5, 4-9 or &0xc0=0x80',
  );
}

function parseRange(match: RegExpExecArray, width: IntegerWidth): Parsed<IntegerMatch> {
  const a = number(match, 2, width);
  if (!a.ok) return a;
  const b = number(match, 3, width);
  if (!b.ok) return b;
  if (b.value - a.value <= 1n) {
    return failed(
      'no number lies between the bounds',
      0,
      match[0].length,
      'the bounds themselves do not belong to the range',
    );
  }
  return parsed({ op: match[1] === '!' ? 'not_range' : 'range', a: small(a.value), b: small(b.value) });
}

function parseMask(match: RegExpExecArray, width: IntegerWidth): Parsed<IntegerMatch> {
  const mask = number(match, 1, width);
  if (!mask.ok) return mask;
  const a = number(match, 3, width);
  if (!a.ok) return a;
  if ((a.value & mask.value) !== a.value) {
    return failed('the value has bits that are not in the mask', 0, match[0].length);
  }
  return parsed({ op: match[2] === '=' ? 'mask_eq' : 'mask_ne', a: small(a.value), mask: small(mask.value) });
}

function parseCompare(match: RegExpExecArray, width: IntegerWidth, options: IntegerOptions): Parsed<IntegerMatch> {
  const op = COMPARE_OP[(match[1] ?? '=') as keyof typeof COMPARE_OP];
  const value = /^\d/.test(match[2]!) ? number(match, 2, width) : named(match, options);
  if (!value.ok) return value;
  const isMin = value.value === 0n;
  const isMax = value.value === MAX[width];
  if ((op === 'lt' && isMin) || (op === 'gt' && isMax)) return failed('no value can fulfil this', 0, match[0].length);
  if ((op === 'ge' && isMin) || (op === 'le' && isMax)) return failed('every value fulfils this', 0, match[0].length);
  return parsed({ op, a: small(value.value) });
}

function named(match: RegExpExecArray, options: IntegerOptions): Parsed<bigint> {
  const value = options.names?.(match[2]!);
  if (value !== undefined) return parsed(BigInt(value));
  const [start, end] = match.indices![2]!;
  const what = options.names === undefined ? 'a number' : 'a number or a known name';
  return failed(`${JSON.stringify(match[2])} is not ${what}`, start, end - start);
}

function number(match: RegExpExecArray, group: number, width: IntegerWidth): Parsed<bigint> {
  const text = match[group]!;
  const parts = /^(0x[0-9a-fA-F]+|\d+)(.*)$/.exec(text)!;
  const value = BigInt(parts[1]!) * (UNIT[parts[2]!.toLowerCase()] ?? 1n);
  if (value <= MAX[width]) return parsed(value);
  const [start, end] = match.indices![group]!;
  return failed(`${text} does not fit: at most ${String(MAX[width])}`, start, end - start);
}

function small(value: bigint): Integer {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Does a value fulfil the condition? The plain reading, for load time and as a model for faster forms. */
export function matchesInteger(match: IntegerMatch, value: Integer): boolean {
  switch (match.op) {
    case 'eq':
      return BigInt(value) === BigInt(match.a);
    case 'ne':
      return BigInt(value) !== BigInt(match.a);
    case 'lt':
      return value < match.a;
    case 'le':
      return value <= match.a;
    case 'gt':
      return value > match.a;
    case 'ge':
      return value >= match.a;
    case 'range':
      return value > match.a && value < match.b;
    case 'not_range':
      return !(value > match.a && value < match.b);
    case 'mask_eq':
      return (BigInt(value) & BigInt(match.mask)) === BigInt(match.a);
    case 'mask_ne':
      return (BigInt(value) & BigInt(match.mask)) !== BigInt(match.a);
  }
}
