// Compressed Flash films (SWF) in responses, undone for rules (`swf-decompression`).
//
// A film has 8 bytes of head: `FWS`, or `CWS` and `ZWS` where what follows is compressed (zlib, LZMA), a version, and the
// length that it has when it is not.

import { GrowingBytes } from '../../base/growing-bytes.ts';
import { HEADER_INCOMPLETE, Inflater, zlibBody } from '../../base/inflate.ts';
import { LzmaDecoder } from '../../base/lzma.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { BufferView } from '../../framework/buffer.ts';

export interface FlashSettings {
  readonly deflate: boolean;
  readonly lzma: boolean;
  /** Compressed bytes looked at, and bytes that may come of them. */
  readonly most: number;
  readonly mostPlain: number;
}

const KB = 1024;
/** Where the configuration sets no bound (0). */
const UNBOUNDED = 16 * KB * KB;
const HEAD = 8;
/** Of LZMA: its compressed length and its properties stand before the data. */
const LZMA_LENGTH = 4;
const LZMA_PROPERTIES = 5;
const LZMA_HEAD = LZMA_PROPERTIES + 8;
const [C, F, S, W, Z] = Buffer.from('CFSWZ') as unknown as [number, number, number, number, number];

/** Null: films stay as they are. */
export function readFlash(node: ConfigNode | undefined): FlashSettings | null {
  if (node?.bool('enabled', false) !== true) return null;
  const type = node.string('type', 'both') ?? 'both';
  if (!['both', 'deflate', 'lzma'].includes(type)) {
    node.report('config/swf-type', `unknown type of swf-decompression "${type}"`, 'type', 'deflate, lzma, both');
    return null;
  }
  const bound = (key: string): number => node.size(key, 100 * KB) || UNBOUNDED;
  return {
    deflate: type !== 'lzma',
    lzma: type !== 'deflate',
    most: bound('compress-depth'),
    mostPlain: bound('decompress-depth'),
  };
}

/** A body that may be a film: what is new of it is decoded when it is looked at, once. */
export class Film {
  private readonly settings: FlashSettings;
  /** With its head. */
  private readonly plain = new GrowingBytes();
  private decoder: Inflater | LzmaDecoder | null = null;
  /** Bytes of the body that were looked at. */
  private taken = 0;
  /** Nothing more comes of it, whatever follows. */
  private isOver = false;

  constructor(settings: FlashSettings) {
    this.settings = settings;
  }

  /** The film without its compression as far as the view, which shows the body from its beginning; null: it is none. */
  show({ data, start, end, isWhole }: BufferView): Uint8Array | null {
    const to = Math.min(end, start + HEAD + this.settings.most);
    if (!this.isOver && (this.decoder !== null || this.begin(data, start, to))) {
      if (this.decoder instanceof LzmaDecoder) this.unpack(this.decoder, data, start, to);
      else this.inflate(this.decoder!, data, start, to);
      this.taken = to - start;
      const isFull = to - start === HEAD + this.settings.most || this.room === 0;
      if (isFull || isWhole) this.end();
    }
    return this.plain.size > HEAD ? this.plain.bytes : null;
  }

  /** Nobody looks at it any longer. */
  release(): void {
    this.decoder?.release();
    this.decoder = null;
    this.isOver = true;
    this.plain.clear();
  }

  private get room(): number {
    return this.settings.mostPlain + HEAD - this.plain.size;
  }

  /** False: it is no film, or too little of it is there. */
  private begin(data: Uint8Array, start: number, to: number): boolean {
    if (to - start <= HEAD) return false;
    const { deflate, lzma } = this.settings;
    const kind = data[start + 1] === W && data[start + 2] === S ? data[start] : F;
    if (kind === C && deflate) this.beginInflating(data, start + HEAD, to);
    else if (kind === Z && lzma) this.beginUnpacking(data, start + HEAD + LZMA_LENGTH, to);
    else this.isOver = true;
    if (this.decoder === null) return false;
    this.plain.append(Uint8Array.of(F), 0, 1);
    this.plain.append(data, start + 1, start + HEAD);
    return true;
  }

  private beginInflating(data: Uint8Array, from: number, to: number): void {
    const at = zlibBody(data, from, to);
    this.isOver = at < 0 && at !== HEADER_INCOMPLETE;
    if (at < 0) return;
    this.decoder = new Inflater();
    this.taken = HEAD + at - from;
  }

  /** The properties, and a length that is not known, stand before the data of an LZMA file. */
  private beginUnpacking(data: Uint8Array, properties: number, to: number): void {
    if (properties + LZMA_PROPERTIES >= to) return;
    const head = new Uint8Array(LZMA_HEAD).fill(0xff);
    head.set(data.subarray(properties, properties + LZMA_PROPERTIES));
    const decoder = new LzmaDecoder({ memory: UNBOUNDED, bomb: this.settings.mostPlain, ratio: 1 });
    decoder.push(head, 0, LZMA_HEAD);
    this.decoder = decoder;
    this.taken = HEAD + LZMA_LENGTH + LZMA_PROPERTIES;
  }

  private inflate(decoder: Inflater, data: Uint8Array, start: number, to: number): void {
    const plain = decoder.push(data, start + this.taken, to, this.room);
    this.plain.append(plain, 0, plain.length);
  }

  private unpack(decoder: LzmaDecoder, data: Uint8Array, start: number, to: number): void {
    decoder.push(data, start + this.taken, to);
    this.readUnpacked(decoder);
  }

  private readUnpacked(decoder: LzmaDecoder): void {
    const plain = decoder.read(this.room);
    // what was never packed is no film
    if (decoder.end !== 'plain') this.plain.append(plain, 0, Math.min(plain.length, this.room));
  }

  /** The last bytes that are looked at are there. */
  private end(): void {
    const { decoder } = this;
    this.isOver = true;
    this.decoder = null;
    if (decoder instanceof LzmaDecoder && this.room > 0) {
      decoder.finish();
      this.readUnpacked(decoder);
    }
    decoder?.release();
  }
}
