// VerdictSink: whom the pipeline tells what becomes of each captured packet; the inline sources of packets.

import type { Packet } from './packet.ts';

export interface VerdictSink {
  /**
   * The packet at this place of the batch is decided: its `action`, `mark` and flags say what becomes of it.
   * What it points to is valid during the call.
   */
  decide(index: number, p: Packet): void;
}
