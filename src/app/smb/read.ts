// Reads of SMB: little-endian numbers at an offset, texts, identifiers. The caller has checked the bounds.

import { bytesOf } from '../../base/kept-bytes.ts';

export function le16(data: Uint8Array, at: number): number {
  return data[at]! | (data[at + 1]! << 8);
}

/** Unsigned. */
export function le32(data: Uint8Array, at: number): number {
  return (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24)) >>> 0;
}

/** 64 bits, exact up to 2^53. */
export function le64(data: Uint8Array, at: number): number {
  return le32(data, at + 4) * 0x100000000 + le32(data, at);
}

/** Bytes of SMB2 and NTLMSSP texts as EVE and rules have them: UTF-16 as UTF-8. */
export function utf16(data: Uint8Array, start: number, end: number): Uint8Array {
  return bytesOf(utf16Text(data, start, end), 'utf8');
}

export function utf16Text(data: Uint8Array, start: number, end: number): string {
  const even = start + ((end - start) & ~1);
  return Buffer.from(data.buffer, data.byteOffset + start, even - start).toString('utf16le');
}

/** Where the zero that ends a text is; `end` without one. */
export function endOfText(
  data: Uint8Array,
  start: number,
  end: number,
  { isUnicode }: { readonly isUnicode: boolean },
): number {
  if (!isUnicode) {
    let at = start;
    while (at < end && data[at] !== 0) at++;
    return at;
  }
  let at = start;
  while (at + 2 <= end && (data[at] !== 0 || data[at + 1] !== 0)) at += 2;
  return at + 2 <= end ? at : end;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** Places of the bytes of an identifier in its text, as Suricata writes it: also the last two groups from their end. */
const PLACES = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 9, 8, -1, 11, 10, 15, 14, 13, 12];

/** Sixteen bytes as `0000004d-0000-0000-0009-0000ffffffff`. */
export function guidText(bytes: Uint8Array, at = 0): string {
  let text = '';
  for (const place of PLACES) text += place < 0 ? '-' : HEX[bytes[at + place]!]!;
  return text;
}

/** Bytes as a key of maps, one character each. */
export function keyOf(data: Uint8Array, start: number, end: number): string {
  let key = '';
  for (let i = start; i < end; i++) key += String.fromCharCode(data[i]!);
  return key;
}

const SECONDS_TO_1970 = 11_644_473_600;
const TICKS_PER_SECOND = 10_000_000;

/** Seconds since 1970 of a file time (100 ns since 1601); 0 for none, and for what is before. */
export function fileTime(data: Uint8Array, at: number): number {
  return Math.max(0, Math.floor(le64(data, at) / TICKS_PER_SECOND) - SECONDS_TO_1970);
}
