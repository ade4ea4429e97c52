// Plain numbers in arguments: decimal, hexadecimal, with a unit, with limits.
import { failed, parsed } from './argument-error.ts';
import type { Parsed } from './argument-error.ts';

export interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
  /** accept kb, kib, mb, mib, gb, gib (powers of 1024) */
  readonly units?: boolean;
}

const UNITS: Readonly<Record<string, number>> = {
  kb: 1024,
  kib: 1024,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
};

/** Decimal or `0x` hexadecimal without sign, up to 2^53-1 or `max`. Errors are relative to `text`. */
export function parseUnsigned(text: string, limits: NumberLimits = {}): Parsed<number> {
  const match = /^\s*(?:0x([0-9a-fA-F]+)|(\d+)([a-zA-Z]*))\s*$/.exec(text);
  const unit = match?.[3]?.toLowerCase() ?? '';
  const factor = unit === '' ? 1 : limits.units === true ? UNITS[unit] : undefined;
  if (match === null || factor === undefined) return failed(`${JSON.stringify(text)} is not a number`, 0, text.length);
  const value = (match[1] === undefined ? Number(match[2]) : parseInt(match[1], 16)) * factor;
  return checkLimits(value, text, limits);
}

/** As `parseUnsigned`, with an optional sign. */
export function parseSigned(text: string, limits: NumberLimits = {}): Parsed<number> {
  const match = /^\s*([+-]?)\s*(\S.*)$/.exec(text);
  const magnitude =
    match === null ? undefined : parseUnsigned(match[2]!, { ...(limits.units === true && { units: true }) });
  if (magnitude?.ok !== true) return failed(`${JSON.stringify(text)} is not a number`, 0, text.length);
  return checkLimits(match![1] === '-' ? -magnitude.value : magnitude.value, text, limits);
}

function checkLimits(value: number, text: string, limits: NumberLimits): Parsed<number> {
  const min = limits.min ?? -Number.MAX_SAFE_INTEGER;
  const max = limits.max ?? Number.MAX_SAFE_INTEGER;
  if (value < min) return failed(`${text.trim()} is less than ${String(min)}`, 0, text.length);
  if (value > max) return failed(`${text.trim()} is more than ${String(max)}`, 0, text.length);
  return parsed(value === 0 ? 0 : value);
}
