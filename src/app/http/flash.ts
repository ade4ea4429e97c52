// Compressed Flash films (SWF) in responses, undone for rules (`swf-decompression`).
//
// A film has 8 bytes of head: `FWS`, or `CWS` and `ZWS` where what follows is compressed (zlib, LZMA), a version, and the
// length that it has when it is not.

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
const NOTHING = new Uint8Array(0);

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

/** The film in the view without its compression; null where it is none, or nothing comes of it. */
export function plainFilm({ data, start, end }: BufferView, settings: FlashSettings): Uint8Array | null {
  if (end - start <= HEAD || data[start + 1] !== W || data[start + 2] !== S) return null;
  const from = start + HEAD;
  const to = Math.min(end, from + settings.most);
  const kind = data[start];
  let body: Uint8Array = NOTHING;
  if (kind === C && settings.deflate) body = inflated(data, from, to, settings.mostPlain);
  else if (kind === Z && settings.lzma) body = unpacked(data, from, to, settings.mostPlain);
  if (body.length === 0) return null;
  const film = new Uint8Array(HEAD + body.length);
  film.set(data.subarray(start, from));
  film[0] = F;
  film.set(body, HEAD);
  return film;
}

function inflated(data: Uint8Array, from: number, to: number, most: number): Uint8Array {
  const at = zlibBody(data, from, to);
  if (at < 0 || at === HEADER_INCOMPLETE) return NOTHING;
  const inflater = new Inflater();
  const plain = inflater.push(data, at, to, most).slice();
  inflater.release();
  return plain;
}

/** The properties, and a length that is not known, stand before the data of an LZMA file. */
function unpacked(data: Uint8Array, from: number, to: number, most: number): Uint8Array {
  const properties = from + LZMA_LENGTH;
  if (properties + LZMA_PROPERTIES >= to) return NOTHING;
  const head = new Uint8Array(LZMA_HEAD).fill(0xff);
  head.set(data.subarray(properties, properties + LZMA_PROPERTIES));
  const decoder = new LzmaDecoder({ memory: UNBOUNDED, bomb: most, ratio: 1 });
  decoder.push(head, 0, LZMA_HEAD);
  decoder.push(data, properties + LZMA_PROPERTIES, to);
  decoder.finish();
  const plain = decoder.read(most).slice(0, most);
  const isFilm = decoder.end !== 'plain';
  decoder.release();
  return isFilm ? plain : NOTHING;
}
