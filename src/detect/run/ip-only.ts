// IpOnlyIndex: rules about addresses alone, found by one search in the ranges of all of them.

import type { Packet } from '../../framework/packet.ts';
import type { SignatureOutline } from '../compile/outline.ts';
import type { AddressSet } from '../../rules/index.ts';
import type { Candidates } from './candidates.ts';

type Entry = readonly [set: AddressSet, iid: number];

export class IpOnlyIndex {
  private readonly bySource: RangeIndex;
  private readonly byDestination: RangeIndex;

  /** Each signature is looked up by the side that covers fewer addresses. */
  constructor(signatures: readonly SignatureOutline[]) {
    const bySource: Entry[] = [];
    const byDestination: Entry[] = [];
    for (const { header, iid } of signatures) {
      const isSource = size4(header.source) <= size4(header.destination);
      const set = isSource ? header.source : header.destination;
      if (isSource || header.isEitherWay) bySource.push([set, iid]);
      if (!isSource || header.isEitherWay) byDestination.push([set, iid]);
    }
    this.bySource = new RangeIndex(bySource);
    this.byDestination = new RangeIndex(byDestination);
  }

  /** Adds the signatures one side of which covers the packet; the rest of their header is still to be checked. */
  collect(p: Packet, candidates: Candidates): void {
    if (p.ipVersion === 4) {
      candidates.addAll(this.bySource.of(p.src0 >>> 0));
      candidates.addAll(this.byDestination.of(p.dst0 >>> 0));
      return;
    }
    candidates.addAll(this.bySource.otherThan4);
    candidates.addAll(this.byDestination.otherThan4);
  }
}

function size4({ v4 }: AddressSet): number {
  let size = 0;
  for (let i = 0; i < v4.length; i += 2) size += v4[i + 1]! - v4[i]! + 1;
  return size;
}

/** IPv4 addresses cut into segments, each with the signatures that hold in it. */
class RangeIndex {
  /** Signatures whose set covers more than IPv4. */
  readonly otherThan4: Int32Array;
  /** First address of each segment; the first segment starts at 0. */
  private readonly starts: Uint32Array;
  private readonly numbers: Uint32Array;
  private readonly lists: Int32Array[] = [];

  constructor(entries: readonly Entry[]) {
    this.otherThan4 = Int32Array.from(entries.filter(([set]) => set.v6.length > 0).map(([, iid]) => iid));
    const starts: number[] = [];
    const numbers: number[] = [];
    const known = new Map<string, number>();
    const active = new Set<number>();
    for (const [address, changes] of changesOf(entries)) {
      for (const iid of changes) if (!active.delete(iid)) active.add(iid);
      starts.push(address);
      const list = [...active].sort((a, b) => a - b);
      const key = list.join();
      let number = known.get(key);
      if (number === undefined) known.set(key, (number = this.lists.push(Int32Array.from(list)) - 1));
      numbers.push(number);
    }
    this.starts = Uint32Array.from(starts);
    this.numbers = Uint32Array.from(numbers);
  }

  of(address: number): Int32Array {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= address) low = middle;
      else high = middle - 1;
    }
    return this.lists[this.numbers[low]!]!;
  }
}

/** By address, ascending, the signatures that begin or cease to hold there. */
function changesOf(entries: readonly Entry[]): (readonly [number, number[]])[] {
  const changes = new Map<number, number[]>([[0, []]]);
  const note = (address: number, iid: number): void => {
    const list = changes.get(address);
    if (list === undefined) changes.set(address, [iid]);
    else list.push(iid);
  };
  for (const [{ v4 }, iid] of entries) {
    for (let i = 0; i < v4.length; i += 2) {
      note(v4[i]!, iid);
      if (v4[i + 1]! < 0xffffffff) note(v4[i + 1]! + 1, iid);
    }
  }
  return [...changes].sort((a, b) => a[0] - b[0]);
}
