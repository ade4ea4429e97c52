// The number that byte_test, byte_jump, byte_extract and byte_math read: where, how long, how written.

import { RuleError } from '../../framework/keyword.ts';
import type { SignatureBuilder } from '../../framework/keyword.ts';
import type { Inspection, Limit } from '../../framework/chain.ts';
import type { Json } from '../../framework/description.ts';
import { parseUnsigned } from '../../rules/index.ts';
import { limitValue } from './content-element.ts';
import { readBinary, readText } from './wide.ts';

export interface ByteField {
  size: Limit;
  offset: Limit;
  isRelative: boolean;
  isLittle: boolean;
  /** `big` was given; it is the default. */
  isBig: boolean;
  /** `dce`: the order of the PDU that the buffer is from. */
  isDce: boolean;
  /** -1: binary; 0: text, base by its prefix; 8, 10, 16: text. */
  base: number;
  /** 0: none. */
  mask: number;
  /** hex, dec or oct was given, `string` not (yet). */
  isBaseLoose: boolean;
}

export function newField(size: Limit, offset: Limit): ByteField {
  return {
    size,
    offset,
    isRelative: false,
    isLittle: false,
    isBig: false,
    isDce: false,
    base: -1,
    mask: 0,
    isBaseLoose: false,
  };
}

/** For engine analysis; the flags are what the rule says, in a fixed order. */
export function describeField(field: ByteField): { nbytes: Json; offset: Json; base: Json; flags: string[] } {
  const flags: string[] = [];
  if (field.isLittle) flags.push('little_endian');
  if (field.isBig) flags.push('big_endian');
  if (field.isDce) flags.push('dce');
  if (field.base >= 0) flags.push('string');
  if (field.isRelative) flags.push('relative');
  const base = { 8: 'oct', 10: 'dec', 16: 'hex' }[field.base] ?? 'unset';
  return { nbytes: field.size.value, offset: field.offset.value, base, flags };
}

/** Where the field read last began and ended, absolute in the data. */
export const fieldPlace = { start: 0, end: 0 };

/** Reads the field into `wide`; false when it is not wholly in the buffer or is no number. */
export function readField(field: ByteField, inspection: Inspection): boolean {
  const size = limitValue(field.size, inspection);
  const at = (field.isRelative ? inspection.cursor : inspection.start) + limitValue(field.offset, inspection);
  if (at < inspection.start || at >= inspection.end || size < 0 || at + size > inspection.end) return false;
  fieldPlace.start = at;
  fieldPlace.end = at + size;
  if (field.base < 0) {
    if (size > 8) return false;
    readBinary(inspection.data, at, size, field.isLittle || (field.isDce && inspection.isLittleEndian));
    return true;
  }
  // a number in text without a length goes on as long as there are digits
  const used = readText(inspection.data, at, size === 0 ? inspection.end - at : size, field.base);
  fieldPlace.end = at + used;
  return used > 0;
}

const BASES: Readonly<Record<string, number>> = { hex: 16, dec: 10, oct: 8 };

/** One option shared by the keywords; false when it is none of them. */
export function readFieldOption(field: ByteField, keyword: string, name: string, argument: string): boolean {
  if (name === 'relative') field.isRelative = true;
  else if (name === 'little' || (name === 'endian' && argument === 'little')) field.isLittle = true;
  else if (name === 'big' || (name === 'endian' && argument === 'big')) field.isBig = true;
  else if (name === 'string') {
    field.base = argument === '' ? Math.max(field.base, 0) : baseOf(keyword, argument);
    field.isBaseLoose = false;
  } else if (name in BASES && argument === '') {
    field.isBaseLoose = field.base < 0;
    field.base = BASES[name]!;
  } else if (name === 'bitmask') field.mask = parseMask(keyword, argument);
  else if (name === 'dce') {
    if (field.base >= 0 || field.isLittle || field.isBig)
      throw new RuleError(`${keyword}: dce goes with no other word on how the number is written`);
    field.isDce = true;
  } else return false;
  return true;
}

/** So that `dce` is judged by all the others. */
export function dceLast(options: readonly string[]): readonly string[] {
  return options.includes('dce') ? [...options.filter((option) => option !== 'dce'), 'dce'] : options;
}

function baseOf(keyword: string, name: string): number {
  const base = BASES[name];
  if (base === undefined) throw new RuleError(`${keyword}: "${name}" is not hex, dec or oct`);
  return base;
}

function parseMask(keyword: string, text: string): number {
  const digits = /^(?:0x)?([0-9a-fA-F]{1,8})$/.exec(text.trim());
  if (digits === null) throw new RuleError(`${keyword}: the bitmask "${text}" is not a hexadecimal number of 32 bits`);
  return parseInt(digits[1]!, 16);
}

/** Number or variable. A jump takes none from the payload into another buffer, in Suricata neither. */
export function numberOrVariable(
  builder: SignatureBuilder,
  keyword: string,
  text: string,
  range: readonly [min: number, max: number],
): Limit {
  if (/^[A-Za-z_]/.test(text)) {
    const slot = builder.variable(text, keyword === 'byte_jump' ? 'use here' : 'use');
    if (slot !== undefined) return { value: 0, slot };
    throw new RuleError(
      keyword === 'byte_math'
        ? `unknown byte_ keyword var seen in byte_math - ${text}`
        : `Unknown byte_extract var seen in ${keyword} - ${text}`,
    );
  }
  return { value: plainNumber(keyword, text, range), slot: -1 };
}

export function plainNumber(keyword: string, text: string, [min, max]: readonly [number, number]): number {
  const isNegative = text.startsWith('-');
  const digits = text.replace(/^[+-]\s*/, '');
  const number = parseUnsigned(/^\d*$/.test(digits) ? digits : '');
  const value = number.ok ? (isNegative ? -number.value : number.value) : Number.NaN;
  if (value >= min && value <= max) return value === 0 ? 0 : value;
  throw new RuleError(`${keyword}: "${text}" is not a number from ${String(min)} to ${String(max)}`);
}

/** Checks the size against how the number is written. */
export function checkSize(field: ByteField, keyword: string, limits: { binary: number; text: number }): void {
  if (field.isBaseLoose) throw new RuleError(`${keyword}: hex, dec and oct are for numbers in text`, 'add "string"');
  if (field.size.slot >= 0) return;
  const max = field.base < 0 ? limits.binary : limits.text;
  if (field.size.value > max) {
    throw new RuleError(`${keyword}: a number ${field.base < 0 ? '' : 'in text '}has at most ${String(max)} bytes`);
  }
}

/** `bitmask 0xff` -> its name and its argument. */
export function splitOption(part: string): readonly [name: string, argument: string] {
  const space = part.search(/\s/);
  return space < 0 ? [part, ''] : [part.slice(0, space), part.slice(space).trim()];
}
