// Pace: how far each worker has come with captures that all of them read. None runs far ahead of another, so that what
// they do to the state that they share (thresholds, marks, data sets) comes in about the order of the packets.

/** Packets by which a worker may be ahead of the slowest. */
const AHEAD = 1 << 14;
/** Milliseconds between two looks of a worker that waits. */
const LOOK = 5;

/**
 * Words of each worker, a line of the cache apart: packets read (modulo 2^32), captures that it is through with, and two
 * for the packets that were its own. Behind them a byte for each capture.
 */
const READ = 0;
const CAPTURES = 1;
const OWN = 2;
const WORDS = 16;
/** In place of captures: it reads no more. */
const ENDED = 0x7fffffff;

export class Pace {
  private readonly words: Int32Array;
  private readonly own: Float64Array;
  /** 1 for a capture that some worker could not open. */
  private readonly bad: Uint8Array;
  private readonly count: number;

  constructor(memory: SharedArrayBuffer, workers: number) {
    this.words = new Int32Array(memory, 0, workers * WORDS);
    this.own = new Float64Array(memory, 0, (workers * WORDS) / 2);
    this.bad = new Uint8Array(memory, workers * WORDS * 4);
    this.count = workers;
  }

  static allocate(workers: number, captures: number): SharedArrayBuffer {
    return new SharedArrayBuffer(workers * WORDS * 4 + captures);
  }

  /** A worker has read so many packets more. */
  advance(worker: number, packets: number): void {
    Atomics.add(this.words, worker * WORDS + READ, packets);
    Atomics.notify(this.words, worker * WORDS + READ);
  }

  /** A worker could not open a capture. @returns whether it is the first to say so */
  noteBad(capture: number): boolean {
    return Atomics.exchange(this.bad, capture, 1) === 0;
  }

  /** A worker is through with a capture. */
  endCapture(worker: number, capture: number): void {
    Atomics.store(this.words, worker * WORDS + CAPTURES, capture + 1);
  }

  /** A worker reads no more. @param packets that were its own */
  end(worker: number, packets: number): void {
    this.own[(worker * WORDS + OWN) / 2] = packets;
    Atomics.store(this.words, worker * WORDS + CAPTURES, ENDED);
    Atomics.notify(this.words, worker * WORDS + READ);
  }

  /** Captures that all workers are through with; more than there are when none reads any more. */
  get captures(): number {
    let least = ENDED;
    for (let worker = 0; worker < this.count; worker++)
      least = Math.min(least, Atomics.load(this.words, worker * WORDS + CAPTURES));
    return least;
  }

  /** Whether all workers could open a capture that they are through with. */
  isGood(capture: number): boolean {
    return this.bad[capture] === 0;
  }

  /** Packets of all workers that read no more. */
  get packets(): number {
    let sum = 0;
    for (let worker = 0; worker < this.count; worker++) sum += this.own[(worker * WORDS + OWN) / 2]!;
    return sum;
  }

  /**
   * Waits while a worker has not come through all captures, a short time at most.
   * @param count of the captures
   * @returns whether there still is one
   */
  waitForTheLast(count: number): boolean {
    for (let other = 0; other < this.count; other++) {
      if (Atomics.load(this.words, other * WORDS + CAPTURES) >= count) continue;
      const theirs = Atomics.load(this.words, other * WORDS + READ);
      Atomics.wait(this.words, other * WORDS + READ, theirs, LOOK);
      return true;
    }
    return false;
  }

  /**
   * Waits while a worker is too far ahead of one that still reads, a short time at most.
   * @returns whether it still is
   */
  waitForOthers(worker: number): boolean {
    const mine = Atomics.load(this.words, worker * WORDS + READ);
    for (let other = 0; other < this.count; other++) {
      if (Atomics.load(this.words, other * WORDS + CAPTURES) === ENDED) continue;
      const theirs = Atomics.load(this.words, other * WORDS + READ);
      if (((mine - theirs) | 0) <= AHEAD) continue;
      Atomics.wait(this.words, other * WORDS + READ, theirs, LOOK);
      return true;
    }
    return false;
  }
}
