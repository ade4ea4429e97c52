// HeldStream: all bytes that are there of a direction, for outputs that show what an alert was about.

import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import type { Flows } from '../framework/flows.ts';
import type { HeldBytes } from '../framework/stream.ts';
import type { Reassembly } from './reassembly.ts';
import { CLIENT, D, SERVER, STRIDE } from './sessions.ts';

/** Pieces of a stream that are listed, at most. */
const MOST_PIECES = 1024;

export class HeldStream implements HeldBytes {
  readonly starts = new Int32Array(MOST_PIECES);
  readonly lengths = new Int32Array(MOST_PIECES);
  readonly missing = new Int32Array(MOST_PIECES);
  readonly data: Uint8Array;
  private readonly reassembly: Reassembly;
  private readonly flows: Flows;

  constructor(reassembly: Reassembly, flows: Flows) {
    this.reassembly = reassembly;
    this.flows = flows;
    this.data = reassembly.data;
  }

  open(p: Packet): number {
    const t = p.flow < 0 ? -1 : this.flows.tcp(p.flow);
    if (t < 0) return 0;
    const w = this.reassembly.sessions.words;
    const d = t * STRIDE + ((p.flags & PacketFlag.toServer) !== 0 ? CLIENT : SERVER);
    const buffer = w[d + D.buffer]!;
    if (buffer < 0) return 0;
    const { segments } = this.reassembly;
    let most = this.acknowledged(p, d);
    const needed = Math.max(this.needed(d), 0);
    let count = 0;
    let bytes = 0;
    let reach = -1;
    for (let n = w[d + D.segmentHead]!; n >= 0 && count < MOST_PIECES && bytes < most; n = segments.next(n)) {
      const start = Math.max(segments.start(n), reach, needed);
      const end = Math.min(segments.end(n), w[d + D.capacity]!);
      if (end <= start) continue;
      if (count === 0) most -= start;
      this.starts[count] = buffer + start;
      this.lengths[count] = end - start;
      this.missing[count] = reach < 0 ? 0 : start - reach;
      reach = end;
      bytes += end - start;
      count++;
    }
    return count;
  }

  /** Relative position of the first byte that anybody needed before this packet: what is there of others shows not. */
  private needed(d: number): number {
    return this.reassembly.options.inline ? 0 : this.reassembly.needed.before(d);
  }

  /**
   * So many bytes are shown: as many as were acknowledged, inline all. What is missing among them is not counted, so that
   * behind a gap as much again is shown that was not acknowledged (Suricata).
   */
  private acknowledged(p: Packet, d: number): number {
    const isAll = this.reassembly.options.inline || (p.flags & PacketFlag.pseudoStreamEnd) !== 0;
    return isAll ? Infinity : this.reassembly.ackedTo(d);
  }
}
