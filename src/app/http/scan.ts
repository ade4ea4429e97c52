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

/**
 * End of a header block, behind its empty line; -1 when it is not complete. One that begins with an empty line of LF
 * has another LF for a field of nothing.
 */
export function blockEnd(data: Uint8Array, at: number, end: number): number {
  let hasField = false;
  for (let start = at; ;) {
    const next = lineEnd(data, start, end);
    if (next < 0) return -1;
    const isEmpty = next - start < 2 || (next - start === 2 && data[start] === CR);
    if (isEmpty) return start === at && data[at] === LF && next < end && data[next] === LF ? next + 1 : next;
    const isBlank = isBlockEnd(data, start, next);
    if (isBlank && hasField) return spacedEnd(data, next, end);
    hasField ||= !isBlank;
    start = next;
  }
}

/** Behind a line of spaces: an empty line there is part of the end; -1 when that cannot be told yet. */
function spacedEnd(data: Uint8Array, at: number, end: number): number {
  if (at >= end || (data[at] === CR && at + 1 >= end)) return -1;
  if (data[at] === LF) return at + 1;
  return data[at] === CR && data[at + 1] === LF ? at + 2 : at;
}

/** An empty line; spaces before a mere LF do not count, before CRLF they do (a folded line of nothing). */
export function isBlockEnd(data: Uint8Array, start: number, end: number): boolean {
  if (end - start === 2 && data[start] === CR) return true;
  for (let i = start; i < end - 1; i++) if (data[i] !== 32 && data[i] !== 9) return false;
  return true;
}

/** End of a first line: LF, or a CR with something else behind it; -1 when it is not complete. */
export function firstLineEnd(data: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    if (data[i] === LF) return i + 1;
    if (data[i] !== CR || i === at) continue;
    if (i + 1 >= end) return -1;
    if (data[i + 1] !== LF && data[i + 1] !== CR) return i + 1;
  }
  return -1;
}

export function isHex(byte: number): boolean {
  const letter = byte | 32;
  return (byte >= 48 && byte <= 57) || (letter >= 97 && letter <= 102);
}

export function isEmptyLine(data: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (data[i] !== CR && data[i] !== LF) return false;
  return true;
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

/** Whether the bytes at a place are those letters, small or large. @param text of small letters, or of other ASCII */
export function beginsWithText(data: Uint8Array, at: number, text: string): boolean {
  if (at + text.length > data.length) return false;
  for (let i = 0; i < text.length; i++) if (lower(data[at + i]!) !== text.charCodeAt(i)) return false;
  return true;
}
