// Duplicates: packets that a mirror port delivers twice, because it shows them where they come in and where they go out.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import type { PacketBatch } from '../pcap/index.ts';
import { NO_NETWORK_HEADER, networkHeader } from '../wire/network-header.ts';

const DUPLICATES = defineCounter('tayra.duplicates');
/** Packets remembered, a power of two: one that falls on another's place takes it. */
const PLACES = 1 << 16;
/** Bytes of a packet that are compared by their hash; beyond them its length is. */
const COMPARED = 160;

/**
 * A packet is a duplicate when one with the same bytes from the IP header on came shortly before. What routers change on the
 * way is left out: the link layer, the time to live, and the header checksum. A retransmission has another identification,
 * or comes later.
 */
export class Duplicates {
  private readonly counters: Counters;
  private readonly window: number;
  private readonly hashes = new Int32Array(PLACES);
  private readonly times = new Float64Array(PLACES);

  /** @param window microseconds that may lie between the two */
  constructor(counters: Counters, window: number) {
    this.counters = counters;
    this.window = window;
  }

  /** Whether packet i of the batch came before; remembers it. */
  isRepeated(batch: PacketBatch, i: number): boolean {
    const start = batch.offset[i]!;
    const end = start + batch.length[i]!;
    const header = networkHeader(batch.data, start, end, batch.linkType[i]!);
    const from = header === NO_NETWORK_HEADER || header >= end ? start : header;
    const first = hash(batch.data, from, end, 0x811c9dc5);
    const place = (first ^ (first >>> 16)) & (PLACES - 1);
    const second = hash(batch.data, from, end, 0x2545f491) || 1;
    const time = batch.timestamp[i]!;
    const isKnown = this.hashes[place] === second && Math.abs(time - this.times[place]!) <= this.window;
    // a third copy is one of the second
    this.hashes[place] = second;
    this.times[place] = time;
    if (isKnown) this.counters.add(DUPLICATES);
    return isKnown;
  }
}

/** FNV-1a of the bytes that stay the same on the way, and of the length. */
function hash(data: Uint8Array, from: number, end: number, seed: number): number {
  const version = data[from]! >> 4;
  const stop = Math.min(end, from + COMPARED);
  let h = Math.imul(seed ^ (end - from), 0x01000193);
  for (let at = from; at < stop; at++) {
    const place = at - from;
    const isChanged = version === 4 ? place === 8 || place === 10 || place === 11 : version === 6 && place === 7;
    if (!isChanged) h = Math.imul(h ^ data[at]!, 0x01000193);
  }
  return h ^ (h >>> 15);
}
