// Inflater: undoes permessage-deflate (RFC 7692 section 7.2) of one direction, whether or not the sender keeps its window.

import { constants, inflateRawSync } from 'node:zlib';

/** What the sender leaves out at the end of every message. */
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);
const WINDOW = 32_768;

export class Inflater {
  /** The end of what was inflated so far: later messages may refer to it. */
  private window: Uint8Array = new Uint8Array(0);
  private readonly limit: number;

  /** @param limit bytes that a message may grow to */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Null: it is not compressed so, or grows beyond the limit. */
  inflate(message: Uint8Array): Uint8Array | null {
    const dictionary = this.window.length === 0 ? {} : { dictionary: this.window };
    try {
      const plain = inflateRawSync(Buffer.concat([message, TAIL]), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: this.limit,
        ...dictionary,
      });
      this.window = Buffer.concat([this.window, plain]).subarray(-WINDOW);
      return plain;
    } catch {
      return null;
    }
  }
}
