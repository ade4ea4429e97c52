// Inflation: gzip and deflate undone as they come, whatever they are called.

import { HEADER_INCOMPLETE, Inflater, gzipBody, zlibBody } from '../../base/inflate.ts';
import type { Coding, Decompressor } from './decompressor.ts';
import { GzipTrailer } from './gzip-trailer.ts';

/** Output at a time; files that end in between are cut at eighths of 64 KB. */
const PIECE = 3 * 8192;
/** Bytes of a header that are waited for, and before output of what turns out to be no compression. */
const MOST_HELD = 4096;
/** The longest header of a block is 560 bytes: what is broken within MOST_HELD is known to be by then. */
const LONGEST_BLOCK_HEADER = 1024;
/** Bytes without a header that are enough to tell a deflated body from another. */
const PROBE = 512;
/** What looking for a header says where there is none. */
const NOT_THERE = -1;
const NOTHING = new Uint8Array(0);

/** `trying`: nothing has come of it so far, it may be no compression at all. */
type Phase = 'header' | 'trying' | 'inflating' | 'plain';

/**
 * gzip (RFC 1952) and deflate, with the header of RFC 1950 or without: servers send each under the name of the others,
 * and so do evaders. What is none of them is left as it is.
 */
export class Inflation implements Decompressor {
  readonly isBomb = false;
  readonly isOutOfMemory = false;
  hasFailed = false;
  private readonly inflater = new Inflater();
  private readonly coding: Coding;
  private phase: Phase = 'header';
  /** All so far, while it may be needed as it is. */
  private held = NOTHING;
  private hasHeader = false;
  /** Bytes that were found to be no broken DEFLATE at least. */
  private probed = 0;
  private readonly isChecked: boolean;
  /** Null where there is none, or nobody looks at it. */
  private trailer: GzipTrailer | null = null;
  /** What was given to the inflater latest, from `inputStart` on, and how much so far. */
  private input: Uint8Array = NOTHING;
  private inputStart = 0;
  private given = 0;

  /**
   * @param coding what it is said to be
   * @param isChecked data whose gzip trailer is wrong has failed
   */
  constructor(coding: Coding, isChecked = false) {
    this.coding = coding;
    this.isChecked = isChecked;
  }

  get hasMore(): boolean {
    return this.inflater.hasMore;
  }

  push(data: Uint8Array): Uint8Array {
    if (this.phase === 'plain') return data;
    if (this.phase === 'inflating') return this.noted(this.inflate(data, 0));
    const all = this.held.length === 0 ? data : Buffer.concat([this.held, data]);
    if (this.isTrying) return this.tried(all, this.inflate(data, 0));
    const start = this.find(all, false);
    if (start !== HEADER_INCOMPLETE) return this.begin(all, start);
    this.held = Uint8Array.from(all);
    return NOTHING;
  }

  more(): Uint8Array {
    return this.noted(this.inflater.more(PIECE));
  }

  /** A header of gzip that breaks off is nothing; a few bytes that nothing comes of are what they are. */
  finish(): Uint8Array {
    const { held } = this;
    if (held.length === 0) return NOTHING;
    const plain = this.phase === 'header' ? this.begin(held, this.find(held, true)) : NOTHING;
    const isOther = this.isTrying && !this.hasHeader && !this.inflater.isOver;
    return isOther ? this.asPlain(held) : plain;
  }

  release(): void {
    this.inflater.release();
  }

  private get isTrying(): boolean {
    return this.phase === 'trying';
  }

  /** Where the DEFLATE data begin, NOT_THERE, or HEADER_INCOMPLETE: that takes more bytes. */
  private find(all: Uint8Array, isWhole: boolean): number {
    const gzip = gzipBody(all, 0, all.length);
    if (gzip === HEADER_INCOMPLETE) {
      this.hasHeader = isWhole;
      if (isWhole) return all.length;
      return all.length <= MOST_HELD ? gzip : NOT_THERE;
    }
    if (gzip > MOST_HELD) return NOT_THERE;
    if (gzip >= 0 && this.isChecked) this.trailer = new GzipTrailer();
    const start = gzip === NOT_THERE ? zlibBody(all, 0, all.length) : gzip;
    this.hasHeader = start >= 0;
    if (start >= 0 || (start === HEADER_INCOMPLETE && !isWhole)) return start;
    return this.coding === 'deflate' ? 0 : this.probe(all, isWhole);
  }

  /** What is called otherwise is deflated only if that goes well for a while: other bytes are soon no DEFLATE. */
  private probe(all: Uint8Array, isWhole: boolean): number {
    const isEnough = isWhole || all.length >= PROBE;
    if (!isEnough && all.length < 2 * this.probed) return HEADER_INCOMPLETE;
    this.probed = all.length;
    const inflater = new Inflater();
    const plain = inflater.push(all, 0, Math.min(all.length, PROBE), PIECE);
    const hasOutput = plain.length > 0;
    while (inflater.hasMore) inflater.more(PIECE);
    const isOther = inflater.isBroken || (isWhole && !hasOutput);
    inflater.release();
    if (isOther) return NOT_THERE;
    return isEnough ? 0 : HEADER_INCOMPLETE;
  }

  private begin(all: Uint8Array, start: number): Uint8Array {
    if (start === NOT_THERE) return this.asPlain(all);
    this.phase = 'trying';
    return this.tried(all, this.inflate(all, start));
  }

  private tried(all: Uint8Array, plain: Uint8Array): Uint8Array {
    if (plain.length === 0 && this.inflater.isBroken && this.inflater.taken <= MOST_HELD) return this.asPlain(all);
    const isTrying = plain.length === 0 && !this.inflater.isOver && all.length <= MOST_HELD + LONGEST_BLOCK_HEADER;
    this.held = isTrying ? Uint8Array.from(all) : NOTHING;
    if (!isTrying) this.phase = 'inflating';
    return this.noted(plain);
  }

  private inflate(data: Uint8Array, start: number): Uint8Array {
    this.input = data;
    this.inputStart = start;
    this.given += data.length - start;
    return this.inflater.push(data, start, data.length, PIECE);
  }

  private noted(plain: Uint8Array): Uint8Array {
    const { inflater, trailer } = this;
    trailer?.add(plain);
    if (inflater.isOver)
      trailer?.read(this.input, Math.max(this.inputStart, this.input.length - this.given + inflater.taken));
    this.hasFailed = inflater.isBroken || trailer?.isWrong === true;
    return plain;
  }

  private asPlain(all: Uint8Array): Uint8Array {
    this.phase = 'plain';
    this.held = NOTHING;
    return all;
  }
}
