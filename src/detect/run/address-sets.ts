// Membership of a packet's addresses in the rules' address sets: asked by many signatures, looked up once per packet.

import type { Packet } from '../../framework/packet.ts';
import type { AddressSet } from '../../rules/index.ts';

/** Number of the set of all addresses. */
export const ANY_ADDRESS = 0;
const MAX_EPOCH = 0x3fffffff;

export class AddressSets {
  private readonly sets: AddressSet[] = [];
  private readonly numbers = new Map<AddressSet, number>();
  /** By set: epoch of the packet it was last looked up for, times two, plus the answer. */
  private source = new Int32Array(0);
  private destination = new Int32Array(0);
  private epoch = 0;

  /** Number of a set, for the run time; equal sets are one object, so they get one number. */
  add(set: AddressSet): number {
    if (set.isAny) return ANY_ADDRESS;
    const known = this.numbers.get(set);
    if (known !== undefined) return known;
    const number = this.sets.push(set);
    this.numbers.set(set, number);
    return number;
  }

  /** Forgets what is known: the next questions are about another packet. */
  nextPacket(): void {
    if (this.source.length <= this.sets.length) this.grow();
    if (++this.epoch <= MAX_EPOCH) return;
    this.source.fill(0);
    this.destination.fill(0);
    this.epoch = 1;
  }

  private grow(): void {
    this.source = new Int32Array(this.sets.length + 1);
    this.destination = new Int32Array(this.sets.length + 1);
  }

  hasSource(number: number, p: Packet): boolean {
    if (number === ANY_ADDRESS) return true;
    const mark = this.source[number]!;
    if (mark >> 1 === this.epoch) return (mark & 1) !== 0;
    const isIn = contains(this.sets[number - 1]!, p.ipVersion, p.src0, p.src1, p.src2, p.src3);
    this.source[number] = (this.epoch << 1) | (isIn ? 1 : 0);
    return isIn;
  }

  hasDestination(number: number, p: Packet): boolean {
    if (number === ANY_ADDRESS) return true;
    const mark = this.destination[number]!;
    if (mark >> 1 === this.epoch) return (mark & 1) !== 0;
    const isIn = contains(this.sets[number - 1]!, p.ipVersion, p.dst0, p.dst1, p.dst2, p.dst3);
    this.destination[number] = (this.epoch << 1) | (isIn ? 1 : 0);
    return isIn;
  }
}

function contains(set: AddressSet, version: number, a0: number, a1: number, a2: number, a3: number): boolean {
  return version === 4 ? set.contains4(a0) : version === 6 && set.contains6(a0, a1, a2, a3);
}
