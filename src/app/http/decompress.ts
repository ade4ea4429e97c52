// Compressed bodies undone as they come: gzip, deflate and brotli, one inside the other.

import { constants, createBrotliDecompress, createInflate, createInflateRaw } from 'node:zlib';

/** Zlib's streams work at once on request; the typings do not say so. */
interface Synchronous {
  _processChunk(chunk: Uint8Array, flush: number): Buffer;
}

export type Coding = 'gzip' | 'deflate' | 'br';

/** One compression. */
export class Decompressor {
  private stream: Synchronous | null = null;
  /** It was no compression, or broke off: bytes pass as they are. */
  hasFailed = false;
  private header: Uint8Array | null = new Uint8Array(0);
  private readonly coding: Coding;
  private hasOutput = false;

  constructor(coding: Coding) {
    this.coding = coding;
  }

  /** What the bytes become; as they are where they are not compressed. */
  push(data: Uint8Array): Uint8Array {
    if (this.hasFailed) return this.hasOutput ? data.subarray(0, 0) : data;
    let bytes = data;
    if (this.stream === null) {
      const begun = this.begin(data);
      if (begun === null) return this.hasFailed ? bytes : data.subarray(0, 0);
      bytes = begun;
    }
    return this.run(bytes);
  }

  private run(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return bytes;
    try {
      const flush = this.coding === 'br' ? constants.BROTLI_OPERATION_FLUSH : constants.Z_SYNC_FLUSH;
      const out = this.stream!._processChunk(bytes, flush);
      if (out.length > 0) this.hasOutput = true;
      return out;
    } catch {
      this.hasFailed = true;
      return this.hasOutput ? bytes.subarray(0, 0) : bytes;
    }
  }

  /** Bytes of the compressed data once the header is complete; null: not yet, or no compression. */
  private begin(data: Uint8Array): Uint8Array | null {
    const known = this.header!;
    const all = known.length === 0 ? data : Buffer.concat([known, data]);
    const start = this.coding === 'gzip' ? gzipHeaderEnd(all) : all.length < 2 ? -1 : 0;
    if (start === -1) {
      this.header = all.slice();
      return null;
    }
    this.header = null;
    if (start === NOT_GZIP) {
      this.hasFailed = true;
      return null;
    }
    this.stream = createStream(this.coding, all) as Synchronous;
    return all.subarray(start);
  }
}

function createStream(coding: Coding, first: Uint8Array): unknown {
  if (coding === 'br') return createBrotliDecompress();
  if (coding === 'gzip') return createInflateRaw();
  const isZlib = (first[0]! & 15) === 8 && ((first[0]! << 8) | first[1]!) % 31 === 0;
  return isZlib ? createInflate() : createInflateRaw();
}

const NOT_GZIP = -2;

/** Where the deflated data begins (RFC 1952 section 2.3); -1: more is needed. */
function gzipHeaderEnd(data: Uint8Array): number {
  if (data.length >= 2 && (data[0] !== 0x1f || data[1] !== 0x8b)) return NOT_GZIP;
  if (data.length < 10) return -1;
  const flags = data[3]!;
  let at = 10;
  if ((flags & 4) !== 0) {
    if (data.length < 12) return -1;
    at = 12 + (data[10]! | (data[11]! << 8));
  }
  for (const bit of [8, 16]) {
    if ((flags & bit) === 0) continue;
    const zero = data.indexOf(0, at);
    if (zero < 0) return -1;
    at = zero + 1;
  }
  if ((flags & 2) !== 0) at += 2;
  return at <= data.length ? at : -1;
}
