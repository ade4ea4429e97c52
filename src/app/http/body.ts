// Bodies: how long they are, their compression undone, and where the bytes go.

import type { BodyLimits } from '../../framework/body-buffer.ts';
import { createDecompressor } from './decompress.ts';
import type { Coding, Decompressor } from './decompress.ts';
import type { Header } from './headers.ts';
import { valueOf } from './headers.ts';

/** How the end of a body is told. */
export const Framing = { none: 0, length: 1, chunked: 2, untilClose: 3 } as const;

export interface CodingNotes {
  isAbnormal: boolean;
  isTooDeep: boolean;
}

/** Takes the bytes of one body as they are on the wire and gives them on as they were meant. */
export class BodyDecoder {
  private readonly layers: Decompressor[];
  private readonly limits: BodyLimits;
  private readonly bombLimit: number;
  private produced = 0;
  private consumed = 0;
  isBomb = false;
  hasFailed = false;

  /** @param codings in the order they were applied, one at least */
  constructor(codings: readonly Coding[], limits: BodyLimits, bombLimit: number) {
    this.layers = codings.map(createDecompressor).reverse();
    this.limits = limits;
    this.bombLimit = bombLimit;
  }

  /** What the bytes become; valid until the next call. */
  decode(data: Uint8Array, start: number, end: number): Uint8Array {
    this.consumed += end - start;
    return this.through(data.subarray(start, end), 0);
  }

  /** What is left when the body is over. */
  finish(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < this.layers.length; i++) {
      const rest = this.layers[i]!.finish(this.bombLimit);
      if (rest.length > 0) parts.push(Uint8Array.from(this.through(rest, i + 1)));
    }
    for (const layer of this.layers) layer.release();
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  private through(data: Uint8Array, from: number): Uint8Array {
    if (this.isBomb || (this.limits.limit > 0 && this.produced >= this.limits.limit)) return EMPTY;
    let bytes = data;
    for (let i = from; i < this.layers.length; i++) {
      const layer = this.layers[i]!;
      bytes = layer.push(bytes, this.bombLimit);
      if (layer.hasFailed) this.hasFailed = true;
      if (bytes.length >= this.bombLimit && bytes.length > this.consumed * BOMB_RATIO) this.isBomb = true;
    }
    this.produced += bytes.length;
    return bytes;
  }
}

/** More output for one byte of input than DEFLATE can give (1032), with room for two of them. */
const BOMB_RATIO = 2048;
const EMPTY = new Uint8Array(0);

/** Compressions that Content-Encoding names, in the order they were applied. */
export function contentCodings(headers: readonly Header[], layerLimit: number, notes: CodingNotes): Coding[] {
  const value = valueOf(headers, 'content-encoding');
  if (value === null) return [];
  const text = Buffer.from(value).toString('latin1').toLowerCase();
  const codings: Coding[] = [];
  for (const part of text.split(/[, \t\r\n]+/)) {
    const coding = codingOf(part, notes);
    if (coding === null) continue;
    if (layerLimit > 0 && codings.length >= layerLimit) {
      notes.isTooDeep = true;
      break;
    }
    codings.push(coding);
  }
  return codings;
}

function codingOf(name: string, notes: CodingNotes): Coding | null {
  if (name === '' || name === 'identity' || name === 'inflate') return null;
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name === 'deflate' || name === 'x-deflate') return 'deflate';
  if (name === 'br') return 'br';
  notes.isAbnormal = true;
  if (name.includes('gzip')) return 'gzip';
  return name.includes('deflate') ? 'deflate' : null;
}
