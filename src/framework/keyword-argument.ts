// What keyword files share when they read arguments: parsers' results become values or RuleErrors.

import { matchesInteger, parseInteger, parseUnsigned } from '../rules/index.ts';
import type { IntegerMatch, IntegerOptions, IntegerWidth, NumberLimits, Parsed, RuleOption } from '../rules/index.ts';
import { RuleError } from './keyword.ts';

/** The argument as written, white space dropped; a missing or empty one is refused. */
export function requiredArgument(option: RuleOption): string {
  const text = option.value?.trim() ?? '';
  if (text === '') throw new RuleError(`${option.key} needs an argument`);
  return text;
}

/** The argument without the quotes around it, if there are any. */
export function unquoted(option: RuleOption): string {
  const text = requiredArgument(option);
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
}

/** The value of a parser, or its fault as a RuleError. */
export function accept<T>(option: RuleOption, result: Parsed<T>): T {
  if (result.ok) return result.value;
  const { message, hint, code } = result.error;
  throw new RuleError(`${option.key}: ${message}`, hint, code);
}

export function acceptUnsigned(option: RuleOption, text: string, limits: NumberLimits = {}): number {
  return accept(option, parseUnsigned(text, limits));
}

export type IntegerTest = (value: number) => boolean;

/** Reads an integer condition and makes the closure that checks it. */
export function acceptInteger(
  option: RuleOption,
  text: string,
  width: IntegerWidth,
  options: IntegerOptions = {},
): IntegerTest {
  return integerTest(accept(option, parseInteger(text, width, options)));
}

/** One closure per operator, so that the packet path switches on nothing. Values are unsigned. */
export function integerTest(match: IntegerMatch): IntegerTest {
  if (typeof match.a === 'bigint') return (value) => matchesInteger(match, value);
  const a = match.a;
  switch (match.op) {
    case 'eq':
      return (value) => value === a;
    case 'ne':
      return (value) => value !== a;
    case 'lt':
      return (value) => value < a;
    case 'le':
      return (value) => value <= a;
    case 'gt':
      return (value) => value > a;
    case 'ge':
      return (value) => value >= a;
    case 'range': {
      const b = Number(match.b);
      return (value) => value > a && value < b;
    }
    case 'not_range': {
      const b = Number(match.b);
      return (value) => value <= a || value >= b;
    }
    default:
      return maskTest(match.op === 'mask_eq', Number(match.mask), a);
  }
}

// masks beyond 32 bits cannot meet a header field; the slow reading serves them
function maskTest(isEqual: boolean, mask: number, a: number): IntegerTest {
  if (mask > 0xffffffff) return (value) => matchesInteger({ op: isEqual ? 'mask_eq' : 'mask_ne', a, mask }, value);
  const wanted = a | 0;
  return isEqual ? (value) => (value & mask) === wanted : (value) => (value & mask) !== wanted;
}
