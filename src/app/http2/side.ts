// One direction of a connection: the frame under way, the header block that is not whole yet, the table of headers.

import { HpackDecoder } from './hpack.ts';
import type { HpackLimits } from './hpack.ts';
import type { Http2Transaction } from './transaction.ts';

/** What a direction waits for. */
export const Wait = {
  /** What clients begin with (RFC 9113 section 3.4). */
  preface: 0,
  header: 1,
  payload: 2,
  /** Padding length of a DATA frame, which stands before the data. */
  padLength: 3,
  data: 4,
  /** The rest of the frame is not looked at. */
  skip: 5,
} as const;

const NOTHING = new Uint8Array(0);

export class Side {
  wait: number;
  // the frame under way
  type = 0;
  flags = 0;
  streamId = 0;
  /** Bytes of it still to come. */
  left = 0;
  /** The last of them that are padding. */
  padding = 0;
  /** Of a DATA frame. */
  tx: Http2Transaction | null = null;
  /** Bytes that were there and not taken, of the frame under way. */
  pending = 0;
  readonly hpack: HpackDecoder;
  // the header block that goes on in CONTINUATION frames
  block: Uint8Array = NOTHING;
  blockLength = 0;
  /** Stream the block is on; 0: none is under way. */
  blockStream = 0;
  /** Stream whose headers it has: not the same after PUSH_PROMISE. */
  blockTarget = 0;
  blockEndsStream = false;

  constructor(limits: HpackLimits, wait: number) {
    this.hpack = new HpackDecoder(limits);
    this.wait = wait;
  }

  beginBlock(stream: number, target: number, endsStream: boolean): void {
    this.blockStream = stream;
    this.blockTarget = target;
    this.blockEndsStream = endsStream;
    this.blockLength = 0;
  }

  /** Keeps a part of the block; false: it is longer than any should be. */
  keep(data: Uint8Array, start: number, end: number, most: number): boolean {
    const length = this.blockLength + end - start;
    if (length > most) return false;
    if (length > this.block.length) {
      const grown = new Uint8Array(Math.min(most, Math.max(length, this.block.length * 2)));
      grown.set(this.block.subarray(0, this.blockLength));
      this.block = grown;
    }
    this.block.set(data.subarray(start, end), this.blockLength);
    this.blockLength = length;
    return true;
  }

  endBlock(): void {
    this.blockStream = 0;
    this.blockLength = 0;
    this.block = NOTHING;
  }
}
