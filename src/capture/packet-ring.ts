// PacketRing: packets from the thread that reads a capture to one worker, through memory both have. One writes, one reads,
// neither locks.

import type { PacketBatch } from '../pcap/index.ts';

/** Words in front of the bytes: how far was written and read (bytes, modulo 2^32), and whether anything more will come. */
const WRITTEN = 0;
const READ = 1;
const IS_ENDED = 2;
const HEAD_BYTES = 64;
/** Bytes before each packet: size, wire length, link type, interface, time, number, capture. */
const PACKET_HEAD = 40;
/** In place of the size: the rest up to the end of the ring is not used. */
const SKIP = -1;

export class PacketRing {
  private readonly state: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly size: number;
  private readonly mask: number;
  /** Number of the capture that the packets of the batch belong to. */
  capture = 0;

  constructor(memory: SharedArrayBuffer) {
    this.size = memory.byteLength - HEAD_BYTES;
    this.mask = this.size - 1;
    this.state = new Int32Array(memory, 0, HEAD_BYTES / 4);
    this.bytes = new Uint8Array(memory, HEAD_BYTES);
    this.words = new Int32Array(memory, HEAD_BYTES);
    this.doubles = new Float64Array(memory, HEAD_BYTES);
  }

  /** @param size bytes, a power of two: several times the longest packet */
  static allocate(size: number): SharedArrayBuffer {
    if ((size & (size - 1)) !== 0) throw new RangeError('PacketRing: the size is a power of two');
    return new SharedArrayBuffer(HEAD_BYTES + size);
  }

  /** Adds packet i of a batch. @returns false when there is no room now */
  push(batch: PacketBatch, i: number, number: number, capture: number): boolean {
    const length = batch.length[i]!;
    const need = (PACKET_HEAD + length + 7) & ~7;
    let at = this.state[WRITTEN]!;
    const free = this.size - ((at - Atomics.load(this.state, READ)) >>> 0);
    const place = at & this.mask;
    const rest = this.size - place;
    const skipped = rest < need ? rest : 0;
    if (free < need + skipped) return false;
    if (skipped > 0) {
      this.words[place >> 2] = SKIP;
      at = (at + skipped) | 0;
    }
    this.put(batch, i, at & this.mask);
    const head = (at & this.mask) >> 2;
    this.doubles[(head + 6) >> 1] = number;
    this.words[head + 8] = capture;
    Atomics.store(this.state, WRITTEN, (at + need) | 0);
    return true;
  }

  private put(batch: PacketBatch, i: number, place: number): void {
    const { words } = this;
    const head = place >> 2;
    const length = batch.length[i]!;
    words[head] = length;
    words[head + 1] = batch.wireLength[i]!;
    words[head + 2] = batch.linkType[i]!;
    words[head + 3] = batch.interfaceId[i]!;
    this.doubles[(head + 4) >> 1] = batch.timestamp[i]!;
    copy(batch.data, batch.offset[i]!, this.bytes, place + PACKET_HEAD, length);
  }

  /** Wakes the reader, if it waits. */
  notify(): void {
    Atomics.notify(this.state, WRITTEN);
  }

  /** Nothing more will come. */
  end(): void {
    Atomics.store(this.state, IS_ENDED, 1);
    this.notify();
  }

  /** Everything that was written has been read, and nothing more will come. */
  get isDone(): boolean {
    if (Atomics.load(this.state, IS_ENDED) === 0) return false;
    return Atomics.load(this.state, WRITTEN) === this.state[READ];
  }

  /**
   * Copies packets of one capture into the batch, up to its capacity or the region's.
   * @param numbers of the packets in their captures
   * @returns how many
   */
  take(batch: PacketBatch, numbers: Float64Array, region: { readonly offset: number; readonly size: number }): number {
    const { words, doubles } = this;
    const written = Atomics.load(this.state, WRITTEN);
    let at = this.state[READ]!;
    let to = region.offset;
    const end = region.offset + region.size;
    let count = 0;
    while (at !== written && count < batch.capacity) {
      const place = at & this.mask;
      const head = place >> 2;
      const length = words[head]!;
      if (length === SKIP) {
        at = (at + this.size - place) | 0;
        continue;
      }
      if (to + length > end || (count > 0 && words[head + 8] !== this.capture)) break;
      this.capture = words[head + 8]!;
      copy(this.bytes, place + PACKET_HEAD, batch.data, to, length);
      batch.offset[count] = to;
      batch.length[count] = length;
      batch.wireLength[count] = words[head + 1]!;
      batch.linkType[count] = words[head + 2]!;
      batch.interfaceId[count] = words[head + 3]!;
      batch.timestamp[count] = doubles[(head + 4) >> 1]!;
      numbers[count] = doubles[(head + 6) >> 1]!;
      count++;
      to += length;
      at = (at + ((PACKET_HEAD + length + 7) & ~7)) | 0;
    }
    batch.count = count;
    Atomics.store(this.state, READ, at);
    Atomics.notify(this.state, READ);
    return count;
  }

  /** The reader waits for packets, at most so many milliseconds. */
  waitForPackets(timeout: number): void {
    Atomics.wait(this.state, WRITTEN, this.state[READ]!, timeout);
  }

  /** The writer waits until something was read, at most so many milliseconds. */
  waitForRoom(timeout: number): void {
    Atomics.wait(this.state, READ, Atomics.load(this.state, READ), timeout);
  }
}

/** Up to here a loop copies faster than a view and a call. */
const FEW = 96;

function copy(from: Uint8Array, start: number, to: Uint8Array, at: number, length: number): void {
  if (length <= FEW) for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
  else to.set(from.subarray(start, start + length), at);
}
