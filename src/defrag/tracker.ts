// Tracker: the fragments of one IP packet as they come in; pooled objects, the bytes live in the slab.

import type { Packet } from '../framework/packet.ts';
import { newFragmentWins } from './policy.ts';

/** `vlan.use-for-tracking` and `decoder.recursion-level.use-for-tracking`. */
export interface TrackerKeys {
  readonly usesVlan: boolean;
  readonly usesRecursion: boolean;
}

/** Bytes of one bit of coverage: fragment offsets are multiples of it. */
const UNIT = 8;
const UNITS = 8192;

/** One fragment kept. `block` is its place in the slab: `prefix` bytes of headers (first fragment), then the data. */
export class Fragment {
  /** Place of the data in the packet being rebuilt. */
  offset = 0;
  end = 0;
  block = 0;
  blockSize = 0;
  prefix = 0;
  isLast = false;
  next: Fragment | null = null;
}

export class Tracker {
  // key
  version = 0;
  proto = 0;
  id = 0;
  src0 = 0;
  src1 = 0;
  src2 = 0;
  src3 = 0;
  dst0 = 0;
  dst1 = 0;
  dst2 = 0;
  dst3 = 0;
  vlan01 = 0;
  vlan2 = 0;
  recursion = 0;
  device = 0;
  hash = 0;

  policy = 0;
  /** Microseconds since the epoch. */
  expires = 0;
  /** In the order of arrival. */
  first: Fragment | null = null;
  last: Fragment | null = null;
  count = 0;
  /** End of the packet: of the first fragment, by place, without "more fragments"; -1 until there is one. */
  total = -1;
  private lastOffset = 0;
  /** End of the fragment furthest out. */
  reach = 0;
  hasOverlap = false;
  /** The first fragment (offset 0) that arrived: its headers become those of the rebuilt packet. */
  head: Fragment | null = null;
  /** Inside the head's prefix: Ethernet header (-1 without), IP header, field that names what was fragmented. */
  etherDelta = -1;
  l3Delta = 0;
  nextHeaderDelta = 0;
  /** Next header of the IPv6 fragment header. */
  nextHeader = 0;

  // table and age list
  chain: Tracker | null = null;
  older: Tracker | null = null;
  newer: Tracker | null = null;

  private readonly covered = new Int32Array(UNITS / 32);
  private coveredUnits = 0;
  private highest = 0;

  /** Ready for the fragments of `p`. */
  begin(p: Packet, hash: number): void {
    setKey(this, p);
    this.hash = hash;
    this.first = this.last = this.head = null;
    this.count = 0;
    this.total = -1;
    this.reach = 0;
    this.hasOverlap = false;
    this.covered.fill(0, 0, (this.highest >> 5) + 1);
    this.coveredUnits = 0;
    this.highest = 0;
  }

  append(fragment: Fragment): void {
    fragment.next = null;
    if (this.last === null) this.first = fragment;
    else this.last.next = fragment;
    this.last = fragment;
    this.count++;
  }

  /**
   * Marks [start, end) as there; true when some of it was before. A last fragment may end anywhere, any other one
   * only counts whole units.
   */
  cover(start: number, end: number, isLast: boolean): boolean {
    const from = start / UNIT;
    const to = isLast ? Math.ceil(end / UNIT) : Math.floor(end / UNIT);
    let overlaps = false;
    for (let unit = from; unit < to; unit++) {
      const word = unit >> 5;
      const bit = 1 << (unit & 31);
      if ((this.covered[word]! & bit) !== 0) overlaps = true;
      else {
        this.covered[word]! |= bit;
        this.coveredUnits++;
      }
    }
    if (to > this.highest) this.highest = Math.min(to, UNITS - 1);
    return overlaps;
  }

  /** A fragment without "more fragments", unless an earlier one has all of its bytes. */
  noteLast(fragment: Fragment): void {
    let end = fragment.end;
    for (let f = this.first; f !== null; f = f.next) {
      if (f.offset > fragment.offset || f.end < fragment.end) continue;
      if (!newFragmentWins(this.policy, f.offset, f.end, fragment.offset, fragment.end)) return;
      if (f.offset === fragment.offset && f.end > end) end = f.end; // its bytes beyond the new one stay
    }
    if (this.total >= 0 && fragment.offset >= this.lastOffset) {
      const isReplaced = fragment.offset === this.lastOffset && end > this.total;
      if (!isReplaced || !newFragmentWins(this.policy, this.lastOffset, this.total, fragment.offset, end)) return;
    }
    this.total = end;
    this.lastOffset = fragment.offset;
  }

  /** Nothing is missing, neither before the end nor of what came beyond it (measured beside Suricata 8.0.8). */
  isComplete(): boolean {
    if (this.total < 0 || this.head === null || this.coveredUnits < Math.ceil(this.reach / UNIT)) return false;
    return this.total % UNIT === 0 || this.reach <= this.total || this.has(this.total);
  }

  /** Whether a byte has come. */
  private has(at: number): boolean {
    for (let f = this.first; f !== null; f = f.next) if (f.offset <= at && f.end > at) return true;
    return false;
  }

  /** @param keys which of VLAN and recursion depth tell packets apart */
  matches(p: Packet, hash: number, keys: TrackerKeys): boolean {
    return (
      this.hash === hash &&
      this.id === fragmentId(p) &&
      this.src0 === p.src0 &&
      this.dst0 === p.dst0 &&
      this.version === p.ipVersion &&
      this.proto === fragmentProto(p) &&
      this.src1 === p.src1 &&
      this.src2 === p.src2 &&
      this.src3 === p.src3 &&
      this.dst1 === p.dst1 &&
      this.dst2 === p.dst2 &&
      this.dst3 === p.dst3 &&
      (!keys.usesVlan || (this.vlan01 === vlanKey(p) && this.vlan2 === p.vlan2)) &&
      (!keys.usesRecursion || this.recursion === p.recursion) &&
      this.device === p.device
    );
  }
}

function setKey(t: Tracker, p: Packet): void {
  t.version = p.ipVersion;
  t.proto = fragmentProto(p);
  t.id = fragmentId(p);
  t.src0 = p.src0;
  t.src1 = p.src1;
  t.src2 = p.src2;
  t.src3 = p.src3;
  t.dst0 = p.dst0;
  t.dst1 = p.dst1;
  t.dst2 = p.dst2;
  t.dst3 = p.dst3;
  t.vlan01 = vlanKey(p);
  t.vlan2 = p.vlan2;
  t.recursion = p.recursion;
  t.device = p.device;
}

export function fragmentId(p: Packet): number {
  return p.ipVersion === 4 ? p.ipId : p.ip6FragmentId;
}

/** IPv6 fragments of one packet may name different next headers; they belong together all the same. */
function fragmentProto(p: Packet): number {
  return p.ipVersion === 4 ? p.proto : 0;
}

function vlanKey(p: Packet): number {
  return p.vlan0 | (p.vlan1 << 16);
}
