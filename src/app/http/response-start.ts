// Where a response has its status line: at its start, behind a line of something else, or nowhere (HTTP/0.9).

import type { AppInput } from '../../framework/app-input.ts';
import { beginsHttp, beginsStatusLine } from './first-line.ts';
import { firstLineEnd } from './scan.ts';
import { FIELD_LIMIT } from './side.ts';

/** More bytes are needed to tell. */
export const MORE = -1;
/** There is none: these bytes are a body. */
export const BODY = -2;

/** Where the status line of the response at `at` begins, MORE or BODY. */
export function statusLineAt({ data, end, isEof }: AppInput, at: number): number {
  const isLine = beginsStatusLine(data, at, end);
  if (isLine === true) return at;
  if (isLine === undefined) return isEof ? at : MORE;
  const next = firstLineEnd(data, at, end);
  if (next < 0) return isEof || end - at > FIELD_LIMIT ? BODY : MORE;
  return beginsHttp(data, next, end) === true ? next : BODY;
}
