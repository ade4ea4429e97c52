// The one byte array of a worker: capture batches, reassembly and scratch regions live in it side by side.

/**
 * Bytes that must be visible to the native matchers and copied cheaply: a copy inside one array is a
 * `copyWithin`, which allocates nothing. Untouched pages cost no memory, so the size may be generous.
 */
export class Arena {
  readonly data: Uint8Array;
  private used = 0;

  constructor(size: number) {
    this.data = new Uint8Array(size);
  }

  /** Reserves `size` bytes for good (regions are carved once, at start); throws a RangeError when it is full. */
  carve(size: number): number {
    const offset = this.used;
    const next = (offset + size + 63) & ~63;
    if (next > this.data.length) throw new RangeError(`arena of ${this.data.length} bytes cannot hold ${size} more`);
    this.used = next;
    return offset;
  }
}
