// A set of ports as sorted disjoint ranges.
import type { Range } from './ranges.ts';

export const PORTS_ALL: Range<number> = [0, 65535];

export class PortSet {
  /** low, high per range */
  readonly ranges: Uint16Array;
  readonly isAny: boolean;

  constructor(ranges: Uint16Array) {
    this.ranges = ranges;
    this.isAny = ranges.length === 2 && ranges[0] === 0 && ranges[1] === 65535;
  }

  /** From normalised ranges. */
  static of(ranges: readonly Range<number>[]): PortSet {
    return new PortSet(Uint16Array.from(ranges.flat()));
  }

  contains(port: number): boolean {
    const { ranges } = this;
    for (let i = 0; i < ranges.length && ranges[i]! <= port; i += 2) if (port <= ranges[i + 1]!) return true;
    return false;
  }

  /** `80,1024:65535`; equal sets print equally. */
  toString(): string {
    if (this.isAny) return 'any';
    const parts: string[] = [];
    for (let i = 0; i < this.ranges.length; i += 2) {
      const low = this.ranges[i]!;
      const high = this.ranges[i + 1]!;
      parts.push(low === high ? String(low) : `${String(low)}:${String(high)}`);
    }
    return parts.join(',');
  }
}
