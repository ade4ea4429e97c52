// Domain names on the wire (RFC 1035 sections 3.1 and 4.1.4), read without trust.

import { copyOf } from '../base/kept-bytes.ts';

export interface DnsName {
  /** Labels with dots between them, in the bytes they have on the wire. */
  readonly bytes: Uint8Array;
  /** Longer than what is kept. */
  readonly isTruncated: boolean;
}

/** What was odd about the names of a message. */
export interface NameNotes {
  isTruncatedName: boolean;
  hasInfiniteLoop: boolean;
  hasLabelLimit: boolean;
}

const MAX_NAME = 1025;
/** Labels and pointers together. */
const MAX_STEPS = 255;
const POINTER = 0xc0;
const NOTHING = new Uint8Array(0);

/** Reads names of one message one after the other. */
export class NameReader {
  /** Behind the name that was read last. */
  next = 0;
  /** The name read last is the first `length` bytes of it. */
  readonly out = new Uint8Array(MAX_NAME);
  length = 0;
  /** It is longer than that. */
  isTruncated = false;
  /** Nothing is shown: names and data are looked at, not copied. */
  private isOnlyChecked = false;
  private data: Uint8Array = NOTHING;
  /** Where the message lies in `data`. */
  private base = 0;
  private end = 0;
  private notes: NameNotes = { isTruncatedName: false, hasInfiniteLoop: false, hasLabelLimit: false };

  /** Names of the message [base, end) of `data` are read from here on. */
  open(data: Uint8Array, base: number, end: number, notes: NameNotes, isOnlyChecked: boolean): void {
    this.data = data;
    this.base = base;
    this.end = end;
    this.notes = notes;
    this.isOnlyChecked = isOnlyChecked;
  }

  /**
   * The name at `start` of the data, its compression undone. It ends with its root label, with a pointer, or where
   * [start, end) does. False when it cannot be read.
   */
  show(start: number, end: number): boolean {
    const { data } = this;
    this.length = 0;
    this.isTruncated = false;
    this.next = -1;
    let at = start;
    let limit = end;
    for (let steps = 1; at < limit && data[at] !== 0; steps++) {
      if (steps > MAX_STEPS) return this.next >= 0 && this.tooManySteps();
      const first = data[at]!;
      if ((first & POINTER) === POINTER) {
        if (at + 1 >= limit) return false;
        if (this.next < 0) this.next = at + 2;
        const to = this.base + (((first & 0x3f) << 8) | data[at + 1]!);
        if (to === at) {
          this.notes.hasInfiniteLoop = true;
          this.isTruncated = true;
          return true;
        }
        if (to > this.end) return false;
        at = to;
        limit = this.end;
        continue;
      }
      if ((first & POINTER) !== 0 || at + 1 + first > limit) return false;
      this.label(at + 1, first);
      at += 1 + first;
      if (this.length >= MAX_NAME) return this.tooLong(at, limit, steps + 1);
    }
    if (this.next < 0) this.next = at < limit ? at + 1 : at;
    return true;
  }

  /** The same as a copy of its own; null when it cannot be read. */
  read(start: number, end: number): DnsName | null {
    return this.show(start, end) ? this.copy() : null;
  }

  /** The name read last. */
  copy(): DnsName {
    return { bytes: copyOf(this.out, 0, this.length), isTruncated: this.isTruncated };
  }

  /** Where the name at `at` ends that was found sound before. */
  skip(at: number, end: number): number {
    const { data } = this;
    while (at < end && data[at] !== 0) {
      const first = data[at]!;
      if ((first & POINTER) === POINTER) return at + 2;
      at += 1 + first;
    }
    return at < end ? at + 1 : at;
  }

  private label(at: number, length: number): void {
    if (this.length > 0) this.out[this.length++] = 0x2e;
    const room = Math.min(length, MAX_NAME - this.length);
    if (!this.isOnlyChecked) for (let i = 0; i < room; i++) this.out[this.length + i] = this.data[at + i]!;
    this.length += room;
  }

  private tooManySteps(): boolean {
    this.notes.hasLabelLimit = true;
    return this.truncated();
  }

  private truncated(): boolean {
    this.notes.isTruncatedName = true;
    this.isTruncated = true;
    return true;
  }

  /** What is behind the part that is kept is passed over, step by step as before. */
  private tooLong(from: number, end: number, taken: number): boolean {
    let at = from;
    let limit = end;
    this.truncated();
    for (let steps = taken; at < limit && this.data[at] !== 0; steps++) {
      if (steps > MAX_STEPS) return this.next >= 0 && this.tooManySteps();
      const first = this.data[at]!;
      if ((first & POINTER) !== POINTER) {
        at += 1 + first;
        continue;
      }
      if (at + 1 >= limit) return false;
      if (this.next < 0) this.next = at + 2;
      const to = this.base + (((first & 0x3f) << 8) | this.data[at + 1]!);
      if (to === at) {
        this.notes.hasInfiniteLoop = true;
        return true;
      }
      if (to > this.end) return false;
      at = to;
      limit = this.end;
    }
    if (at > limit) return false;
    if (this.next < 0) this.next = at < limit ? at + 1 : at;
    return true;
  }
}
