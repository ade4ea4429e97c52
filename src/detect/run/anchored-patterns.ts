// AnchoredPatterns: short patterns that can stand in a few places only, which are looked for there and nowhere else.

import type { FastPattern } from '../compile/fast-pattern.ts';
import type { Candidates } from './candidates.ts';

/** Longest pattern kept here, bytes; longer ones cost the matcher little. */
const LONGEST = 3;
/** Most places that one pattern may have, and the last of all. */
const MOST_PLACES = 16;
const LAST_PLACE = 255;

/** Whether a pattern is better looked for in its places than everywhere. */
export function isAnchored(pattern: FastPattern): boolean {
  const { bytes, first, last } = pattern;
  if (bytes.length > LONGEST) return false;
  return pattern.isAtEnd || (last >= first && last <= LAST_PLACE && last - first < MOST_PLACES);
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function upper(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}

export class AnchoredPatterns {
  /** The places, ascending. */
  private readonly places: Int32Array;
  /** For each place, by the byte that stands there: number of the list of patterns that begin with it, 0 for none. */
  private readonly cells: Uint16Array;
  /** The same for the last byte of patterns that are the end of the buffer. */
  private readonly ends = new Uint16Array(256);
  private readonly hasEnds: boolean;
  private readonly lists: readonly Int32Array[];
  private readonly iids: Int32Array;
  private readonly lengths: Uint8Array;
  /** Up to three bytes of each pattern, in both cases where case does not matter. */
  private readonly low: Uint8Array;
  private readonly high: Uint8Array;

  constructor(patterns: readonly FastPattern[], iids: readonly number[]) {
    this.iids = Int32Array.from(iids);
    this.lengths = Uint8Array.from(patterns, ({ bytes }) => bytes.length);
    this.low = new Uint8Array(patterns.length * LONGEST);
    this.high = new Uint8Array(patterns.length * LONGEST);
    const places = new Set<number>();
    patterns.forEach(({ bytes, nocase, first, last }, i) => {
      this.low.set(nocase ? bytes.map(lower) : bytes, i * LONGEST);
      this.high.set(nocase ? bytes.map(upper) : bytes, i * LONGEST);
      if (!patterns[i]!.isAtEnd) for (let place = first; place <= last; place++) places.add(place);
    });
    this.hasEnds = patterns.some((pattern) => pattern.isAtEnd);
    this.places = Int32Array.from(places).sort();
    this.cells = new Uint16Array(this.places.length * 256);
    this.lists = this.fill(patterns);
  }

  private fill(patterns: readonly FastPattern[]): readonly Int32Array[] {
    const lists: number[][] = [[]];
    const put = (cells: Uint16Array, at: number, i: number, k: number): void => {
      for (const byte of new Set([this.low[i * LONGEST + k]!, this.high[i * LONGEST + k]!])) {
        if (cells[at + byte] === 0) cells[at + byte] = lists.push([]) - 1;
        lists[cells[at + byte]!]!.push(i);
      }
    };
    patterns.forEach(({ bytes, first, last, isAtEnd }, i) => {
      if (isAtEnd) {
        put(this.ends, 0, i, bytes.length - 1);
        return;
      }
      this.places.forEach((place, k) => {
        if (place >= first && place <= last) put(this.cells, k * 256, i, 0);
      });
    });
    return lists.map((list) => Int32Array.from(list));
  }

  /**
   * Adds the signatures whose pattern stands in one of its places in data[offset, offset + length).
   * @param streamOffset of the first byte; where the stream has gone on beyond the places there is nothing to find
   */
  scan(data: Uint8Array, offset: number, length: number, streamOffset: number, candidates: Candidates): void {
    const { places, cells } = this;
    if (this.hasEnds && length > 0) this.scanEnd(data, offset, offset + length, candidates);
    if (streamOffset > LAST_PLACE) return;
    for (let k = 0; k < places.length; k++) {
      const place = places[k]!;
      if (place >= length) return;
      const list = cells[k * 256 + data[offset + place]!]!;
      if (list !== 0) this.check(this.lists[list]!, data, offset + place, offset + length, candidates);
    }
  }

  private scanEnd(data: Uint8Array, start: number, end: number, candidates: Candidates): void {
    const list = this.lists[this.ends[data[end - 1]!]!]!;
    for (let n = 0; n < list.length; n++) {
      const i = list[n]!;
      const from = end - this.lengths[i]!;
      if (from >= start && this.isAt(i, data, from, end)) candidates.add(this.iids[i]!);
    }
  }

  private check(list: Int32Array, data: Uint8Array, from: number, end: number, candidates: Candidates): void {
    for (let n = 0; n < list.length; n++) {
      const i = list[n]!;
      if (this.isAt(i, data, from, end)) candidates.add(this.iids[i]!);
    }
  }

  private isAt(i: number, data: Uint8Array, from: number, end: number): boolean {
    const size = this.lengths[i]!;
    if (from + size > end) return false;
    const at = i * LONGEST;
    for (let k = 0; k < size; k++) {
      const byte = data[from + k]!;
      if (byte !== this.low[at + k] && byte !== this.high[at + k]) return false;
    }
    return true;
  }
}
