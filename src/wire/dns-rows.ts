// DnsRows: where the records of a message lie in its bytes, without an object or a copy for any of them.

import { NameReader } from './dns-name.ts';
import type { NameNotes } from './dns-name.ts';
import { i32, u16 } from './read.ts';

/** Words of a row: where its name begins, its type, seconds to live, and where its data begins and ends. */
const Word = { name: 0, type: 1, ttl: 2, start: 3, end: 4 } as const;
const WORDS = 5;

/** Filled anew for each message. Only what was found sound when it was parsed is read. */
export class DnsRows {
  /** Of the message. */
  data: Uint8Array = new Uint8Array(0);
  /** Row behind the last of each section; the first section begins at row 0. */
  questions = 0;
  answers = 0;
  authorities = 0;
  additionals = 0;
  /** Shows a name: `at` of a row, or the beginning of one in its data. */
  readonly names = new NameReader();
  private readonly notes: NameNotes = { isTruncatedName: false, hasInfiniteLoop: false, hasLabelLimit: false };
  private words = new Int32Array(64 * WORDS);
  private count = 0;
  private at = 0;
  private stop = 0;

  /** Begins with the message [start, end) of `data`. */
  open(data: Uint8Array, start: number, end: number): void {
    this.data = data;
    this.at = start + HEADER_LENGTH;
    this.stop = end;
    this.count = this.questions = this.answers = this.authorities = this.additionals = 0;
    this.names.open(data, start, end, this.notes, false);
  }

  /** The questions come first, then the sections of records, one by one. */
  readQuestions(count: number): void {
    for (let i = 0; i < count; i++) {
      const name = this.at;
      const at = this.names.skip(name, this.stop);
      this.add(name, u16(this.data, at), 0, 0, 0);
      this.at = at + 4;
    }
    this.questions = this.answers = this.authorities = this.additionals = this.count;
  }

  readAnswers(count: number): void {
    this.answers = this.authorities = this.additionals = this.section(count);
  }

  readAuthorities(count: number): void {
    this.authorities = this.additionals = this.section(count);
  }

  readAdditionals(count: number): void {
    this.additionals = this.section(count);
  }

  private section(count: number): number {
    const { data } = this;
    for (let i = 0; i < count; i++) {
      const name = this.at;
      const at = this.names.skip(name, this.stop);
      const start = at + 10;
      const end = start + u16(data, at + 8);
      this.add(name, u16(data, at), i32(data, at + 4), start, end);
      this.at = end;
    }
    return this.count;
  }

  private add(name: number, type: number, ttl: number, start: number, end: number): void {
    const at = this.count++ * WORDS;
    if (at + WORDS > this.words.length) this.grow();
    const { words } = this;
    words[at + Word.name] = name;
    words[at + Word.type] = type;
    words[at + Word.ttl] = ttl;
    words[at + Word.start] = start;
    words[at + Word.end] = end;
  }

  private grow(): void {
    const larger = new Int32Array(this.words.length * 2);
    larger.set(this.words);
    this.words = larger;
  }

  type(row: number): number {
    return this.words[row * WORDS + Word.type]!;
  }

  /** Seconds. */
  ttl(row: number): number {
    return this.words[row * WORDS + Word.ttl]! >>> 0;
  }

  /** The data is [start, end) of the message's. */
  start(row: number): number {
    return this.words[row * WORDS + Word.start]!;
  }

  end(row: number): number {
    return this.words[row * WORDS + Word.end]!;
  }

  /** Reads the name of a row: it is in `names` until the next is. */
  readName(row: number): void {
    this.names.show(this.words[row * WORDS + Word.name]!, this.stop);
  }
}

const HEADER_LENGTH = 12;
