// PcapWriter: classic pcap files with microseconds.
import { WriteBuffer } from './write-buffer.ts';
import type { WriteBufferOptions } from './write-buffer.ts';
import { MAX_CAPTURED_LENGTH } from './reader.ts';

const MAGIC_MICROSECONDS = 0xa1b2c3d4;

export interface PcapWriterOptions {
  readonly linkType: number;
  readonly snapLength?: number;
  /** Go on with an existing file that has the same link type: no header is written. */
  readonly append?: boolean;
  /** Compressed with LZ4. */
  readonly lz4?: WriteBufferOptions['lz4'];
}

/** Methods throw the system's error when the file cannot be written. */
export class PcapWriter {
  private readonly out: WriteBuffer;

  constructor(path: string, options: PcapWriterOptions) {
    const { append = false, lz4 } = options;
    this.out = new WriteBuffer(path, { append, ...(lz4 !== undefined && { lz4 }) });
    if (!append) this.writeHeader(options.linkType, options.snapLength ?? MAX_CAPTURED_LENGTH);
  }

  /** Bytes of the file so far (of this writer, when appending). */
  get size(): number {
    return this.out.size;
  }

  /** One packet: `length` bytes of `data` from `offset`; `timestamp` in microseconds since the epoch. */
  write(data: Uint8Array, offset: number, length: number, wireLength: number, timestamp: number): void {
    const seconds = Math.floor(timestamp / 1e6);
    this.out.uint32(seconds);
    this.out.uint32(timestamp - seconds * 1e6);
    this.out.uint32(length);
    this.out.uint32(wireLength);
    this.out.bytes(data, offset, length);
  }

  flush(): void {
    this.out.flush();
  }

  close(): void {
    this.out.close();
  }

  private writeHeader(linkType: number, snapLength: number): void {
    this.out.uint32(MAGIC_MICROSECONDS);
    this.out.uint16(2);
    this.out.uint16(4);
    this.out.uint32(0);
    this.out.uint32(0);
    this.out.uint32(snapLength);
    this.out.uint32(linkType);
  }
}
