// The argument of older integer keywords: a decimal number, for some with "!" before it, and nothing else.
import { failed, parsed } from './argument-error.ts';
import type { Parsed } from './argument-error.ts';
import type { IntegerMatch } from './integer-argument.ts';

export interface PlainInteger {
  readonly max: number;
  /** `!5` is understood. */
  readonly canNegate?: boolean;
  /** `+5` is understood. */
  readonly canSign?: boolean;
}

/** A value the field must have, or with `!` must not have. */
export function parsePlainInteger(argument: string, { max, canNegate, canSign }: PlainInteger): Parsed<IntegerMatch> {
  const match = /^\s*(?:(!)\s*|(\+))?(\d+)\s*$/.exec(argument);
  const isKnown = match !== null && (match[1] === undefined || canNegate) && (match[2] === undefined || canSign);
  if (!isKnown) {
    const hint = canNegate === true ? 'write 5 or !5' : 'write 5';
    return failed(`${JSON.stringify(argument.trim())} is not a decimal number`, 0, argument.length, hint);
  }
  const a = Number(match[3]);
  if (a > max) return failed(`${match[3]!} does not fit: at most ${String(max)}`, 0, argument.length);
  return parsed({ op: match[1] === undefined ? 'eq' : 'ne', a });
}

/** Leading digits are the number; what follows them means nothing. Undefined without digits or above `max`. */
export function parseLeadingNumber(text: string, max: number): number | undefined {
  const digits = /^\s*\+?(\d+)/.exec(text)?.[1];
  const value = Number(digits);
  return digits === undefined || value > max ? undefined : value;
}
