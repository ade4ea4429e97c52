// Window: the region of the arena through which a capture file is read, in large chunks, without copying packets.
import type { ByteSource } from './source.ts';

/** A part of the arena given to one reader. 512 KiB hold every packet and stay in a second-level cache. */
export interface ArenaRegion {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly size: number;
}

/**
 * Bytes [position, limit) of `data` are read and not yet used. `fill` moves them to the front of the region and reads
 * on, so it invalidates all packets handed out before: a reader calls it only while its batch is empty.
 */
export class Window {
  readonly data: Uint8Array;
  readonly size: number;
  readonly source: ByteSource;
  position: number;
  limit: number;
  private readonly start: number;
  private readonly end: number;
  /** File offset of the byte at `start`. */
  private base = 0;

  constructor(region: ArenaRegion, source: ByteSource) {
    this.data = region.data;
    this.size = region.size;
    this.source = source;
    this.start = region.offset;
    this.end = region.offset + region.size;
    this.position = this.start;
    this.limit = this.start;
  }

  /** Offset in the file of the next unused byte. */
  get fileOffset(): number {
    return this.base + (this.position - this.start);
  }

  /** Makes `size` (at most the region's) bytes available; false when the source ends before. */
  fill(size: number): boolean {
    if (this.limit - this.position >= size) return true;
    this.moveToFront();
    while (this.limit - this.position < size) {
      const got = this.source.read(this.data, this.limit, this.end - this.limit);
      if (got === 0) return false;
      this.limit += got;
    }
    return true;
  }

  /** Drops the next `size` bytes, however many; false when the source ends before. */
  skip(size: number): boolean {
    let left = size;
    for (;;) {
      const here = Math.min(left, this.limit - this.position);
      this.position += here;
      left -= here;
      if (left === 0) return true;
      if (!this.fill(1)) return false;
    }
  }

  private moveToFront(): void {
    const left = this.limit - this.position;
    this.base += this.position - this.start;
    if (left > 0 && this.position > this.start) this.data.copyWithin(this.start, this.position, this.limit);
    this.position = this.start;
    this.limit = this.start + left;
  }
}
