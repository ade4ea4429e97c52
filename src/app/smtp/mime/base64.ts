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
  /** The last call had a group that is none, or one before it: of it and of what follows nothing is shown. */
  isInvalid = false;
  /** Of the group under way: its digits, how many they are, and how many signs it has with its padding. */
  private bits = 0;
  private count = 0;
  private size = 0;
  private isBad = false;
  private isBroken = false;

  decode(data: Uint8Array, start: number, end: number): void {
    this.makeRoom(end - start + 4);
    this.length = 0;
    this.isInvalid = this.isBroken && end > start;
    if (this.isBroken) return;
    for (let i = start; i < end; i++) {
      const value = VALUES[data[i]!]!;
      if (value < SKIP) {
        if (this.size === this.count) {
          this.bits = (this.bits << 6) | value;
          this.count++;
        }
      } else if (value === PAD) this.isBad ||= this.size < 2;
      else continue;
      if (++this.size === 4) this.endGroup();
    }
    if (!this.isBroken) return;
    this.isInvalid = true;
    this.length = 0;
  }

  private endGroup(): void {
    const { out, bits } = this;
    if (this.isBad) this.isBroken = true;
    else if (this.count === 4) {
      out[this.length++] = bits >> 16;
      out[this.length++] = bits >> 8;
      out[this.length++] = bits;
    } else this.length = rest(out, this.length, bits, this.count);
    this.clear();
  }

  private clear(): void {
    this.bits = this.count = this.size = 0;
    this.isBad = false;
  }

  /** What is left when nothing follows: padding may be missing. */
  finish(): void {
    this.length = this.isBad || this.isBroken ? 0 : rest(this.out, 0, this.bits, this.count);
    this.isBroken = false;
    this.clear();
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
