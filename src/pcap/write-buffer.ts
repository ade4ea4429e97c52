// WriteBuffer: collects small writes to a file and hands them to the system in large pieces.
import { closeSync, openSync, writeSync } from 'node:fs';
import { LZ4_BLOCK, Lz4Frame } from '../base/lz4.ts';

const DEFAULT_SIZE = LZ4_BLOCK;

export interface WriteBufferOptions {
  readonly append?: boolean;
  /** Compressed with LZ4, with a checksum of the content or without. */
  readonly lz4?: { readonly hasChecksum: boolean };
}

/** Little-endian appends. Methods throw the system's error (ENOSPC ...). */
export class WriteBuffer {
  /** Bytes appended so far, flushed or not. */
  written = 0;
  /** Bytes of the file so far. */
  private stored = 0;
  private readonly lz4: Lz4Frame | null;
  private readonly fd: number;
  private readonly data = new Uint8Array(DEFAULT_SIZE);
  private used = 0;

  constructor(path: string, options: WriteBufferOptions = {}) {
    this.fd = openSync(path, options.append === true ? 'a' : 'w');
    const store = (bytes: Uint8Array): void => {
      this.store(bytes, 0, bytes.length);
    };
    this.lz4 = options.lz4 === undefined ? null : new Lz4Frame(store, options.lz4);
  }

  /** Bytes that the file has when all is written, at most: what waits is not compressed yet. */
  get size(): number {
    return this.stored + this.used;
  }

  uint16(value: number): void {
    this.ensure(2);
    this.data[this.used++] = value;
    this.data[this.used++] = value >>> 8;
    this.written += 2;
  }

  uint32(value: number): void {
    this.ensure(4);
    this.data[this.used++] = value;
    this.data[this.used++] = value >>> 8;
    this.data[this.used++] = value >>> 16;
    this.data[this.used++] = value >>> 24;
    this.written += 4;
  }

  /** `length` bytes of `source` from `offset`. */
  bytes(source: Uint8Array, offset: number, length: number): void {
    this.written += length;
    if (length > this.data.length) {
      this.flush();
      this.put(source, offset, length);
      return;
    }
    this.ensure(length);
    if (length <= 64) for (let i = 0; i < length; i++) this.data[this.used + i] = source[offset + i]!;
    else this.data.set(source.subarray(offset, offset + length), this.used);
    this.used += length;
  }

  /** Zero bytes up to a multiple of four. */
  pad(length: number): void {
    for (let left = -length & 3; left > 0; left--) {
      this.ensure(1);
      this.data[this.used++] = 0;
      this.written++;
    }
  }

  flush(): void {
    const size = this.used;
    this.used = 0;
    if (size > 0) this.put(this.data, 0, size);
  }

  private put(source: Uint8Array, offset: number, length: number): void {
    if (this.lz4 === null) this.store(source, offset, length);
    else this.lz4.write(source, offset, offset + length);
  }

  private store(source: Uint8Array, offset: number, length: number): void {
    this.stored += length;
    writeAll(this.fd, source, offset, length);
  }

  close(): void {
    try {
      this.flush();
      this.lz4?.end();
    } finally {
      closeSync(this.fd);
    }
  }

  private ensure(size: number): void {
    if (this.used + size > this.data.length) this.flush();
  }
}

function writeAll(fd: number, source: Uint8Array, offset: number, length: number): void {
  let done = 0;
  while (done < length) done += writeSync(fd, source, offset + done, length - done);
}
