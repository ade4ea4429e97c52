// OverlapMerge: puts data of a stream where some came before.

import type { Packet } from '../framework/packet.ts';
import { PacketFlag } from '../framework/packet.ts';
import { STREAM_ANOMALY, TCP_COUNTER } from './events.ts';
import { newDataWins } from './overlap.ts';
import type { Reassembly } from './reassembly.ts';
import { D, osPolicyOf } from './sessions.ts';

const LARGEST_PAYLOAD = 0x10000;

/** `d` is the first word of a direction in `sessions.words`. */
export class OverlapMerge {
  private readonly r: Reassembly;
  private readonly scratch = new Uint8Array(LARGEST_PAYLOAD);

  constructor(reassembly: Reassembly) {
    this.r = reassembly;
  }

  /** Whether some of [start, end) arrived before; for streams without bytes. */
  isThere(d: number, start: number, end: number): boolean {
    const w = this.r.sessions.words;
    const segments = this.r.segments;
    if (start < w[d + D.contiguous]!) return true;
    let n = w[d + D.segmentHead]!;
    while (n >= 0 && segments.end(n) <= start) n = segments.next(n);
    return n >= 0 && segments.start(n) < end;
  }

  /** Writes the bytes, letting the policy decide for each segment that shares some of them. */
  merge(p: Packet, d: number, start: number, offset: number, length: number): void {
    const w = this.r.sessions.words;
    const segments = this.r.segments;
    const end = start + length;
    const buffer = w[d + D.buffer]!;
    const scratch = this.scratch;
    for (let i = 0; i < length; i++) scratch[i] = p.data[offset + i]!;
    let isOverlap = false;
    let isDifferent = false;
    for (let n = w[d + D.segmentHead]!; n >= 0 && segments.start(n) < end; n = segments.next(n)) {
      const from = Math.max(start, segments.start(n), 0);
      const to = Math.min(end, segments.end(n));
      if (from >= to) continue;
      isOverlap = true;
      const differs = this.differs(p, buffer, start, offset, from, to);
      // a repetition of the same place and length raises nothing, in passive mode (Suricata)
      const isRepetition = !this.r.options.inline && start === segments.start(n) && end === segments.end(n);
      isDifferent ||= differs && !isRepetition;
      const newWins =
        !this.r.options.inline &&
        newDataWins(osPolicyOf(w[d + D.flags]!), start, end, segments.start(n), segments.end(n));
      if (differs && !newWins) for (let i = from; i < to; i++) scratch[i - start] = this.r.data[buffer + i]!;
    }
    for (let i = 0; i < length; i++) this.r.data[buffer + start + i] = scratch[i]!;
    if (isOverlap) this.r.counters.add(TCP_COUNTER.overlap);
    if (isDifferent) this.noteDifferent(p, offset, length);
  }

  private differs(p: Packet, buffer: number, start: number, offset: number, from: number, to: number): boolean {
    const shift = offset - start;
    for (let i = from; i < to; i++) if (p.data[shift + i] !== this.r.data[buffer + i]) return true;
    return false;
  }

  private noteDifferent(p: Packet, offset: number, length: number): void {
    if (this.r.options.reassembly.checkOverlapDifferentData) {
      this.r.counters.add(TCP_COUNTER.overlapDiffData);
      this.r.event(p, STREAM_ANOMALY.reassembly_overlap_different_data);
    }
    if (!this.r.options.inline) return;
    for (let i = 0; i < length; i++) p.data[offset + i] = this.scratch[i]!;
    p.flags |= PacketFlag.modified;
  }
}
