// Where a response has its status line: at its start, behind lines of something else, or nowhere (HTTP/0.9).

import type { AppInput } from '../../framework/app-input.ts';
import { beginsStatusLine } from './first-line.ts';
import { firstLineEnd } from './scan.ts';

const LF = 10;
const CR = 13;
/** With what a status line begins. */
const LETTER_H = 72;
/** Lines no longer than this are lost between others. */
const LOST = 2;

/** More bytes are needed to tell. */
export const MORE = -1;
/** The line is no status line: it is of the body, or lost. */
export const BODY = -2;

/** `at` where the status line of a response begins there, MORE or BODY. */
export function statusLineAt({ data, end, isEof }: AppInput, at: number): number {
  const isLine = beginsStatusLine(data, at, end);
  if (isLine === true) return at;
  return isLine === undefined && !isEof ? MORE : BODY;
}

/** End of a line that is no status line, -1 when it is not complete. */
export function bodyLineEnd({ data, end, isEof }: AppInput, at: number): number {
  const next = firstLineEnd(data, at, end);
  return next < 0 && isEof ? end : next;
}

/** A line that something follows is lost where it is all but empty, or where what follows might be a status line. */
export function isLostLine({ data, end }: AppInput, at: number, next: number): boolean {
  if (next + 1 >= end) return false;
  if (data[next] === LETTER_H) return true;
  let stop = next;
  while (stop > at && (data[stop - 1] === LF || data[stop - 1] === CR)) stop--;
  return stop - at <= LOST;
}
