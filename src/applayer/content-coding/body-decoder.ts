// BodyDecoder: the compression of a body undone as it comes, one inside the other, and bounded.

import type { BodyLimits } from '../../framework/body-buffer.ts';
import { BOMB_RATIO } from './decompressor.ts';
import type { Coding, Decompressor, DecompressorLimits } from './decompressor.ts';
import { Inflation } from './inflation.ts';
import { Unbrotli } from './unbrotli.ts';
import { Unlzma } from './unlzma.ts';

/** How many compressions are undone one inside the other; 0: no limit, but for LZMA, of which none is. */
export interface CodingLimits {
  readonly layerLimit: number;
  readonly lzmaLayers: number;
}

export interface CodingNotes {
  /** How many codings nobody knows. */
  unknown: number;
  isTooDeep: boolean;
}

/** Takes the bytes of one body as they are on the wire and gives them on as they were meant. */
export class BodyDecoder {
  private readonly layers: Decompressor[];
  /** Bytes that each layer gave. */
  private readonly made: number[];
  private readonly bombLimit: number;
  /** Output after which nothing more is undone: inspection has its fill, and it is no bomb. */
  private readonly most: number;
  private produced = 0;
  private consumed = 0;
  isBomb = false;
  hasFailed = false;
  isOutOfMemory = false;

  /** @param codings in the order they were applied, one at least */
  constructor(codings: readonly Coding[], limits: BodyLimits, settings: DecompressorLimits) {
    this.layers = codings.map((coding) => createDecompressor(coding, settings)).reverse();
    this.made = codings.map(() => 0);
    this.bombLimit = settings.bombLimit;
    const wanted = limits.limit === 0 ? Infinity : limits.limit;
    this.most = codings.includes('lzma') ? Math.max(wanted, settings.bombLimit + 1) : wanted;
  }

  /** What the bytes become, with what `more` has; valid until the next call. */
  decode(data: Uint8Array, start: number, end: number): Uint8Array {
    this.consumed += end - start;
    return this.isEnough ? EMPTY : this.onward(0, this.layers[0]!.push(data.subarray(start, end)));
  }

  /** There is more of what the bytes at hand become. */
  get hasMore(): boolean {
    if (this.isEnough) return false;
    for (const layer of this.layers) if (layer.hasMore) return true;
    return false;
  }

  /** The next of it; valid until the next call. */
  more(): Uint8Array {
    let i = this.layers.length - 1;
    while (!this.layers[i]!.hasMore) i--;
    return this.onward(i, this.layers[i]!.more());
  }

  /** What is left when the body is over. */
  finish(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < this.layers.length; i++) {
      const rest = this.onward(i, this.layers[i]!.finish());
      if (rest.length > 0) parts.push(Uint8Array.from(rest));
      while (this.hasMore) parts.push(Uint8Array.from(this.more()));
    }
    this.release();
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** Lets go of what it needs room for; nothing more is asked of it. */
  release(): void {
    for (const layer of this.layers) layer.release();
  }

  /** Nothing more of it is wanted. */
  private get isEnough(): boolean {
    return this.isBomb || this.produced >= this.most;
  }

  /** What a layer gave, through those behind it. */
  private onward(from: number, output: Uint8Array): Uint8Array {
    if (this.isEnough) return EMPTY;
    let bytes = output;
    this.note(from, bytes);
    for (let i = from + 1; i < this.layers.length; i++) {
      bytes = this.layers[i]!.push(bytes);
      this.note(i, bytes);
    }
    this.produced += bytes.length;
    return bytes;
  }

  private note(i: number, output: Uint8Array): void {
    const layer = this.layers[i]!;
    const made = (this.made[i]! += output.length);
    if (layer.hasFailed) this.hasFailed = true;
    if (layer.isOutOfMemory) this.isOutOfMemory = true;
    if (layer.isBomb) this.isBomb = true;
    if (made >= this.bombLimit && made > this.consumed * BOMB_RATIO) this.isBomb = true;
  }
}

const EMPTY = new Uint8Array(0);

/** Compressions that Content-Encoding names, in the order they were applied. */
export function contentCodings(
  value: Uint8Array | null,
  { layerLimit, lzmaLayers }: CodingLimits,
  notes: CodingNotes,
): readonly Coding[] {
  if (value === null) return NO_CODINGS;
  if (isGzip(value)) return GZIP;
  const text = Buffer.from(value).toString('latin1').replaceAll('\0', '').toLowerCase();
  const codings: Coding[] = [];
  let lzma = 0;
  let count = 0;
  for (const part of text.split(/[, ]+/)) {
    if (part === '') continue;
    if (layerLimit > 0 && ++count > layerLimit) {
      notes.isTooDeep = true;
      break;
    }
    const coding = codingOf(part, notes);
    if (coding === null) continue;
    if (coding === 'lzma' && ++lzma > lzmaLayers) {
      // what was compressed before it stays so
      codings.length = 0;
      notes.isTooDeep ||= lzmaLayers > 0;
      continue;
    }
    codings.push(coding);
  }
  return codings;
}

const NO_CODINGS: readonly Coding[] = [];
const GZIP: readonly Coding[] = ['gzip'];

/** What most compressed bodies are. */
function isGzip(value: Uint8Array): boolean {
  if (value.length !== 4) return false;
  return ((value[0]! << 24) | (value[1]! << 16) | (value[2]! << 8) | value[3]!) === 0x677a6970;
}

function codingOf(name: string, notes: CodingNotes): Coding | null {
  if (name === 'identity' || name === 'inflate' || name === 'none') return null;
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name === 'deflate' || name === 'x-deflate') return 'deflate';
  if (name === 'br' || name === 'lzma') return name;
  notes.unknown++;
  if (name.includes('gzip')) return 'gzip';
  return name.includes('deflate') ? 'deflate' : null;
}

function createDecompressor(coding: Coding, limits: DecompressorLimits): Decompressor {
  if (coding === 'lzma') return new Unlzma(limits);
  return coding === 'br' ? new Unbrotli(limits) : new Inflation(coding, limits.checksGzip);
}
