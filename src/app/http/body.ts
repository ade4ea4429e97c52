// Bodies: how long they are, their compression undone, and where the bytes go.

import type { BodyLimits } from '../../framework/body-buffer.ts';
import { Decompressor } from './decompress.ts';
import type { Coding } from './decompress.ts';
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

  constructor(codings: readonly Coding[], limits: BodyLimits, bombLimit: number) {
    this.layers = codings.map((coding) => new Decompressor(coding));
    this.limits = limits;
    this.bombLimit = bombLimit;
  }

  /** Null: the bytes are to be taken as they are. */
  decode(data: Uint8Array, start: number, end: number): Uint8Array | null {
    if (this.layers.length === 0) return null;
    if (this.isBomb || (this.limits.limit > 0 && this.produced >= this.limits.limit)) return EMPTY;
    let bytes = data.subarray(start, end);
    this.consumed += bytes.length;
    for (let i = this.layers.length - 1; i >= 0; i--) {
      bytes = this.layers[i]!.push(bytes);
      if (this.layers[i]!.hasFailed) this.hasFailed = true;
      if (bytes.length > this.bombLimit && bytes.length > this.consumed * 2048) this.isBomb = true;
    }
    this.produced += bytes.length;
    return bytes;
  }
}

const EMPTY = new Uint8Array(0);

/** Compressions that Content-Encoding names, in the order they were applied. */
export function contentCodings(headers: readonly Header[], layerLimit: number, notes: CodingNotes): Coding[] {
  const value = valueOf(headers, 'content-encoding');
  if (value === null) return [];
  const text = Buffer.from(value).toString('latin1').toLowerCase();
  const codings: Coding[] = [];
  for (const part of text.split(/[,\s]+/)) {
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
