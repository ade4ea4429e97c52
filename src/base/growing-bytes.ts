// GrowingBytes: bytes that come piece by piece, kept in one place that doubles when it is full.

const NOTHING = new Uint8Array(0);

export class GrowingBytes {
  private room: Uint8Array = NOTHING;
  size = 0;

  /** Copies [start, end) of `data` behind what is there. */
  append(data: Uint8Array, start: number, end: number): void {
    const size = this.size + end - start;
    if (size > this.room.length) {
      const grown = new Uint8Array(Math.max(size, this.room.length * 2));
      grown.set(this.room.subarray(0, this.size));
      this.room = grown;
    }
    this.room.set(data.subarray(start, end), this.size);
    this.size = size;
  }

  /** A view; what is appended later is not in it. */
  get bytes(): Uint8Array {
    return this.room.subarray(0, this.size);
  }

  /** Lets go of them; views stay as they are. */
  clear(): void {
    this.room = NOTHING;
    this.size = 0;
  }
}
