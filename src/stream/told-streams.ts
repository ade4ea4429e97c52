// ToldStreams: what outputs that write down streams (`tcp-data`) were told of each direction.

import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import type { StreamListener } from '../framework/stream.ts';
import type { Reassembly } from './reassembly.ts';
import { CLIENT, D, S, SERVER, StreamFlag, STRIDE } from './sessions.ts';

const FIRST_SESSIONS = 64;
/** Nothing was told yet. */
const UNTOLD = -1;

export class ToldStreams {
  private readonly reassembly: Reassembly;
  private readonly listener: StreamListener;
  /** Stream offset up to which each direction was told: two numbers for a session, its client's first. */
  private told = new Float64Array(2 * FIRST_SESSIONS).fill(UNTOLD);

  constructor(reassembly: Reassembly, listener: StreamListener) {
    this.reassembly = reassembly;
    this.listener = listener;
  }

  /** A session begins. */
  begin(t: number): void {
    if (2 * t + 1 >= this.told.length) {
      const more = new Float64Array(4 * t + 2).fill(UNTOLD);
      more.set(this.told);
      this.told = more;
    }
    this.told[2 * t] = this.told[2 * t + 1] = UNTOLD;
  }

  /** The end that was taken for the client is the server. */
  turn(t: number): void {
    const client = this.told[2 * t]!;
    this.told[2 * t] = this.told[2 * t + 1]!;
    this.told[2 * t + 1] = client;
  }

  /** Relative position of the first byte of the direction at `d` that was not told. */
  position(d: number): number {
    const told = this.told[placeOf(d)]!;
    return told === UNTOLD ? 0 : told - offsetOf(this.reassembly, d);
  }

  /** What p acknowledged is told. */
  packet(p: Packet, t: number): void {
    const isToServer = (p.flags & PacketFlag.toServer) !== 0;
    const b = t * STRIDE;
    this.tellSettled(b + (isToServer ? SERVER : CLIENT));
    this.tellSettled(b + (isToServer ? CLIENT : SERVER));
  }

  private tellSettled(d: number): void {
    const w = this.reassembly.sessions.words;
    if ((w[d + D.flags]! & StreamFlag.based) === 0) return;
    const contiguous = w[d + D.contiguous]!;
    const acked = this.reassembly.ackedTo(d);
    if (this.tell(d, acked < contiguous ? acked : contiguous)) this.reassembly.prune(d);
  }

  /** The session ends: what is there of both directions is told, holes and all. */
  end(t: number): void {
    const w = this.reassembly.sessions.words;
    for (const d of [t * STRIDE + CLIENT, t * STRIDE + SERVER])
      if ((w[d + D.flags]! & StreamFlag.based) !== 0) this.tell(d, w[d + D.end]!);
  }

  /** @returns whether there was anything new up to `right` */
  private tell(d: number, right: number): boolean {
    const from = this.position(d);
    if (right <= from) return false;
    const { sessions, segments } = this.reassembly;
    let begin = from;
    let at = from;
    for (let n = sessions.words[d + D.segmentHead]!; n >= 0 && segments.start(n) < right; n = segments.next(n)) {
      const end = Math.min(right, segments.end(n));
      if (end <= at) continue;
      if (segments.start(n) > at) {
        if (at > begin) this.hand(d, begin, at);
        begin = segments.start(n);
      }
      at = end;
    }
    if (at > begin) this.hand(d, begin, at);
    this.told[placeOf(d)] = offsetOf(this.reassembly, d) + right;
    return true;
  }

  private hand(d: number, start: number, end: number): void {
    const w = this.reassembly.sessions.words;
    const b = d - (d % STRIDE);
    const place = placeOf(d);
    const isFirst = this.told[place] === UNTOLD;
    this.told[place] = offsetOf(this.reassembly, d) + end;
    const buffer = w[d + D.buffer]!;
    this.listener(w[b + S.flow]!, (place & 1) as 0 | 1, this.reassembly.data, buffer + start, buffer + end, {
      isFirst,
    });
  }
}

/** Place of a direction's number. */
function placeOf(d: number): number {
  const t = Math.floor(d / STRIDE);
  return 2 * t + (d - t * STRIDE === CLIENT ? 0 : 1);
}

/** Stream offset of relative position 0. */
function offsetOf({ sessions }: Reassembly, d: number): number {
  return sessions.doubles[(d + D.baseOffset) >> 1]!;
}
