// Blocks of power-of-two sizes inside a region of an arena: allocation and release by offset, no objects.

const SMALLEST_SHIFT = 8;

/** A region cut into power-of-two blocks; freed blocks are kept per size and reused. */
export class Slab {
  private readonly free: Int32Array[] = [];
  private readonly freeCount: Int32Array = new Int32Array(32);
  private next: number;
  private readonly start: number;
  private readonly limit: number;
  /** Bytes handed out and not yet released. */
  inUse = 0;
  /** Bytes that may be handed out: the whole region, or less. */
  memcap: number;
  /** Bytes of the region. */
  readonly size: number;

  /** @param start first byte of the region @param size its bytes */
  constructor(start: number, size: number) {
    this.start = start;
    this.next = start;
    this.limit = start + size;
    this.size = this.memcap = size;
    for (let shift = 0; shift < 32; shift++) this.free.push(new Int32Array(shift < SMALLEST_SHIFT ? 0 : 64));
  }

  /** The bytes a request of `size` really takes. */
  static sizeOf(size: number): number {
    return 1 << Slab.shiftOf(size);
  }

  private static shiftOf(size: number): number {
    const shift = size <= 1 ? 0 : 32 - Math.clz32(size - 1);
    return shift < SMALLEST_SHIFT ? SMALLEST_SHIFT : shift;
  }

  /** Offset of a block of at least `size` bytes, or -1 when the region has none left. */
  alloc(size: number): number {
    const shift = Slab.shiftOf(size);
    if (this.inUse + (1 << shift) > this.memcap) return -1;
    const count = this.freeCount[shift]!;
    if (count > 0) {
      this.freeCount[shift] = count - 1;
      this.inUse += 1 << shift;
      return this.free[shift]![count - 1]!;
    }
    const bytes = 1 << shift;
    if (this.next + bytes <= this.limit) {
      const offset = this.next;
      this.next += bytes;
      this.inUse += bytes;
      return offset;
    }
    return this.split(shift);
  }

  /** Releases a block got with `alloc(size)`. */
  release(offset: number, size: number): void {
    const shift = Slab.shiftOf(size);
    this.inUse -= 1 << shift;
    this.push(shift, offset);
    if (this.inUse === 0) this.reset();
  }

  /** Breaks a larger free block into two halves until one of the wanted size is there. */
  private split(shift: number): number {
    let larger = shift + 1;
    while (larger < 31 && this.freeCount[larger]! === 0) larger++;
    if (larger >= 31) return -1;
    this.freeCount[larger] = this.freeCount[larger]! - 1;
    const offset = this.free[larger]![this.freeCount[larger]!]!;
    while (larger > shift) {
      larger--;
      this.push(larger, offset + (1 << larger));
    }
    this.inUse += 1 << shift;
    return offset;
  }

  private push(shift: number, offset: number): void {
    const count = this.freeCount[shift]!;
    let list = this.free[shift]!;
    if (count === list.length) {
      const grown = new Int32Array(list.length * 2);
      grown.set(list);
      this.free[shift] = list = grown;
    }
    list[count] = offset;
    this.freeCount[shift] = count + 1;
  }

  /** With nothing handed out the region is whole again. */
  private reset(): void {
    this.next = this.start;
    this.freeCount.fill(0);
  }
}
