// AppInput: bytes of one direction on their way to a parser; one reused object per worker.

import type { Packet } from './packet.ts';
import type { Direction } from './transaction.ts';

export class AppInput {
  /** The bytes are [start, end) of `data`; valid until the parser returns: copy what must stay. */
  data: Uint8Array = new Uint8Array(0);
  /** Id of `data` with the native matchers, -1 without. */
  bufferId = -1;
  start = 0;
  end = 0;
  direction: Direction = 0;
  /** First bytes of the direction. */
  isStart = false;
  /** No more will come. */
  isEof = false;
  /** The flow was picked up in its middle. */
  isMidstream = false;
  /** Bytes of the direction before `start`. */
  streamOffset = 0;
  /** The packet that brought (or acknowledged) them: for its time, never for its bytes. */
  packet: Packet | null = null;
  /** The flow's record. */
  flow = -1;

  get length(): number {
    return this.end - this.start;
  }
}
