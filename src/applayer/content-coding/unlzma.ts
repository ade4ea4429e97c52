// Unlzma: LZMA undone as it comes.

import { LzmaDecoder } from '../../base/lzma.ts';
import { BOMB_RATIO } from './decompressor.ts';
import type { Decompressor, DecompressorLimits } from './decompressor.ts';

/** Output at a time. */
const PIECE = 1 << 16;

/** LZMA, which is bounded by itself: its output comes in pieces. */
export class Unlzma implements Decompressor {
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
