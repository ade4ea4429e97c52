// HandshakeQueue: SYNs (SYN/ACKs) of one connection that differ; which of them counts shows with the answer.

import type { Packet } from '../framework/packet.ts';
import { PacketFlag } from '../framework/packet.ts';

/** Words of an entry. */
const Q = { next: 0, seq: 1, window: 2, windowScale: 3, hasTimestamp: 4, tsVal: 5 } as const;
const STRIDE = 8;

/** What a SYN says, from a packet or from the queue; one instance is filled again and again. */
export class Greeting {
  seq = 0;
  window = 0;
  /** As offered, -1 without the option. */
  windowScale = -1;
  hasTimestamp = false;
  tsVal = 0;

  take(p: Packet): this {
    this.seq = p.tcpSeq;
    this.window = p.tcpWindow;
    this.windowScale = p.tcpWindowScale;
    this.hasTimestamp = (p.flags & PacketFlag.tcpHasTimestamp) !== 0;
    this.tsVal = p.tcpTsVal;
    return this;
  }
}

/** Lists of greetings in one typed array; a list is the number of its first entry plus one, 0 when empty. */
export class HandshakeQueue {
  private words = new Int32Array(64 * STRIDE);
  private free = 0;
  private unused = 0;

  /** Puts the greeting in front of a list; returns the new list. */
  add(list: number, g: Greeting): number {
    const n = this.take();
    const w = this.words;
    const e = n * STRIDE;
    w[e + Q.next] = list;
    w[e + Q.seq] = g.seq;
    w[e + Q.window] = g.window;
    w[e + Q.windowScale] = g.windowScale;
    w[e + Q.hasTimestamp] = g.hasTimestamp ? 1 : 0;
    w[e + Q.tsVal] = g.tsVal;
    return n + 1;
  }

  /** Fills `g` with the greeting of that sequence number; false when there is none. */
  find(list: number, seq: number, g: Greeting): boolean {
    const w = this.words;
    for (let l = list; l > 0; l = w[(l - 1) * STRIDE + Q.next]!) {
      const e = (l - 1) * STRIDE;
      if (w[e + Q.seq] !== seq) continue;
      g.seq = seq;
      g.window = w[e + Q.window]!;
      g.windowScale = w[e + Q.windowScale]!;
      g.hasTimestamp = w[e + Q.hasTimestamp] === 1;
      g.tsVal = w[e + Q.tsVal]!;
      return true;
    }
    return false;
  }

  /** Takes out the oldest entry of a list of two or more. */
  dropOldest(list: number): void {
    const w = this.words;
    let before = (list - 1) * STRIDE;
    let last = w[before + Q.next]!;
    while (last > 0 && w[(last - 1) * STRIDE + Q.next] !== 0) {
      before = (last - 1) * STRIDE;
      last = w[before + Q.next]!;
    }
    w[before + Q.next] = 0;
    this.release(last);
  }

  release(list: number): void {
    while (list > 0) {
      const e = (list - 1) * STRIDE;
      const next = this.words[e + Q.next]!;
      this.words[e + Q.next] = this.free;
      this.free = list;
      list = next;
    }
  }

  private take(): number {
    if (this.free > 0) {
      const n = this.free - 1;
      this.free = this.words[n * STRIDE + Q.next]!;
      return n;
    }
    if ((this.unused + 1) * STRIDE > this.words.length) {
      const words = new Int32Array(this.words.length * 2);
      words.set(this.words);
      this.words = words;
    }
    return this.unused++;
  }
}
