// Segments: which bytes of a stream arrived in which packet, as list records in one typed array.

import { largeWords } from '../native/large-memory.ts';

const WORDS = 4;

/** Doubly linked records of [start, end) positions relative to the stream's base. */
export class Segments {
  /** start, end, next, previous of each record. */
  words: Int32Array;
  inUse = 0;
  private free = -1;
  private nextUnused = 0;
  private capacity: number;

  constructor(initial = 4096) {
    this.capacity = initial;
    this.words = largeWords(initial * WORDS);
  }

  allocate(start: number, end: number): number {
    let n = this.free;
    if (n >= 0) this.free = this.words[n * WORDS + 2]!;
    else {
      if (this.nextUnused === this.capacity) this.grow();
      n = this.nextUnused++;
    }
    const i = n * WORDS;
    this.words[i] = start;
    this.words[i + 1] = end;
    this.words[i + 2] = -1;
    this.words[i + 3] = -1;
    this.inUse++;
    return n;
  }

  release(n: number): void {
    this.words[n * WORDS + 2] = this.free;
    this.free = n;
    this.inUse--;
  }

  start(n: number): number {
    return this.words[n * WORDS]!;
  }

  end(n: number): number {
    return this.words[n * WORDS + 1]!;
  }

  next(n: number): number {
    return this.words[n * WORDS + 2]!;
  }

  previous(n: number): number {
    return this.words[n * WORDS + 3]!;
  }

  setEnd(n: number, end: number): void {
    this.words[n * WORDS + 1] = end;
  }

  setNext(n: number, next: number): void {
    this.words[n * WORDS + 2] = next;
  }

  setPrevious(n: number, previous: number): void {
    this.words[n * WORDS + 3] = previous;
  }

  /** Moves the positions of a whole list when its base moves on. */
  shift(head: number, by: number): void {
    for (let n = head; n >= 0; n = this.next(n)) {
      const i = n * WORDS;
      this.words[i] = this.words[i]! - by;
      this.words[i + 1] = this.words[i + 1]! - by;
    }
  }

  private grow(): void {
    this.capacity *= 2;
    const words = largeWords(this.capacity * WORDS);
    words.set(this.words);
    this.words = words;
  }
}
