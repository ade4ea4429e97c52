// JoinedFiles: files that come in parts, in any order and over any number of connections, put together again.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import type { PartOfFile, TrackedFile } from '../framework/file.ts';
import type { Transaction } from '../framework/transaction.ts';

const MEMCAP = defineCounter('http.byterange.memcap');
/** Files under way at a time; the oldest goes. */
const MAX_WHOLES = 4096;

/** What makes and feeds files. */
export interface FileMaker {
  create(file: TrackedFile): TrackedFile;
  append(file: TrackedFile, data: Uint8Array, start: number, end: number): void;
  close(file: TrackedFile, how: 'closed'): void;
}

interface Whole {
  readonly file: TrackedFile;
  readonly total: number;
  /** The part whose bytes are the next. */
  owner: FilePart | null;
  /** Parts that are through, and lie further on. */
  readonly waiting: FilePart[];
  /** Microseconds. */
  lastUsed: number;
}

/** A part under way: its bytes go on to the whole, or wait until those before them have come. */
export class FilePart {
  readonly whole: Whole;
  readonly key: string;
  readonly tx: Transaction;
  /** Where its next byte belongs. */
  at: number;
  /** Where it ends: bytes beyond are none of it. */
  readonly stop: number;
  chunks: Uint8Array[] = [];
  /** Where the first of the chunks belongs. */
  start: number;
  size = 0;
  isDropped = false;

  constructor(whole: Whole, key: string, tx: Transaction, { rangeStart, rangeEnd }: TrackedFile) {
    this.whole = whole;
    this.key = key;
    this.tx = tx;
    this.at = rangeStart;
    this.start = rangeStart;
    this.stop = rangeEnd + 1;
  }
}

export class JoinedFiles {
  private readonly maker: FileMaker;
  private readonly counters: Counters;
  private readonly wholes = new Map<string, Whole>();
  private memory = 0;

  constructor(maker: FileMaker, counters: Counters) {
    this.maker = maker;
    this.counters = counters;
  }

  /** @returns null: the bytes of the part are known already */
  begin(file: TrackedFile, tx: Transaction, what: PartOfFile): FilePart | null {
    const { key, total, now } = what;
    this.expire(now - what.timeout * 1e6);
    let whole = this.wholes.get(key);
    if (whole !== undefined && whole.total !== total) this.forget(key, whole); // another file by now
    if (whole?.total !== total) {
      whole = { file: this.maker.create(file), total, owner: null, waiting: [], lastUsed: now };
    }
    this.wholes.delete(key); // to the end: the least used goes first
    this.wholes.set(key, whole);
    whole.lastUsed = now;
    if (file.rangeEnd < whole.file.size) return null;
    const part = new FilePart(whole, key, tx, file);
    if (whole.owner === null && file.rangeStart <= whole.file.size) whole.owner = part;
    return part;
  }

  append(part: FilePart, data: Uint8Array, start: number, last: number, memcap: number): void {
    const { whole, at } = part;
    const end = Math.min(last, start + part.stop - at);
    if (part.isDropped || end <= start) return;
    part.at += end - start;
    if (whole.owner === part) {
      const known = Math.max(0, whole.file.size - at);
      if (start + known < end) this.maker.append(whole.file, data, start + known, end);
      return;
    }
    if (this.memory + end - start > memcap) {
      this.counters.add(MEMCAP);
      this.drop(part);
      return;
    }
    this.memory += end - start;
    part.size += end - start;
    part.chunks.push(data.slice(start, end));
  }

  /** Bytes of it are missing: what there is of it is of no use beyond. */
  drop(part: FilePart): void {
    part.isDropped = true;
    if (part.whole.owner === part) part.whole.owner = null;
    this.release(part);
  }

  /** The part is over; @returns the whole, when it is complete with it */
  end(part: FilePart): TrackedFile | null {
    const { whole } = part;
    if (this.wholes.get(part.key) !== whole) {
      this.release(part);
      return null;
    }
    if (whole.owner === part) whole.owner = null;
    else if (!part.isDropped && part.size > 0) whole.waiting.push(part);
    if (whole.owner === null) this.takeWaiting(whole);
    if (whole.file.size < whole.total) return null;
    this.forget(part.key, whole);
    this.maker.close(whole.file, 'closed');
    return whole.file;
  }

  private takeWaiting(whole: Whole): void {
    whole.waiting.sort((a, b) => a.start - b.start);
    while (whole.waiting.length > 0 && whole.waiting[0]!.start <= whole.file.size) {
      const part = whole.waiting.shift()!;
      let at = part.start;
      for (const chunk of part.chunks) {
        const known = Math.max(0, whole.file.size - at);
        if (known < chunk.length) this.maker.append(whole.file, chunk, known, chunk.length);
        at += chunk.length;
      }
      this.release(part);
    }
  }

  private release(part: FilePart): void {
    this.memory -= part.size;
    part.size = 0;
    part.chunks = [];
  }

  private forget(key: string, whole: Whole): void {
    this.wholes.delete(key);
    for (const part of whole.waiting) this.release(part);
    whole.waiting.length = 0;
  }

  /** Wholes are in the order in which they were last used. */
  private expire(before: number): void {
    for (const [key, whole] of this.wholes) {
      if (whole.lastUsed > before && this.wholes.size <= MAX_WHOLES) return;
      this.forget(key, whole);
    }
  }
}
