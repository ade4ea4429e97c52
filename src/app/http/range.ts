// Content-Range (RFC 9110 section 14.4): the part of a larger file that a response says to be.

import type { TrackedFile } from '../../framework/file.ts';
import { valueOf } from './headers.ts';
import type { HttpMessage } from './transaction.ts';

const RANGE = /^bytes\s+(\d+)-(\d+)\//i;

export function noteRange(file: TrackedFile, { headers }: HttpMessage): void {
  const value = valueOf(headers, 'content-range');
  const range = value === null ? null : RANGE.exec(Buffer.from(value).toString('latin1'));
  if (range === null) return;
  file.rangeStart = Number(range[1]);
  file.rangeEnd = Number(range[2]);
}
