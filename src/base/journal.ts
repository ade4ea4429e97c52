// Journal: what workers do to state that each of them has a copy of, in one order for all. The copies are the same
// wherever as much of the journal was read, so that a threshold counts as if there was one worker.

/** Words of the shared memory in front of the ring. */
const LOCK = 0;
const HEAD = 1;
const READERS = 4;
const MAX_READERS = 62;
const RING = READERS + 2 * MAX_READERS;
/** The lock: free, or the number of the reader that holds it, plus one. */
const FREE = 0;
/** A reader that is not there, or has gone: nobody waits for it. */
const ABSENT = 0;
const PRESENT = 1;
/** Words of an entry's head: its length with the head, and its kind. */
const ENTRY_HEAD = 2;
/** Turns of waiting before the processor is given away, and milliseconds it is given away for. */
const SPINS = 200;
const PAUSE = 1;

/** Applies an entry that another worker wrote. @param words valid during the call alone, `length` of them */
export type ApplyEntry = (words: Int32Array, length: number) => void;

/**
 * One worker's end of the journal. What changes shared state does so between `begin`, which brings the copy up to date and
 * keeps the others out, and `end`; `append` tells the others what was done. Who only asks calls `catchUp` before.
 */
export class Journal {
  private readonly words: Int32Array;
  private readonly mask: number;
  private readonly reader: number;
  private readonly readers: number;
  private readonly kinds = new Map<number, ApplyEntry>();
  private scratch = new Int32Array(64);
  private position = 0;
  /** How many `begin` wait for their `end`. */
  private depth = 0;

  /** @param reader number of the worker, from 0 */
  constructor(memory: SharedArrayBuffer, reader: number, readers: number) {
    this.words = new Int32Array(memory);
    this.mask = this.words.length - RING - 1;
    this.reader = reader;
    this.readers = readers;
  }

  /** @param size words of the ring, a power of two: an entry may have half of them */
  static allocate(readers: number, size = 1 << 18): SharedArrayBuffer {
    if (readers > MAX_READERS || (size & (size - 1)) !== 0) throw new RangeError('Journal: readers or size');
    const memory = new SharedArrayBuffer((RING + size) * 4);
    const words = new Int32Array(memory);
    for (let reader = 0; reader < readers; reader++) words[stateOf(reader)] = PRESENT;
    return memory;
  }

  /** Longest entry, words. */
  get longest(): number {
    return (this.mask + 1) / 2 - ENTRY_HEAD;
  }

  /** Says what entries of a kind do. @param kind see JournalKind */
  on(kind: number, apply: ApplyEntry): void {
    this.kinds.set(kind, apply);
  }

  /** Applies what the others did since. */
  catchUp(): void {
    if (Atomics.load(this.words, HEAD) !== this.position) this.read();
  }

  /** Within another `begin` of the same reader it does nothing, nor does its `end`. */
  begin(): void {
    if (this.depth++ > 0) return;
    const { words } = this;
    for (let turn = 0; ; turn++) {
      const holder = Atomics.compareExchange(words, LOCK, FREE, this.reader + 1);
      if (holder === FREE) break;
      this.catchUp(); // whoever holds it may be waiting for this reader to make room
      if (turn > SPINS) Atomics.wait(words, LOCK, holder, PAUSE);
    }
    this.catchUp();
  }

  /**
   * For a thread that must not wait here, since it is the one that tells when a reader is gone: `begin`, where nobody is in
   * the way and one entry of any length has room. @returns whether it began; if not, try again after a turn of the event loop
   */
  tryBegin(): boolean {
    const { words } = this;
    for (let turn = 0; Atomics.compareExchange(words, LOCK, FREE, this.reader + 1) !== FREE; turn++) {
      this.catchUp();
      if (turn > SPINS) return false;
    }
    this.depth = 1;
    this.catchUp();
    if (this.hasRoom()) return true;
    this.end();
    return false;
  }

