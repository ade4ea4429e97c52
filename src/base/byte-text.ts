// ByteText: text assembled as bytes in one reused array, for records that are written by the hundred thousand.

import { formatIpv6Short } from './ip.ts';

const DOT = 0x2e;
/** Longer parts are copied by a call (30 ns), shorter ones byte by byte (2 ns each). */
const LONG = 14;
/** The same of strings: a character costs 4 ns, a call 120. */
const LONG_STRING = 40;
const BILLION = 1e9;
const HEX = '0123456789abcdef';

const THOUSAND = Array.from({ length: 1000 }, (_, n) => n.toString());
/** The three digits of 0 to 999, zeros in front, four bytes for each. */
const DIGITS = Uint8Array.from(
  THOUSAND.flatMap((text) => [...`${text.padStart(3, '0')}0`]),
  (c) => c.charCodeAt(0),
);
/** The same without the zeros, and how many digits they are. */
const SHORT = Uint8Array.from(
  THOUSAND.flatMap((text) => [...text.padEnd(4, '0')]),
  (c) => c.charCodeAt(0),
);
const SHORT_LENGTH = Uint8Array.from(THOUSAND, (text) => text.length);
const HEX_DIGITS = Uint8Array.from(HEX, (digit) => digit.charCodeAt(0));

/** A fixed part of a record, made once. ASCII only. */
export function part(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

export class ByteText {
  data: Uint8Array;
  length = 0;
  /** Shows `data`. */
  private buffer: Buffer;
  /** IPv6 addresses in their short form (RFC 5952) instead of eight whole groups. */
  isIp6Short: boolean;

  constructor(options: { readonly isIp6Short?: boolean; readonly size?: number } = {}) {
    this.data = new Uint8Array(options.size ?? 4096);
    this.buffer = Buffer.from(this.data.buffer);
    this.isIp6Short = options.isIp6Short ?? false;
  }

  /** Takes away the first `size` bytes. */
  dropFront(size: number): void {
    if (size < this.length) this.data.copyWithin(0, size, this.length);
    this.length -= size;
  }

  /** Makes room for `more` bytes. */
  ensure(more: number): void {
    if (this.length + more > this.data.length) this.grow(more);
  }

  private grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.length + more));
    larger.set(this.data);
    this.data = larger;
    this.buffer = Buffer.from(larger.buffer);
  }

  part(bytes: Uint8Array): void {
    const size = bytes.length;
    this.ensure(size);
    const { data } = this;
    const at = this.length;
    if (size > LONG) data.set(bytes, at);
    else for (let i = 0; i < size; i++) data[at + i] = bytes[i]!;
    this.length = at + size;
  }

  /** Any text, as UTF-8. */
  string(text: string): void {
    const size = text.length;
    if (size > LONG_STRING) {
      this.encoded(text);
      return;
    }
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
    this.length += this.buffer.write(text, this.length, 'utf8');
  }

  /** One ASCII character. */
  char(code: number): void {
    if (this.length >= this.data.length) this.grow(1);
    this.data[this.length++] = code;
  }

  /** A whole number from 0 to 2^53. */
  number(value: number): void {
    this.ensure(20);
    if (value < 1000) this.short(value);
    else if (value < BILLION) this.middle(value | 0);
    else {
      const high = Math.floor(value / BILLION);
      if (high < 1000) this.short(high);
      else this.middle(high | 0);
      this.nine((value - high * BILLION) | 0);
    }
  }

  /** Below a thousand. */
  private short(value: number): void {
    const { data } = this;
    const at = this.length;
    const i = value << 2;
    data[at] = SHORT[i]!;
    data[at + 1] = SHORT[i + 1]!;
    data[at + 2] = SHORT[i + 2]!;
    this.length = at + SHORT_LENGTH[value]!;
  }

  /** From a thousand to below a billion. */
  private middle(value: number): void {
    const high = (value / 1000) | 0;
    if (high < 1000) this.short(high);
    else {
      const top = (high / 1000) | 0;
      this.short(top);
      this.three(high - top * 1000);
    }
    this.three(value - high * 1000);
  }

  /** Three digits. */
  private three(value: number): void {
    const { data } = this;
    const at = this.length;
    const i = value << 2;
    data[at] = DIGITS[i]!;
    data[at + 1] = DIGITS[i + 1]!;
    data[at + 2] = DIGITS[i + 2]!;
    this.length = at + 3;
  }

  private nine(value: number): void {
    const millions = (value / 1_000_000) | 0;
    this.three(millions);
    this.six(value - millions * 1_000_000);
  }

  /** Six digits of a number below a million, zeros in front. */
  six(value: number): void {
    this.ensure(6);
    const thousands = (value / 1000) | 0;
    this.three(thousands);
    this.three(value - thousands * 1000);
  }

  /** `10.0.0.1` from a word. */
  ipv4(word: number): void {
    this.ensure(16);
    this.short(word >>> 24);
    this.data[this.length++] = DOT;
    this.short((word >>> 16) & 255);
    this.data[this.length++] = DOT;
    this.short((word >>> 8) & 255);
    this.data[this.length++] = DOT;
    this.short(word & 255);
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
    return this.buffer.toString('utf8', 0, this.length);
  }
}
