// Looking for ends of lines and blocks, and for words, in the bytes of messages.

import { byteIndex } from '../../base/bytes.ts';
import { lower } from './headers.ts';

const LF = 10;
const CR = 13;

/** End of the line at `at`, behind its LF; -1 when it is not complete. */
export function lineEnd(data: Uint8Array, at: number, end: number): number {
  const found = byteIndex(data, LF, at, end);
  return found < 0 ? -1 : found + 1;
}

/** End of a first line: LF, or a CR without one behind it; -1 when it is not complete. */
export function firstLineEnd(data: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    if (data[i] === LF) return i + 1;
    if (data[i] !== CR || i === at) continue;
    if (i + 1 >= end) return -1;
    if (data[i + 1] !== LF) return i + 1;
  }
  return -1;
}

export function isHex(byte: number): boolean {
  const letter = byte | 32;
  return (byte >= 48 && byte <= 57) || (letter >= 97 && letter <= 102);
}

export function looksLikeHeader(data: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end && data[i] !== LF; i++) if (data[i] === 58 && i > at) return true;
  return false;
}

export function equalsText(data: Uint8Array, text: string): boolean {
  if (data.length !== text.length) return false;
  for (let i = 0; i < data.length; i++) if ((data[i]! | 32) !== (text.charCodeAt(i) | 32)) return false;
  return true;
}

/** @param text of small letters */
export function containsText(data: Uint8Array, text: string): boolean {
  for (let at = 0; at + text.length <= data.length; at++) if (beginsWithText(data, at, text)) return true;
  return false;
}

/** Whether a Transfer-Encoding names chunks; zero bytes in it do not count. */
export function namesChunks(encoding: Uint8Array): boolean {
  return containsText(encoding.includes(0) ? encoding.filter((byte) => byte !== 0) : encoding, 'chunked');
}

/** Whether the bytes at a place are those letters, small or large. @param text of small letters, or of other ASCII */
export function beginsWithText(data: Uint8Array, at: number, text: string): boolean {
  if (at + text.length > data.length) return false;
  for (let i = 0; i < text.length; i++) if (lower(data[at + i]!) !== text.charCodeAt(i)) return false;
  return true;
}
