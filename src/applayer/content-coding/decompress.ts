// Compressed bodies undone as they come: gzip, deflate, brotli and LZMA, one inside the other.

import { brotliDecompressSync, constants } from 'node:zlib';
import { GrowingBytes } from '../../base/growing-bytes.ts';
import { HEADER_INCOMPLETE, Inflater, gzipBody, zlibBody } from '../../base/inflate.ts';
import { LzmaDecoder } from '../../base/lzma.ts';

export type Coding = 'gzip' | 'deflate' | 'br' | 'lzma';

export interface DecompressorLimits {
  /** Bytes of output from which on a body may be a bomb. */
  readonly bombLimit: number;
  /** Memory of LZMA. */
  readonly lzmaMemory: number;
}

/** More output for one byte of input than DEFLATE can give (1032), with room for two of them. */
export const BOMB_RATIO = 2048;
/** Output of LZMA at a time. */
const PIECE = 1 << 16;

/** Bytes of a header that are waited for. */
const MOST_HEADER = 4096;
/** What looking for a header says where there is none. */
const NOT_THERE = -1;
const NOTHING = new Uint8Array(0);

/** One compression. */
export interface Decompressor {
  /** It broke off; what never was compressed does not. */
  readonly hasFailed: boolean;
  /** There is more output than `push` returned; `more` has it. */
  readonly hasMore: boolean;
  readonly isBomb: boolean;
  /** It would take more memory than it may. */
  readonly isOutOfMemory: boolean;
  /** What the bytes become, at most `limit`; as they are where they are not compressed. Valid until the next call. */
  push(data: Uint8Array, limit: number): Uint8Array;
  more(): Uint8Array;
  /** What is left when nothing follows. */
  finish(limit: number): Uint8Array;
  /** Lets go of what it needs room for; nothing more is asked of it. */
  release(): void;
}

export function createDecompressor(coding: Coding, limits: DecompressorLimits): Decompressor {
  if (coding === 'lzma') return new Unlzma(limits);
  return coding === 'br' ? new Unbrotli() : new Inflation(coding);
}

/** What gives all of its output at once. */
abstract class AtOnce {
  readonly hasMore = false;
  readonly isBomb = false;
  readonly isOutOfMemory = false;

  more(): Uint8Array {
    return NOTHING;
  }
}

/**
 * gzip (RFC 1952) and deflate, with the header of RFC 1950 or without: servers send each under the name of the others,
 * and so do evaders. What is none of them is left as it is.
 */
class Inflation extends AtOnce implements Decompressor {
  hasFailed = false;
  private readonly inflater = new Inflater();
  private readonly coding: Coding;
  private header: Uint8Array | null = NOTHING;
  /** It is not compressed, or no longer. */
  private isPlain = false;

  /** @param coding what it is said to be */
  constructor(coding: Coding) {
    super();
    this.coding = coding;
  }

  push(data: Uint8Array, limit: number): Uint8Array {
    if (this.header === null) return this.isPlain ? data : this.inflate(data, 0, limit);
    const all = this.header.length === 0 ? data : Buffer.concat([this.header, data]);
    const gzip = gzipBody(all, 0, all.length);
    const start = gzip === NOT_THERE ? zlibBody(all, 0, all.length) : gzip;
    if (start === HEADER_INCOMPLETE && all.length <= MOST_HEADER) {
      this.header = Uint8Array.from(all);
      return NOTHING;
    }
    this.header = null;
    if (start >= 0) return this.inflate(all, start, limit);
    if (gzip === HEADER_INCOMPLETE) return this.asPlain(all);
    const plain = this.inflate(all, 0, limit);
    // other bytes than those of a deflated body are soon none
    return this.hasFailed && this.coding !== 'deflate' ? this.asPlain(all) : plain;
  }

  /** Where nothing more can be undone, the rest is as it came. */
  private inflate(data: Uint8Array, start: number, limit: number): Uint8Array {
    if (this.hasFailed) return NOTHING;
    const plain = this.inflater.push(data, start, data.length, limit);
    if (!this.inflater.isBroken) return plain;
    this.hasFailed = true;
    return plain.length === 0 ? this.asPlain(data) : plain;
  }

  private asPlain(data: Uint8Array): Uint8Array {
    this.hasFailed = false;
    this.isPlain = true;
    return data;
  }

  /** A header of gzip that breaks off is nothing. */
  finish(): Uint8Array {
    const rest = this.header;
    this.header = null;
    return rest === null || gzipBody(rest, 0, rest.length) === HEADER_INCOMPLETE ? NOTHING : rest;
  }

  release(): void {
    this.inflater.release();
  }
}

/**
 * Brotli (RFC 7932). There is no way to ask Node for it piece by piece and at once: what there is is undone again
 * whenever it has doubled, which costs no more than twice as much as once.
 */
class Unbrotli extends AtOnce implements Decompressor {
  private readonly input = new GrowingBytes();
  private tried = 0;
  private given = 0;
  private isBroken = false;
  /** Of what is no brotli. */
  private other: Inflation | null = null;

  get hasFailed(): boolean {
    return this.isBroken && this.other?.hasFailed !== false;
  }

  push(data: Uint8Array, limit: number): Uint8Array {
    if (this.isBroken) return this.other === null ? NOTHING : this.other.push(data, limit);
    this.input.append(data, 0, data.length);
    return this.input.size < 2 * this.tried ? NOTHING : this.undo(limit);
  }

  finish(limit: number): Uint8Array {
    if (this.other !== null) return this.other.finish();
    return this.isBroken || this.tried === this.input.size ? NOTHING : this.undo(limit);
  }

  release(): void {
    this.input.clear();
    this.other?.release();
  }

  private undo(limit: number): Uint8Array {
    const input = this.input.bytes;
    this.tried = input.length;
    try {
      const finishFlush = constants.BROTLI_OPERATION_FLUSH;
      const plain = brotliDecompressSync(input, { finishFlush, maxOutputLength: this.given + limit });
      const news = plain.subarray(this.given);
      this.given = plain.length;
      return news;
    } catch {
      // the only way it says that the bytes are no brotli, or more than the limit
      this.isBroken = true;
      if (this.given > 0) return NOTHING;
      this.other = new Inflation('br');
      return this.other.push(input, limit);
    }
  }
}

/** LZMA, which is bounded by itself: its output comes in pieces. */
class Unlzma implements Decompressor {
  private readonly decoder: LzmaDecoder;

  constructor({ bombLimit, lzmaMemory }: DecompressorLimits) {
    this.decoder = new LzmaDecoder({ memory: lzmaMemory, bomb: bombLimit, ratio: BOMB_RATIO });
  }

  get hasFailed(): boolean {
    return this.decoder.end === 'broken';
  }

  get hasMore(): boolean {
    return this.decoder.hasMore;
  }

  get isBomb(): boolean {
    return this.decoder.end === 'bomb';
  }

  get isOutOfMemory(): boolean {
    return this.decoder.end === 'memory';
  }

  push(data: Uint8Array): Uint8Array {
    if (this.decoder.end === 'plain') return data;
    this.decoder.push(data, 0, data.length);
    return this.decoder.read(PIECE);
  }

  more(): Uint8Array {
    return this.decoder.read(PIECE);
  }

  finish(): Uint8Array {
    this.decoder.finish();
    return this.decoder.read(PIECE);
  }

  release(): void {
    this.decoder.release();
  }
}
