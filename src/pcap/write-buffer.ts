// WriteBuffer: collects small writes to a file and hands them to the system in large pieces.
import { closeSync, openSync, writeSync } from 'node:fs';

const DEFAULT_SIZE = 1 << 16;

/** Little-endian appends. Methods throw the system's error (ENOSPC ...). */
export class WriteBuffer {
  /** Bytes appended so far, flushed or not. */
  written = 0;
  private readonly fd: number;
  private readonly data = new Uint8Array(DEFAULT_SIZE);
  private used = 0;

  constructor(path: string, options: { readonly append?: boolean } = {}) {
    this.fd = openSync(path, options.append === true ? 'a' : 'w');
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
      writeAll(this.fd, source, offset, length);
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
    writeAll(this.fd, this.data, 0, size);
  }

  close(): void {
    try {
      this.flush();
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
