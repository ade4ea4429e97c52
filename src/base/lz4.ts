// LZ4: frames of compressed blocks, to write (lz4_Frame_format.md 1.6, lz4_Block_format.md, github.com/lz4/lz4).

import { XxHash32 } from './xxhash32.ts';

/** Bytes of a block before it is compressed, at most. */
export const LZ4_BLOCK = 1 << 16;
const MAGIC = 0x184d2204;
/** Version 1, blocks that stand alone. */
const FLAGS = 0x60;
const CONTENT_CHECKSUM = 0x04;
/** Blocks of up to 64 KB. */
const BLOCK_SIZE = 0x40;
const STORED = 0x80000000;
const SMALLEST_MATCH = 4;
/** The last bytes of a block are literals, and the last match begins before these. */
const LAST_LITERALS = 5;
const LAST_MATCH = 12;
const HASH_BITS = 13;
const LONG = 15;

/** Bytes that a block of `length` takes at most. */
function boundOf(length: number): number {
  return length + Math.ceil(length / 255) + 16;
}

export class Lz4Frame {
  private readonly emit: (bytes: Uint8Array) => void;
  private readonly checksum: XxHash32 | null;
  private readonly table = new Int32Array(1 << HASH_BITS);
  private readonly out = new Uint8Array(4 + boundOf(LZ4_BLOCK));

  /** @param emit takes what is to be written; only there during the call */
  constructor(emit: (bytes: Uint8Array) => void, options: { readonly hasChecksum: boolean }) {
    this.emit = emit;
    this.checksum = options.hasChecksum ? new XxHash32() : null;
    const descriptor = Uint8Array.of(FLAGS | (options.hasChecksum ? CONTENT_CHECKSUM : 0), BLOCK_SIZE);
    const hash = new XxHash32();
    hash.update(descriptor);
    emit(Uint8Array.of(...number32(MAGIC), ...descriptor, (hash.digest() >>> 8) & 0xff));
  }

  /** Compresses [start, end) of `data`, as blocks of their own. */
  write(data: Uint8Array, start: number, end: number): void {
    this.checksum?.update(data, start, end);
    for (let at = start; at < end; at += LZ4_BLOCK) this.block(data, at, Math.min(end, at + LZ4_BLOCK));
  }

  /** Nothing follows. */
  end(): void {
    this.emit(Uint8Array.of(...number32(0), ...(this.checksum === null ? [] : number32(this.checksum.digest()))));
  }

  private block(data: Uint8Array, start: number, end: number): void {
    const { out } = this;
    const size = compressBlock(data, start, end, out, 4, this.table);
    const isStored = size >= end - start;
    if (isStored) out.set(data.subarray(start, end), 4);
    const length = isStored ? end - start : size;
    out.set(number32(isStored ? length | STORED : length));
    this.emit(out.subarray(0, 4 + length));
  }
}

function number32(value: number): [number, number, number, number] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}

function wordAt(data: Uint8Array, at: number): number {
  return data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
}

/**
 * Writes [start, end) of `data`, 64 KB at most, as one block to `out` from `to` on; how many bytes it takes. The match
 * that is taken is the latest with the same four bytes.
 * @param table scratch
 */
export function compressBlock(
  data: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  to: number,
  table: Int32Array,
): number {
  table.fill(-1);
  let put = to;
  let literals = start;
  const last = end - LAST_MATCH;
  for (let at = start; at < last;) {
    const word = wordAt(data, at);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const found = table[slot]!;
    table[slot] = at;
    if (found < 0 || wordAt(data, found) !== word) {
      at++;
      continue;
    }
    let length = SMALLEST_MATCH;
    while (at + length < end - LAST_LITERALS && data[found + length] === data[at + length]) length++;
    put = putSequence(data, literals, at, out, put, length);
    out[put++] = (at - found) & 255;
    out[put++] = (at - found) >>> 8;
    put = putLength(out, put, length - SMALLEST_MATCH);
    at += length;
    literals = at;
  }
  return putSequence(data, literals, end, out, put, SMALLEST_MATCH) - to;
}

/** The token and the literals before a match of `matchLength`; where the offset goes. */
function putSequence(
  data: Uint8Array,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
  matchLength: number,
): number {
  const count = to - from;
  out[at] = (Math.min(count, LONG) << 4) | Math.min(matchLength - SMALLEST_MATCH, LONG);
  let put = putLength(out, at + 1, count);
  for (let i = from; i < to; i++) out[put++] = data[i]!;
  return put;
}

/** What of a length does not fit into its half of the token. */
function putLength(out: Uint8Array, at: number, length: number): number {
  if (length < LONG) return at;
  let put = at;
  let left = length - LONG;
  for (; left >= 255; left -= 255) out[put++] = 255;
  out[put++] = left;
  return put;
}
