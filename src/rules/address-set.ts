// A set of IPv4 and IPv6 addresses as sorted disjoint ranges over words.
import { bigintToIpv6, formatIpv4, formatIpv6Short } from '../base/ip.ts';
import type { Range } from './ranges.ts';

export const IPV4_ALL: Range<number> = [0, 0xffffffff];
export const IPV6_ALL: Range<bigint> = [0n, (1n << 128n) - 1n];

export class AddressSet {
  /** low, high per range; unsigned */
  readonly v4: Uint32Array;
  /** four words low, four words high per range; unsigned */
  readonly v6: Uint32Array;
  /** every IPv4 and every IPv6 address */
  readonly isAny: boolean;

  constructor(v4: Uint32Array, v6: Uint32Array) {
    this.v4 = v4;
    this.v6 = v6;
    this.isAny =
      v4.length === 2 &&
      v4[0] === 0 &&
      v4[1] === 0xffffffff &&
      v6.length === 8 &&
      v6.every((word, i) => word === (i < 4 ? 0 : 0xffffffff));
  }

  /** From normalised ranges. */
  static of(v4: readonly Range<number>[], v6: readonly Range<bigint>[]): AddressSet {
    const four = Uint32Array.from(v4.flat());
    const six = new Uint32Array(v6.length * 8);
    v6.forEach(([low, high], i) => {
      bigintToIpv6(low, six, i * 8);
      bigintToIpv6(high, six, i * 8 + 4);
    });
    return new AddressSet(four, six);
  }

  get isEmpty(): boolean {
    return this.v4.length === 0 && this.v6.length === 0;
  }

  /** Is an IPv4 address, signed or unsigned, in the set? */
  contains4(word: number): boolean {
    const value = word >>> 0;
    let low = 0;
    let high = this.v4.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.v4[middle * 2 + 1]! < value) low = middle + 1;
      else high = middle;
    }
    return low * 2 < this.v4.length && this.v4[low * 2]! <= value;
  }

  /** Is an IPv6 address, given as four words, signed or unsigned, in the set? */
  contains6(w0: number, w1: number, w2: number, w3: number): boolean {
    let low = 0;
    let high = this.v6.length >> 3;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(middle * 8 + 4, w0, w1, w2, w3) < 0) low = middle + 1;
      else high = middle;
    }
    return low * 8 < this.v6.length && this.#compare(low * 8, w0, w1, w2, w3) <= 0;
  }

  // sign of (word quadruple at `i`) - (argument)
  #compare(i: number, w0: number, w1: number, w2: number, w3: number): number {
    const v6 = this.v6;
    return v6[i]! - (w0 >>> 0) || v6[i + 1]! - (w1 >>> 0) || v6[i + 2]! - (w2 >>> 0) || v6[i + 3]! - (w3 >>> 0);
  }

  /** `1.1.1.1-1.1.1.9,2001:db8::-2001:db8::ff`, for people and as a key: equal sets print equally. */
  toString(): string {
    if (this.isAny) return 'any';
    const parts: string[] = [];
    const { v4, v6 } = this;
    for (let i = 0; i < v4.length; i += 2) parts.push(dash(formatIpv4(v4[i]!), formatIpv4(v4[i + 1]!)));
    for (let i = 0; i < v6.length; i += 8) {
      const text = (at: number): string => formatIpv6Short(v6[at]!, v6[at + 1]!, v6[at + 2]!, v6[at + 3]!);
      parts.push(dash(text(i), text(i + 4)));
    }
    return parts.join(',');
  }
}

function dash(low: string, high: string): string {
  return low === high ? low : `${low}-${high}`;
}
