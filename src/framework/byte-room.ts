// ByteRoom: bytes that outlive the packet that brought them, side by side in the worker's arena, where the native
// matchers see them; a place is an offset, and nothing is allocated for it.

import { Slab } from '../base/slab.ts';

/** Bytes for buffers that are put together while they are looked at. */
const SCRATCH = 256 << 10;
/** Shorter ones are copied byte by byte: cheaper than a call. */
const SHORT = 48;

/** What is not there: no room was left. */
export const NO_ROOM = -1;

export class ByteRoom {
  /** The arena; packets and streams lie in the same array. */
  readonly data: Uint8Array;
  /** Id of `data` with the native matchers. */
  readonly bufferId: number;
  private readonly slab: Slab;
  private readonly scratchAt: number;

  /** @param start first byte of the region of `data` that is the room's @param size its bytes, more than `ByteRoom.least` */
  constructor(data: Uint8Array, bufferId: number, start: number, size: number) {
    this.data = data;
    this.bufferId = bufferId;
    this.scratchAt = start;
    this.slab = new Slab(start + SCRATCH, size - SCRATCH);
  }

  static readonly least = SCRATCH + 4096;

  /** Bytes in use: blocks have sizes of powers of two. */
  get inUse(): number {
    return this.slab.inUse;
  }

  /** Offset of a block of `size` bytes, NO_ROOM when there is none. */
  take(size: number): number {
    return this.slab.alloc(size);
  }

  /** Copies [start, end) of `from` into a block of its own; its offset, NO_ROOM when there is none. */
  keep(from: Uint8Array, start: number, end: number): number {
    const at = this.slab.alloc(end - start);
    if (at >= 0) this.copy(from, start, end, at);
    return at;
  }

  /** Gives a block back. @param size as it was asked for */
  release(offset: number, size: number): void {
    if (offset >= 0) this.slab.release(offset, size);
  }

  /**
   * Moves a block that is to hold more: the first `used` bytes go with it. The new offset; NO_ROOM when there is none,
   * and the old block stays.
   */
  grow(offset: number, used: number, size: number, larger: number): number {
    if (Slab.sizeOf(size) >= larger) return offset;
    const at = this.slab.alloc(larger);
    if (at < 0) return at;
    this.copy(this.data, offset, offset + used, at);
    this.slab.release(offset, size);
    return at;
  }

  /** Bytes a block of `size` really has: it may be asked for as that from the start. */
  static sizeOf(size: number): number {
    return Slab.sizeOf(size);
  }

  /** Copies [start, end) of `from` to offset `to` of the arena; what overlaps must not. */
  copy(from: Uint8Array, start: number, end: number, to: number): void {
    const { data } = this;
    if (end - start <= SHORT) {
      for (let i = start, k = to; i < end; i++, k++) data[k] = from[i]!;
    } else if (from === data) data.copyWithin(to, start, end);
    else data.set(from.subarray(start, end), to);
  }

  /** Offset of a place for a buffer that is looked at right away: the next one takes the same. NO_ROOM: it is too large. */
  scratch(size: number): number {
    return size <= SCRATCH ? this.scratchAt : NO_ROOM;
  }
}
