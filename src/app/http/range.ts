// Content-Range (RFC 9110 section 14.4): the part of a larger file that a response says to be.

import type { FileTracker, TrackedFile } from '../../framework/file.ts';
import { valueOf } from './headers.ts';
import type { HttpSettings } from './settings.ts';
import type { HttpTransaction } from './transaction.ts';

const PARTIAL_CONTENT = 206;
const RANGE = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)/i;

const ANY = /^\s*[a-z]+ +(?:(\d+)-(\d+)|\*)\/(\d+|\*)/i;

/** A part within the whole, or a whole of which there is no part. */
export function isContentRange(value: Uint8Array): boolean {
  const match = ANY.exec(Buffer.from(value).toString('latin1'));
  if (match === null) return false;
  const [, first, last, total] = match;
  if (first === undefined) return total !== '*';
  if (Number(first) > Number.MAX_SAFE_INTEGER || Number(last) > Number.MAX_SAFE_INTEGER) return false;
  return total === '*' || (Number(first) <= Number(last) && Number(last) < Number(total));
}

/** @param now microseconds */
export function noteRange(
  file: TrackedFile,
  tx: HttpTransaction,
  files: FileTracker,
  { byterange }: HttpSettings,
  now: number,
): void {
  const value = valueOf(tx.response.headers, 'content-range');
  const range = value === null ? null : RANGE.exec(Buffer.from(value).toString('latin1'));
  if (range === null) return;
  file.rangeStart = Number(range[1]);
  file.rangeEnd = Number(range[2]);
  const total = Number(range[3]); // NaN: not known
  const size = file.rangeEnd - file.rangeStart + 1;
  // a range that is the whole is that file already
  const isPart = tx.statusNumber === PARTIAL_CONTENT && size > 0 && size < total && file.rangeEnd < total;
  if (!isPart) return;
  const key = Buffer.concat([tx.host ?? NO_HOST, SPACE, tx.uri]).toString('latin1');
  files.join(file, tx, { key, total, now, ...byterange });
}

const NO_HOST = new Uint8Array(0);
const SPACE = Uint8Array.of(32);
