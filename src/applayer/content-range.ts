// Content-Range (RFC 9110 section 14.4): the part of a larger file that a response says to be.

import type { FileTracker, TrackedFile } from '../framework/file.ts';
import type { Transaction } from '../framework/transaction.ts';

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

export interface RangedResponse {
  /** Value of Content-Range. */
  readonly value: Uint8Array;
  readonly status: number;
  readonly host: Uint8Array | null;
  readonly uri: Uint8Array;
  /** Microseconds. */
  readonly now: number;
  /** Files that come in ranges: bytes that may wait for others, and seconds to wait. */
  readonly memcap: number;
  readonly timeout: number;
}

/** Says of a file which part it is. */
export function noteRange(file: TrackedFile, tx: Transaction, files: FileTracker, of: RangedResponse): void {
  const { value, status, host, uri, now, memcap, timeout } = of;
  const range = RANGE.exec(Buffer.from(value).toString('latin1'));
  if (range === null) return;
  const [start, last] = [Number(range[1]), Number(range[2])];
  const total = Number(range[3]); // NaN: not known
  const size = last - start + 1;
  // a range that is the whole is that file already
  if (!(size > 0 && size < total)) return;
  file.rangeStart = start;
  file.rangeEnd = last;
  if (status !== PARTIAL_CONTENT || last >= total) return;
  const key = Buffer.concat([host ?? NO_HOST, SPACE, uri]).toString('latin1');
  files.join(file, tx, { key, total, now, memcap, timeout });
}

const NO_HOST = new Uint8Array(0);
const SPACE = Uint8Array.of(32);
