// LineReader: the lines of one direction of the control channel, none longer than allowed.

import { byteIndex } from '../../base/bytes.ts';
import { copyOf } from '../../base/kept-bytes.ts';
import type { AppInput } from '../../framework/app-input.ts';

const LF = 0x0a;
const NOTHING = new Uint8Array(0);

export class LineReader {
  private readonly limit: number;
  /** The line so far was handed out cut; its rest is skipped. */
  private isSkipping = false;
  /** Where the next line begins. */
  at = 0;
  /** The line, without white space at its end. */
  line: Uint8Array = NOTHING;
  /** It is as long as the limit, or longer. */
  isTruncated = false;

  /** @param limit bytes of a line */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Reads on in `[at, input.end)`: false when no whole line is left. */
  next(input: AppInput): boolean {
    const { data, end } = input;
    for (;;) {
      const stop = byteIndex(data, LF, this.at, end);
      if (this.isSkipping) {
        this.at = stop < 0 ? end : stop + 1;
        this.isSkipping = stop < 0;
        if (stop < 0) return false;
        continue;
      }
      const length = (stop < 0 ? end : stop) - this.at;
      if (stop < 0 && length < this.limit) return false;
      this.isTruncated = length >= this.limit;
      this.line = trimmed(data, this.at, this.at + Math.min(length, this.limit));
      this.isSkipping = stop < 0;
      this.at = stop < 0 ? end : stop + 1;
      return true;
    }
  }
}

/** A copy of [start, end) without white space at its end. */
function trimmed(data: Uint8Array, start: number, end: number): Uint8Array {
  while (end > start && isSpace(data[end - 1]!)) end--;
  return copyOf(data, start, end);
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
