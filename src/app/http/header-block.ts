// Where header lines end, and the block of them: with CRLF or LF; in responses with CR or LFCR, too, as browsers have it.

import { byteIndex } from '../../base/bytes.ts';
import { TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;

/** Behind the LF at a place: where a CR belongs to it, behind that. One of another CRLF does not. */
export function behindLf(data: Uint8Array, at: number, end: number, direction: Direction): number {
  if (direction === TO_SERVER || at + 2 >= end || data[at + 1] !== CR || data[at + 2] === LF) return at + 1;
  return at > 0 && data[at - 1] === CR ? at + 1 : at + 2;
}

/** Whether the CR at a place ends a line: in requests it is a byte like others. */
export function isLoneCr(data: Uint8Array, at: number, end: number, direction: Direction): boolean {
  return direction !== TO_SERVER && at + 1 < end && data[at + 1] !== LF;
}

export function isBlankByte(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

/** End of the line at `at`, -1 when it is not complete. */
function fieldEnd(data: Uint8Array, at: number, end: number, direction: Direction): number {
  const lf = byteIndex(data, LF, at, end);
  const stop = lf < 0 ? end : lf;
  if (direction !== TO_SERVER) {
    const cr = byteIndex(data, CR, at, stop);
    if (cr >= 0 && cr + 1 < stop) return cr + 1;
  }
  return lf < 0 ? -1 : behindLf(data, lf, end, direction);
}

/** End of the header block at `at`, behind its empty line; -1 when it is not complete. */
export function blockEnd(data: Uint8Array, at: number, end: number, direction: Direction): number {
  let start = at;
  let hasField = false;
  if (at < end && data[at] === LF) return endOfNothing(data, at, end);
  if (at < end && data[at] === CR && isLoneCr(data, at, end, direction)) {
    start++;
    hasField = true;
  }
  for (;;) {
    const next = fieldEnd(data, start, end, direction);
    if (next < 0) return -1;
    if (data[start] === LF) return start + 1;
    if (data[start] === CR && (next === start + 1 || (next === start + 2 && data[start + 1] === LF))) {
      const behind = behindDeformed(data, start, end);
      if (behind < 0) return behindEnd(data, start, next, end);
      start = behind;
      continue;
    }
    const isBlank = isBlankLine(data, start, next);
    if (isBlank && hasField) return spacedEnd(data, next, end);
    hasField ||= !isBlank;
    start = next;
  }
}

/**
 * Behind the line end at `at` that is none: a CR behind CRLF, with a CR or a space behind it, and what follows of them
 * to the LF; -1: it is one.
 */
export function behindDeformed(data: Uint8Array, at: number, end: number): number {
  const next = data[at + 1];
  if (at < 2 || data[at - 1] !== LF || data[at - 2] !== CR || (next !== CR && !isBlankByte(next))) return -1;
  let stop = at + 1;
  while (stop < end && (data[stop] === CR || isBlankByte(data[stop]))) stop++;
  return stop < end && data[stop] === LF ? stop + 1 : stop;
}

/** Of the empty line [at, next): behind a second one where LFCR was before it. */
function behindEnd(data: Uint8Array, at: number, next: number, end: number): number {
  if (at < 2 || data[at - 1] !== CR || data[at - 2] !== LF || next + 2 > end) return next;
  return data[next] === CR && data[next + 1] === LF ? next + 2 : next;
}

/** A block that begins with an empty line of LF has another empty line for a field of nothing. */
function endOfNothing(data: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return at + 1;
  if (data[at + 1] === LF) return at + 2;
  if (data[at + 1] !== CR) return at + 1;
  if (at + 2 >= end) return -1;
  return data[at + 2] === LF ? at + 3 : at + 1;
}

/** Behind a line of spaces: an empty line there is part of the end; -1 when that cannot be told yet. */
function spacedEnd(data: Uint8Array, at: number, end: number): number {
  if (at >= end || (data[at] === CR && at + 1 >= end)) return -1;
  if (data[at] === LF) return at + 1;
  return data[at] === CR && data[at + 1] === LF ? at + 2 : at;
}

/** Spaces before a mere LF do not count, before CRLF they do (a folded line of nothing). */
function isBlankLine(data: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end - 1; i++) if (!isBlankByte(data[i])) return false;
  return true;
}
