// Base64 as mail carries it (RFC 2045 section 6.8): what is no digit is skipped, wherever the input is cut.

const SKIP = 64;
const PAD = 65;
const VALUES = new Uint8Array(256).fill(SKIP);
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let i = 0; i < DIGITS.length; i++) VALUES[DIGITS.charCodeAt(i)] = i;
VALUES[0x3d] = PAD;

export class Base64Decoder {
  /** Decoded by the last call: the first `length` bytes. */
  out: Uint8Array = new Uint8Array(256);
  length = 0;
  private bits = 0;
  private count = 0;

  decode(data: Uint8Array, start: number, end: number): void {
    this.makeRoom(end - start + 4);
    let { bits, count } = this;
    const { out } = this;
    let at = 0;
    for (let i = start; i < end; i++) {
      const value = VALUES[data[i]!]!;
      if (value < SKIP) {
        bits = (bits << 6) | value;
        if (++count < 4) continue;
        out[at] = bits >> 16;
        out[at + 1] = bits >> 8;
        out[at + 2] = bits;
        at += 3;
        bits = count = 0;
      } else if (value === PAD && count > 0) {
        at = rest(out, at, bits, count);
        bits = count = 0;
      }
    }
    this.bits = bits;
    this.count = count;
    this.length = at;
  }

  /** What is left when nothing follows: padding may be missing. */
  finish(): void {
    this.length = rest(this.out, 0, this.bits, this.count);
    this.bits = this.count = 0;
  }

  private makeRoom(size: number): void {
    if (this.out.length < size) this.out = new Uint8Array(size * 2);
  }
}

/** The whole bytes of an unfinished group of `count` digits. */
function rest(out: Uint8Array, at: number, bits: number, count: number): number {
  if (count === 2) {
    out[at] = bits >> 4;
    return at + 1;
  }
  if (count === 3) {
    out[at] = bits >> 10;
    out[at + 1] = bits >> 2;
    return at + 2;
  }
  return at;
}
