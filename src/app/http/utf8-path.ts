// convertUtf8: UTF-8 in a path as bytes of code page 1252, best fit; sequences longer than they need be are taken, too.

import { bestFit } from './best-fit.ts';
import { roomOf } from '../../base/kept-bytes.ts';

/** What stands for bytes that are no UTF-8. */
const INVALID = 0x3f;

/** Bytes that follow a first byte; -1: it is none. */
function followers(first: number): number {
  if (first < 0x80) return 0;
  if (first < 0xc0 || first > 0xf4) return -1;
  if (first < 0xe0) return 1;
  return first < 0xf0 ? 2 : 3;
}

/** Whether a byte may come second: surrogates and what is beyond the last character may not be written. */
function maySecond(first: number, second: number): boolean {
  if ((second & 0xc0) !== 0x80) return false;
  return first === 0xed ? second < 0xa0 : first === 0xf4 ? second < 0x90 : true;
}

/** A sequence that breaks off is one `?`, one that the path ends in is nothing. */
export function convertUtf8(path: Uint8Array): Uint8Array {
  if (path.every((byte) => byte < 0x80)) return path;
  const out = roomOf(path.length);
  let size = 0;
  let at = 0;
  while (at < path.length) {
    const first = path[at++]!;
    const count = followers(first);
    if (count <= 0) {
      out[size++] = count === 0 ? first : INVALID;
      continue;
    }
    let codePoint = first & (0x3f >> count);
    let taken = 0;
    while (taken < count && at < path.length) {
      const next = path[at]!;
      if (taken === 0 ? !maySecond(first, next) : (next & 0xc0) !== 0x80) break;
      codePoint = (codePoint << 6) | (next & 0x3f);
      at++;
      taken++;
    }
    if (taken === count) out[size++] = bestFit(codePoint);
    else if (at < path.length) out[size++] = INVALID;
  }
  return out.subarray(0, size);
}
