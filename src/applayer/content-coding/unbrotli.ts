// Unbrotli: brotli undone as it comes.

import { brotliDecompressSync, constants } from 'node:zlib';
import { GrowingBytes } from '../../base/growing-bytes.ts';
import { BOMB_RATIO } from './decompressor.ts';
import type { Decompressor, DecompressorLimits } from './decompressor.ts';
import { Inflation } from './inflation.ts';

/** Bytes that are undone first, and to how many bytes it is found where they break. */
const FIRST = 512;
const GRAIN = 64;
/** More than that, compressed or not, takes too much memory. */
const MOST = 1 << 26;
const NOTHING = new Uint8Array(0);

/**
 * Brotli (RFC 7932). There is no way to ask Node for it piece by piece and at once: what there is is undone again
 * whenever it has doubled, which costs no more than twice as much as once.
 */
export class Unbrotli implements Decompressor {
  readonly isOutOfMemory = false;
  isBomb = false;
  private readonly bombLimit: number;
  private readonly input = new GrowingBytes();
  /** How many bytes are to be there when it is undone next. */
  private next = FIRST;
  private given = 0;
  private isBroken = false;
  /** Of what is no brotli. */
  private other: Inflation | null = null;

  constructor({ bombLimit }: Pick<DecompressorLimits, 'bombLimit'>) {
    this.bombLimit = bombLimit;
  }

  get hasFailed(): boolean {
    return this.other === null ? this.isBroken : this.other.hasFailed;
  }

  get hasMore(): boolean {
    return this.other?.hasMore === true;
  }

  push(data: Uint8Array): Uint8Array {
    if (this.other !== null) return this.other.push(data);
    if (this.isOver) return NOTHING;
    this.input.append(data, 0, data.length);
    const { size } = this.input;
    if (size < this.next) return NOTHING;
    while (this.next * 2 <= size) this.next *= 2;
    const plain = this.undo(this.next, false);
    this.next *= 2;
    if (this.next > MOST) this.isBroken = true;
    return plain;
  }

  more(): Uint8Array {
    return this.other === null ? NOTHING : this.other.more();
  }

  finish(): Uint8Array {
    if (this.other !== null) return this.other.finish();
    if (this.isOver || this.input.size === 0) return NOTHING;
    const plain = this.undo(this.input.size, true);
    return this.given === 0 && !this.isOver ? this.input.bytes : plain;
  }

  release(): void {
    this.input.clear();
    this.other?.release();
  }

  private get isOver(): boolean {
    return this.isBroken || this.isBomb;
  }

  /** What is new of what the first `size` bytes become, or of as many of them as are brotli. */
  private undo(size: number, isWhole: boolean): Uint8Array {
    let plain = this.undone(size);
    if (plain === null) {
      this.isBroken = !this.isBomb;
      plain = this.longest(size) ?? NOTHING;
      if (plain.length === 0 && this.isBroken) return this.asOther(isWhole);
    }
    const news = plain.subarray(Math.min(this.given, plain.length));
    this.given += news.length;
    return news;
  }

  /** As many of the first `size` bytes as are brotli, by halves. */
  private longest(size: number): Uint8Array | null {
    let best: Uint8Array | null = null;
    let good = 0;
    let bad = Math.ceil(size / GRAIN);
    while (bad - good > 1) {
      const middle = (good + bad) >> 1;
      const plain = this.undone(middle * GRAIN);
      if (plain === null) bad = middle;
      else {
        best = plain;
        good = middle;
      }
    }
    return best;
  }

  private undone(size: number): Uint8Array | null {
    const maxOutputLength = Math.min(MOST, Math.max(this.bombLimit, BOMB_RATIO * size));
    try {
      const finishFlush = constants.BROTLI_OPERATION_FLUSH;
      return brotliDecompressSync(this.input.bytes.subarray(0, size), { finishFlush, maxOutputLength });
    } catch (error) {
      // the only way it says that the bytes are no brotli, or more than the limit
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') this.isBomb = true;
      return null;
    }
  }

  private asOther(isWhole: boolean): Uint8Array {
    this.other = new Inflation('br');
    const plain = this.other.push(this.input.bytes);
    return plain.length === 0 && isWhole ? this.other.finish() : plain;
  }
}
