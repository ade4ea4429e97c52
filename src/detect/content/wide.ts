// Unsigned 64-bit numbers at run time: two 32-bit halves in one reused object, no BigInt, no allocation.

/** The number read or computed last. */
export const wide = { high: 0, low: 0 };
const TWO32 = 4294967296;

/** Binary number of 0 to 8 bytes; the caller has checked the range. */
export function readBinary(data: Uint8Array, at: number, size: number, isLittle: boolean): void {
  let high = 0;
  let low = 0;
  for (let i = 0; i < size; i++) {
    high = ((high << 8) | (low >>> 24)) >>> 0;
    low = ((low << 8) | data[isLittle ? at + size - 1 - i : at + i]!) >>> 0;
  }
  wide.high = high;
  wide.low = low;
}

/** Number as text, like C's strtoull: white space, sign, prefix; base 0 takes it from the prefix. Bytes used, 0 for none. */
export function readText(data: Uint8Array, at: number, size: number, base: number): number {
  const end = at + size;
  let i = at;
  while (i < end && (data[i] === 32 || (data[i]! >= 9 && data[i]! <= 13))) i++;
  const isNegative = i < end && data[i] === 45;
  if (i < end && (data[i] === 45 || data[i] === 43)) i++;
  const hasPrefix = i + 2 < end && data[i] === 48 && (data[i + 1]! | 32) === 120 && digit(data[i + 2]!) < 16;
  const radix = base !== 0 ? base : hasPrefix ? 16 : data[i] === 48 ? 8 : 10;
  if (radix === 16 && hasPrefix) i += 2;
  const first = i;
  let high = 0;
  let low = 0;
  for (; i < end; i++) {
    const value = digit(data[i]!);
    if (value >= radix) break;
    const next = low * radix + value;
    low = next % TWO32;
    high = high * radix + Math.floor(next / TWO32);
    if (high >= TWO32) return 0;
  }
  if (i === first) return 0;
  wide.high = high;
  wide.low = low;
  if (isNegative) fromNumber(-toNumber());
  return i - at;
}

function digit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : 99;
}

/** The number as a double: exact up to 2^53. */
export function toNumber(): number {
  return wide.high * TWO32 + wide.low;
}

/** The same of a number in two's complement: the upper half of all numbers is below zero. */
export function toSigned(): number {
  return (wide.high | 0) * TWO32 + wide.low;
}

/** From a double; negative ones wrap as 64-bit numbers do. */
export function fromNumber(value: number): void {
  wide.high = Math.floor(value / TWO32) >>> 0;
  wide.low = value >>> 0;
}

/** Keeps the bits of a 32-bit mask, moved down by its trailing zeros. */
export function applyMask(mask: number): void {
  if (mask === 0) return;
  wide.high = 0;
  wide.low = (wide.low & mask) >>> (31 - Math.clz32(mask & -mask));
}

/** Below 0, 0 or above as the number is less, equal or greater. */
export function compareTo(high: number, low: number): number {
  return wide.high !== high ? wide.high - high : wide.low - low;
}
