// HashIndex: open addressing from flow hash to flow record, linear probing, deletion by shifting back.

import type { Flows } from '../framework/flows.ts';
import { F, FLOW_STRIDE } from '../framework/flows.ts';
import type { FlowKey } from './key.ts';

export class HashIndex {
  /** Flow number + 1, 0 for an empty slot. */
  private slots: Int32Array;
  private mask: number;
  private used = 0;
  private readonly flows: Flows;
  /** After `find` found a flow: whether the key is the flow's tuple seen from the responder. */
  isReversed = false;

  constructor(flows: Flows, initial = 1 << 17) {
    this.flows = flows;
    this.slots = new Int32Array(initial);
    this.mask = initial - 1;
  }

  /** The flow of a key, in either direction, or -1. */
  find(key: FlowKey): number {
    const slots = this.slots;
    const mask = this.mask;
    const words = this.flows.words;
    for (let i = key.hash & mask; slots[i] !== 0; i = (i + 1) & mask) {
      const f = slots[i]! - 1;
      const base = f * FLOW_STRIDE;
      if (words[base + F.hash] === key.hash && this.matches(words, base, key)) return f;
    }
    return -1;
  }

  private matches(words: Int32Array, base: number, key: FlowKey): boolean {
    if (words[base + F.protoVersion] !== key.protoVersion) return false;
    if (words[base + F.vlan01] !== key.vlan01 || words[base + F.vlan2] !== key.vlan2) return false;
    if (key.vni !== -1 && words[base + F.vni] !== key.vni) return false; // the hash tells the others apart
    if (words[base + F.device] !== key.device) return false;
    if (isForward(words, base, key)) {
      this.isReversed = false;
      return true;
    }
    if (isBackward(words, base, key)) {
      this.isReversed = true;
      return true;
    }
    return false;
  }

  insert(f: number): void {
    if (this.used * 2 >= this.slots.length) this.grow();
    this.place(f);
    this.used++;
  }

  private place(f: number): void {
    let i = this.flows.words[f * FLOW_STRIDE + F.hash]! & this.mask;
    while (this.slots[i] !== 0) i = (i + 1) & this.mask;
    this.slots[i] = f + 1;
  }

  /** Takes a flow out and moves back those that had been pushed behind it. */
  remove(f: number): void {
    const { slots, mask } = this;
    const words = this.flows.words;
    let hole = words[f * FLOW_STRIDE + F.hash]! & mask;
    while (slots[hole] !== f + 1) {
      if (slots[hole] === 0) return;
      hole = (hole + 1) & mask;
    }
    slots[hole] = 0;
    this.used--;
    for (let i = (hole + 1) & mask; slots[i] !== 0; i = (i + 1) & mask) {
      const home = words[(slots[i]! - 1) * FLOW_STRIDE + F.hash]! & mask;
      if (((i - home) & mask) < ((i - hole) & mask)) continue;
      slots[hole] = slots[i]!;
      slots[i] = 0;
      hole = i;
    }
  }

  /** Every flow in the table, for work that is not per packet. */
  all(): number[] {
    const result: number[] = [];
    for (const slot of this.slots) if (slot !== 0) result.push(slot - 1);
    return result;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    this.mask = this.slots.length - 1;
    for (let i = 0; i < old.length; i++) if (old[i] !== 0) this.place(old[i]! - 1);
  }
}

function isForward(words: Int32Array, base: number, key: FlowKey): boolean {
  return (
    words[base] === key.src0 &&
    words[base + 4] === key.dst0 &&
    words[base + F.ports] === key.ports &&
    words[base + 1] === key.src1 &&
    words[base + 2] === key.src2 &&
    words[base + 3] === key.src3 &&
    words[base + 5] === key.dst1 &&
    words[base + 6] === key.dst2 &&
    words[base + 7] === key.dst3
  );
}

function isBackward(words: Int32Array, base: number, key: FlowKey): boolean {
  return (
    words[base] === key.dst0 &&
    words[base + 4] === key.src0 &&
    words[base + F.ports] === key.portsReversed &&
    words[base + 1] === key.dst1 &&
    words[base + 2] === key.dst2 &&
    words[base + 3] === key.dst3 &&
    words[base + 5] === key.src1 &&
    words[base + 6] === key.src2 &&
    words[base + 7] === key.src3
  );
}
