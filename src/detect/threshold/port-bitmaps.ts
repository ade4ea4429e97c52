// Sets of ports, 8 KB each, for detection_filter's unique_on.

const BYTES = 8192;

export class PortBitmaps {
  private readonly maps: Uint8Array[] = [];
  private readonly free: number[] = [];
  private readonly limit: number;

  /** @param memcap bytes for all of them */
  constructor(memcap: number) {
    this.limit = Math.max(1, Math.floor(memcap / BYTES));
  }

  get bytes(): number {
    return (this.maps.length - this.free.length) * BYTES;
  }

  /** Number of an empty set, -1 when there is no room. */
  allocate(): number {
    const id = this.free.pop();
    if (id !== undefined) {
      this.clear(id);
      return id;
    }
    return this.maps.length >= this.limit ? -1 : this.maps.push(new Uint8Array(BYTES)) - 1;
  }

  /** All sets by number, those that are free included. */
  content(): readonly Uint8Array[] {
    return this.maps;
  }

  /** @param isUsed by number: the others are free */
  fill(maps: readonly Uint8Array[], isUsed: (id: number) => boolean): void {
    this.maps.length = this.free.length = 0;
    this.maps.push(...maps);
    for (let id = 0; id < maps.length; id++) if (!isUsed(id)) this.free.push(id);
  }

  clear(id: number): void {
    this.maps[id]!.fill(0);
  }

  release(id: number): void {
    this.free.push(id);
  }

  /** Adds a port: true when it was not in the set. */
  add(id: number, port: number): boolean {
    const map = this.maps[id]!;
    const at = port >> 3;
    const bit = 1 << (port & 7);
    if ((map[at]! & bit) !== 0) return false;
    map[at] = map[at]! | bit;
    return true;
  }
}
