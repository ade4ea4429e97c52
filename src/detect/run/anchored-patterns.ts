// AnchoredPatterns: short patterns with a fixed place, which are compared there instead of searched everywhere.

import type { FastPattern } from '../compile/fast-pattern.ts';
import type { Candidates } from './candidates.ts';

/** Longest pattern kept here, bytes; longer ones cost the matcher little. */
export const ANCHORED_LENGTH = 3;

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function upper(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}

export class AnchoredPatterns {
  readonly count: number;
  private readonly iids: Int32Array;
  private readonly positions: Int32Array;
  private readonly lengths: Uint8Array;
  /** Up to three bytes of each pattern, in both cases where case does not matter. */
  private readonly low: Uint8Array;
  private readonly high: Uint8Array;

  constructor(patterns: readonly FastPattern[], iids: readonly number[]) {
    this.count = patterns.length;
    this.iids = Int32Array.from(iids);
    this.positions = Int32Array.from(patterns, ({ position }) => position);
    this.lengths = Uint8Array.from(patterns, ({ bytes }) => bytes.length);
    this.low = new Uint8Array(this.count * ANCHORED_LENGTH);
    this.high = new Uint8Array(this.count * ANCHORED_LENGTH);
    patterns.forEach(({ bytes, nocase }, i) => {
      const at = i * ANCHORED_LENGTH;
      this.low.set(nocase ? bytes.map(lower) : bytes, at);
      this.high.set(nocase ? bytes.map(upper) : bytes, at);
    });
  }

  /** Adds the signatures whose pattern stands at its place in data[offset, offset + length). */
  scan(data: Uint8Array, offset: number, length: number, candidates: Candidates): void {
    const { positions, low, high } = this;
    for (let i = 0; i < this.count; i++) {
      const position = positions[i]!;
      if (position >= length) continue;
      const byte = data[offset + position]!;
      const at = i * ANCHORED_LENGTH;
      if (byte !== low[at] && byte !== high[at]) continue;
      if (this.isAt(i, data, offset + position, offset + length)) candidates.add(this.iids[i]!);
    }
  }

  private isAt(i: number, data: Uint8Array, from: number, end: number): boolean {
    const size = this.lengths[i]!;
    if (from + size > end) return false;
    const at = i * ANCHORED_LENGTH;
    for (let k = 1; k < size; k++) {
      const byte = data[from + k]!;
      if (byte !== this.low[at + k] && byte !== this.high[at + k]) return false;
    }
    return true;
  }
}