  /** Between `begin` and `end`: `length` words of `entry` say what was done. @param length at most `longest` */
  append(kind: number, entry: Int32Array, length: number): void {
    const { words, mask } = this;
    const size = length + ENTRY_HEAD;
    const start = words[HEAD]!;
    this.waitForRoom(start, size);
    words[RING + (start & mask)] = size;
    words[RING + ((start + 1) & mask)] = kind;
    for (let i = 0; i < length; i++) words[RING + ((start + ENTRY_HEAD + i) & mask)] = entry[i]!;
    this.position = (start + size) | 0;
    Atomics.store(words, positionOf(this.reader), this.position);
    Atomics.store(words, HEAD, this.position);
  }

  end(): void {
    if (--this.depth > 0) return;
    Atomics.store(this.words, LOCK, FREE);
    Atomics.notify(this.words, LOCK);
  }

  /** Takes a reader out: nobody waits for it any more, also where it ended while it kept the others out. */
  static leave(memory: SharedArrayBuffer, reader: number): void {
    const words = new Int32Array(memory);
    Atomics.store(words, stateOf(reader), ABSENT);
    // what it had not appended to its end nobody has seen
    if (Atomics.compareExchange(words, LOCK, reader + 1, FREE) === reader + 1) Atomics.notify(words, LOCK);
  }

  /** Between `begin` and `end`: lets another reader in that was taken out before, or is new in its place. */
  admit(reader: number): void {
    Atomics.store(this.words, positionOf(reader), this.position);
    Atomics.store(this.words, stateOf(reader), PRESENT);
  }

  /** This reader was let in: it reads on from there. */
  enter(): void {
    this.position = Atomics.load(this.words, positionOf(this.reader));
  }

  private read(): void {
    const { words, mask } = this;
    const head = Atomics.load(words, HEAD);
    while (this.position !== head) {
      const size = words[RING + (this.position & mask)]!;
      const kind = words[RING + ((this.position + 1) & mask)]!;
      const length = size - ENTRY_HEAD;
      if (this.scratch.length < length) this.scratch = new Int32Array(length * 2);
      const { scratch } = this;
      for (let i = 0; i < length; i++) scratch[i] = words[RING + ((this.position + ENTRY_HEAD + i) & mask)]!;
      this.position = (this.position + size) | 0;
      this.kinds.get(kind)?.(scratch, length);
    }
    Atomics.store(words, positionOf(this.reader), this.position);
  }

  /** Whether the others have read so much that the longest entry would wait for nobody. */
  private hasRoom(): boolean {
    const { words, mask } = this;
    for (let reader = 0; reader < this.readers; reader++) {
      if (reader === this.reader || Atomics.load(words, stateOf(reader)) !== PRESENT) continue;
      if (((this.position - Atomics.load(words, positionOf(reader))) | 0) > (mask + 1) / 2) return false;
    }
    return true;
  }

  /** Others may not have read yet what stands where the entry goes. */
  private waitForRoom(start: number, size: number): void {
    const { words, mask } = this;
    for (let reader = 0; reader < this.readers; reader++) {
      if (reader === this.reader) continue;
      for (let turn = 0; Atomics.load(words, stateOf(reader)) === PRESENT; turn++) {
        const unread = (start - Atomics.load(words, positionOf(reader))) | 0;
        if (unread + size <= mask + 1) break;
        if (turn > SPINS) Atomics.wait(words, LOCK, this.reader + 1, PAUSE);
      }
    }
  }
}

/** Where a reader says how far it has read. */
function positionOf(reader: number): number {
  return READERS + reader * 2;
}

/** Where it stands whether it is there. */
function stateOf(reader: number): number {
  return READERS + reader * 2 + 1;
}

/** Two words of a number, for entries: microseconds need more than 32 bits. */
export class NumberWords {
  private readonly number = new Float64Array(1);
  private readonly halves = new Int32Array(this.number.buffer);

  write(value: number, into: Int32Array, at: number): void {
    this.number[0] = value;
    into[at] = this.halves[0]!;
    into[at + 1] = this.halves[1]!;
  }

  read(from: Int32Array, at: number): number {
    this.halves[0] = from[at]!;
    this.halves[1] = from[at + 1]!;
    return this.number[0]!;
  }
}
