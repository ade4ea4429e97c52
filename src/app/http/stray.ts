// Bytes right behind a message that begin no other: servers and clients that miscount send them, and so do evaders.

import { beginsHttp } from './first-line.ts';
import { isSpace } from './headers.ts';
import { METHODS } from './methods.ts';
import { lineEnd } from './scan.ts';

const CR = 13;
const LF = 10;
const KNOWN = new Set(METHODS);
const LONGEST = Math.max(...METHODS.map((method) => method.length));

/** End of the stray line at `at`, its LF included, or of what there is of it; `at` where a response may begin. */
export function strayInResponse(data: Uint8Array, at: number, end: number): number {
  const start = behindSpace(data, at, end);
  if (start < end && beginsHttp(data, start, end) !== false) return at;
  return endOf(data, at, end);
}

/**
 * The same where a request may begin; unlike there, nothing but space is no surprise (`isBlank`), and a mere LF is of
 * another.
 */
export function strayInRequest(data: Uint8Array, at: number, end: number): number {
  if (data[at] === LF) return at;
  const start = behindSpace(data, at, end);
  if (start >= end) return end;
  let stop = start;
  while (stop < end && stop - start <= LONGEST && !isSpaceOrEnd(data[stop]!)) stop++;
  const word = Buffer.from(data.subarray(start, stop)).toString('latin1');
  if (KNOWN.has(word) || (stop === end && METHODS.some((method) => method.startsWith(word)))) return at;
  return endOf(data, at, end);
}

export function isBlank(data: Uint8Array, start: number, end: number): boolean {
  return behindSpace(data, start, end) >= end;
}

function isSpaceOrEnd(byte: number): boolean {
  return byte === CR || byte === LF || isSpace(byte);
}

function behindSpace(data: Uint8Array, at: number, end: number): number {
  while (at < end && isSpaceOrEnd(data[at]!)) at++;
  return at;
}

/** End of the line that `at` is in, its LF included, or of what there is of it. */
export function endOf(data: Uint8Array, at: number, end: number): number {
  const next = lineEnd(data, at, end);
  return next < 0 ? end : next;
}
