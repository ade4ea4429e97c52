// GzipTrailer: whether what was inflated is what was compressed (RFC 1952 section 2.3.1: CRC32 and ISIZE).

import { crc32 } from '../../base/crc32.ts';

const LENGTH = 8;

export class GzipTrailer {
  /** It has come, and is another's. */
  isWrong = false;
  private crc = 0;
  private size = 0;
  private readonly bytes = new DataView(new ArrayBuffer(LENGTH));
  private count = 0;

  /** The next of what was inflated. */
  add(plain: Uint8Array): void {
    this.crc = crc32(plain, this.crc);
    this.size = (this.size + plain.length) | 0;
  }

  /** The next of what stands behind the compressed data; what is behind the trailer is of no interest. */
  read(data: Uint8Array, start: number): void {
    if (this.count === LENGTH) return;
    for (let at = start; at < data.length && this.count < LENGTH; at++) this.bytes.setUint8(this.count++, data[at]!);
    if (this.count < LENGTH) return;
    this.isWrong = this.bytes.getInt32(0, true) !== this.crc || this.bytes.getInt32(4, true) !== this.size;
  }
}
