// ByteText: text assembled as bytes in one reused array, for records that are written by the hundred thousand.

import { formatIpv6Short } from './ip.ts';

const ZERO = 0x30;
const BILLION = 1e9;
const HEX = '0123456789abcdef';

const twoDigits = (n: number): string => n.toString().padStart(2, '0');
/** Tens and ones of 0 to 99. */
const TENS = Uint8Array.from({ length: 100 }, (_, n) => twoDigits(n).charCodeAt(0));
const ONES = Uint8Array.from({ length: 100 }, (_, n) => twoDigits(n).charCodeAt(1));
const HEX_DIGITS = Uint8Array.from(HEX, (digit) => digit.charCodeAt(0));

/** A fixed part of a record, made once. ASCII only. */
export function part(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

export class ByteText {
  data: Uint8Array;
  length = 0;
  /** IPv6 addresses in their short form (RFC 5952) instead of eight whole groups. */
  readonly isIp6Short: boolean;

  constructor(options: { readonly isIp6Short?: boolean } = {}) {
    this.data = new Uint8Array(4096);
    this.isIp6Short = options.isIp6Short ?? false;
  }

  /** Makes room for `more` bytes. */
  ensure(more: number): void {
    if (this.length + more > this.data.length) this.grow(more);
  }

  private grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.length + more));
    larger.set(this.data);
    this.data = larger;
  }

  part(bytes: Uint8Array): void {
    const size = bytes.length;
    this.ensure(size);
    const { data } = this;
    const at = this.length;
    for (let i = 0; i < size; i++) data[at + i] = bytes[i]!;
    this.length = at + size;
  }

  /** Any text, as UTF-8. */
  string(text: string): void {
    const size = text.length;
    this.ensure(size);
    const { data } = this;
    const at = this.length;
    for (let i = 0; i < size; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        this.encoded(text);
        return;
      }
      data[at + i] = code;
    }
    this.length = at + size;
  }

  private encoded(text: string): void {
    this.ensure(text.length * 3);
    const { data } = this;
    this.length += Buffer.from(data.buffer, data.byteOffset, data.length).write(text, this.length, 'utf8');
  }

  /** One ASCII character. */
  char(code: number): void {
    if (this.length >= this.data.length) this.grow(1);
    this.data[this.length++] = code;
  }

  /** A whole number from 0 to 2^53. */
  number(value: number): void {
    this.ensure(20);
    if (value < 10) this.data[this.length++] = ZERO + value;
    else if (value < BILLION) this.small(value | 0, digitsOf(value));
    else {
      const high = Math.floor(value / BILLION);
      this.small(high % BILLION, digitsOf(high));
      this.small(value - high * BILLION, 9);
    }
  }

  /** `value` below a billion in so many digits, zeros in front. */
  padded(value: number, digits: number): void {
    this.ensure(digits);
    this.small(value | 0, digits);
  }

  private small(value: number, digits: number): void {
    const { data } = this;
    const start = this.length;
    let at = start + digits;
    this.length = at;
    let left = value;
    while (at - start >= 2) {
      const rest = (left / 100) | 0;
      const two = left - rest * 100;
      data[--at] = ONES[two]!;
      data[--at] = TENS[two]!;
      left = rest;
    }
    if (at > start) data[start] = ZERO + left;
  }

  /** `10.0.0.1` from a word. */
  ipv4(word: number): void {
    this.octet(word >>> 24);
    this.dotted((word >>> 16) & 255);
    this.dotted((word >>> 8) & 255);
    this.dotted(word & 255);
  }

  private dotted(value: number): void {
    this.data[this.length++] = 0x2e;
    this.octet(value);
  }

  private octet(value: number): void {
    this.ensure(16);
    if (value < 10) this.data[this.length++] = ZERO + value;
    else this.small(value, value < 100 ? 2 : 3);
  }

  /** Eight full groups of an IPv6 address. */
  ipv6(w0: number, w1: number, w2: number, w3: number): void {
    if (this.isIp6Short) {
      this.string(formatIpv6Short(w0, w1, w2, w3));
      return;
    }
    this.ensure(39);
    this.hexWord(w0);
    this.data[this.length++] = 0x3a;
    this.hexWord(w1);
    this.data[this.length++] = 0x3a;
    this.hexWord(w2);
    this.data[this.length++] = 0x3a;
    this.hexWord(w3);
  }

  private hexWord(word: number): void {
    const { data } = this;
    let at = this.length;
    for (let shift = 28; shift >= 0; shift -= 4) {
      if (shift === 12) data[at++] = 0x3a;
      data[at++] = HEX_DIGITS[(word >>> shift) & 15]!;
    }
    this.length = at;
  }

  /** Two hexadecimal digits. */
  hexByte(value: number): void {
    this.ensure(2);
    this.data[this.length++] = HEX_DIGITS[(value >>> 4) & 15]!;
    this.data[this.length++] = HEX_DIGITS[value & 15]!;
  }

  toString(): string {
    return Buffer.from(this.data.buffer, this.data.byteOffset, this.length).toString('utf8');
  }
}

/** Decimal digits of a whole number below 10^18. */
function digitsOf(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  return digits;
}
