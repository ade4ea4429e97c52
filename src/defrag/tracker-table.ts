// TrackerTable: trackers by key, and in order of age so that the oldest go first.

import type { Packet } from '../framework/packet.ts';
import { Tracker, fragmentId } from './tracker.ts';
import type { TrackerKeys } from './tracker.ts';

export class TrackerTable {
  count = 0;
  oldest: Tracker | null = null;
  private newest: Tracker | null = null;
  private readonly buckets: (Tracker | null)[];
  private readonly mask: number;
  private readonly seed: number;
  private readonly spare: Tracker[] = [];
  private readonly keys: TrackerKeys;

  /** @param seed a random number, so that nobody outside can aim at one bucket */
  constructor(size: number, seed: number, keys: TrackerKeys) {
    this.keys = keys;
    const buckets = 1 << (32 - Math.clz32(Math.max(2, size) - 1));
    this.buckets = new Array<Tracker | null>(buckets).fill(null);
    this.mask = buckets - 1;
    this.seed = seed;
  }

  hash(p: Packet): number {
    let h = this.seed ^ fragmentId(p);
    h = mix(h ^ p.src0);
    h = mix(h ^ p.dst0);
    if (p.ipVersion === 6) {
      h = mix(h ^ p.src1 ^ Math.imul(p.dst1, 31));
      h = mix(h ^ p.src2 ^ Math.imul(p.dst2, 31));
      h = mix(h ^ p.src3 ^ Math.imul(p.dst3, 31));
    }
    if (this.keys.usesVlan) h ^= p.vlan0;
    if (this.keys.usesRecursion) h ^= p.recursion << 16;
    return mix(h);
  }

  find(p: Packet, hash: number): Tracker | null {
    let tracker = this.buckets[hash & this.mask] ?? null;
    while (tracker !== null && !tracker.matches(p, hash, this.keys)) tracker = tracker.chain;
    return tracker;
  }

  add(p: Packet, hash: number): Tracker {
    const tracker = this.spare.pop() ?? new Tracker();
    tracker.begin(p, hash);
    tracker.chain = this.buckets[hash & this.mask] ?? null;
    this.buckets[hash & this.mask] = tracker;
    this.linkNewest(tracker);
    this.count++;
    return tracker;
  }

  /** Takes the tracker out; its fragments are the caller's business. */
  remove(tracker: Tracker): void {
    const index = tracker.hash & this.mask;
    if (this.buckets[index] === tracker) this.buckets[index] = tracker.chain;
    else {
      let previous = this.buckets[index] ?? null;
      while (previous !== null && previous.chain !== tracker) previous = previous.chain;
      if (previous !== null) previous.chain = tracker.chain;
    }
    this.unlink(tracker);
    this.count--;
    this.spare.push(tracker);
  }

  /** Makes it the youngest. */
  touch(tracker: Tracker): void {
    if (this.newest === tracker) return;
    this.unlink(tracker);
    this.linkNewest(tracker);
  }

  private linkNewest(tracker: Tracker): void {
    tracker.newer = null;
    tracker.older = this.newest;
    if (this.newest === null) this.oldest = tracker;
    else this.newest.newer = tracker;
    this.newest = tracker;
  }

  private unlink(tracker: Tracker): void {
    if (tracker.older === null) this.oldest = tracker.newer;
    else tracker.older.newer = tracker.newer;
    if (tracker.newer === null) this.newest = tracker.older;
    else tracker.newer.older = tracker.older;
  }
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}
