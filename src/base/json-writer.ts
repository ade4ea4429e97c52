// JsonText: writes a JSON object member by member as bytes, without objects or strings in between.

import { ByteText } from './byte-text.ts';
import { needsEscape, quote } from './json-text.ts';
import { hasMark, isUtf8 } from './utf8.ts';

/** From here on a test for what is to be escaped and a call to write it cost less than a look at each character. */
const LONG_STRING = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const LETTER_U = 0x75;
const LETTER_X = 0x78;
const ZERO = 0x30;
/** What JSON shows as themselves: printable ASCII, and DEL. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);
/** The letter that stands for a byte behind a backslash, 0 where there is none. */
const SHORT_ESCAPES = new Uint8Array(256);
for (const [byte, letter] of [
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
] as const)
  SHORT_ESCAPES[byte] = letter.charCodeAt(0);
/**
 * Called with a string instead of as its method: strings that come from everywhere are of many kinds to V8, which looks a
 * method up for each character then.
 */
// eslint-disable-next-line @typescript-eslint/unbound-method -- always called with a string
const { charCodeAt } = String.prototype;
const TRUE = 'true';
const FALSE = 'false';

/** Bytes of the wire as text: UTF-8 where they are, otherwise with `\xNN` for every byte beyond ASCII. */
export function bytesText(bytes: Uint8Array): string {
  const end = bytes.length;
  let at = 0;
  while (at < end && bytes[at]! < 0x80) at++;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  if (at === end) return buffer.toString('latin1');
  if (isUtf8(bytes, at, end)) return buffer.toString('utf8', hasMark(bytes, 0, end) ? 3 : 0);
  let text = '';
  for (const byte of bytes)
    text += byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  return text;
}

export class JsonText {
  /** What was written so far. */
  readonly out: ByteText;
  private needsComma = false;

  /** @param out where it goes, behind what is there */
  constructor(out = new ByteText()) {
    this.out = out;
  }

  /** Of all that was written. */
  get text(): string {
    return this.out.toString();
  }

  clear(): void {
    this.out.length = 0;
    this.needsComma = false;
  }

  /** The next member is the first of an object that was opened beside it. */
  begin(): this {
    this.needsComma = false;
    return this;
  }

  /** `"key":"value"`, escaped. */
  string(key: string, value: string): this {
    this.key(key);
    this.quoted(value);
    return this;
  }

  /** The same for bytes of the wire; see bytesText. */
  bytes(key: string, value: Uint8Array, start = 0, end = value.length): this {
    this.key(key);
    this.quotedBytes(value, start, end);
    return this;
  }

  /** Members that were made before, without a comma in front of the first. */
  members(made: Uint8Array): this {
    this.comma();
    this.out.part(made);
    return this;
  }

  /** An address of 4 or 16 bytes, dotted or in eight full groups; "" for what is neither. */
  address(key: string, value: Uint8Array, start = 0, end = value.length): this {
    this.key(key);
    this.quotedAddress(value, start, end);
    return this;
  }

  number(key: string, value: number): this {
    this.key(key);
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER && Number.isInteger(value)) this.out.number(value);
    else this.out.string(String(value));
    return this;
  }

  bool(key: string, value: boolean): this {
    this.key(key);
    this.out.string(value ? TRUE : FALSE);
    return this;
  }

  /** A member whose value is JSON already. */
  raw(key: string, json: string): this {
    this.key(key);
    this.out.string(json);
    return this;
  }

  open(key: string): this {
    this.key(key);
    this.out.char(0x7b);
    this.needsComma = false;
    return this;
  }

  openArray(key: string): this {
    this.key(key);
    this.out.char(0x5b);
    this.needsComma = false;
    return this;
  }

  /** An element of an array: an object to be filled and closed. */
  openElement(): this {
    this.comma();
    this.out.char(0x7b);
    this.needsComma = false;
    return this;
  }

  stringElement(value: string): this {
    this.comma();
    this.quoted(value);
    return this;
  }

  /** An element that holds bytes of the wire; see bytesText. */
  bytesElement(value: Uint8Array, start = 0, end = value.length): this {
    this.comma();
    this.quotedBytes(value, start, end);
    return this;
  }

  addressElement(value: Uint8Array, start = 0, end = value.length): this {
    this.comma();
    this.quotedAddress(value, start, end);
    return this;
  }

  rawElement(json: string): this {
    this.comma();
    this.out.string(json);
    return this;
  }

  close(): this {
    this.out.char(0x7d);
    this.needsComma = true;
    return this;
  }

  closeArray(): this {
    this.out.char(0x5d);
    this.needsComma = true;
    return this;
  }

  private comma(): void {
    if (this.needsComma) this.out.char(COMMA);
    this.needsComma = true;
  }

  /** Keys are ASCII without anything to escape, but for those that come from the wire. */
  private key(key: string): void {
    this.comma();
    this.quoted(key);
    this.out.char(COLON);
  }

  private quoted(value: string): void {
    const { out } = this;
    const size = value.length;
    if (size > LONG_STRING) {
      this.longString(value);
      return;
    }
    out.ensure(size + 2);
    const { data } = out;
    let at = out.length;
    data[at++] = QUOTE;
    for (let i = 0; i < size; i++) {
      const code = charCodeAt.call(value, i);
      if (code < SPACE || code >= 0x7f || code === QUOTE || code === BACKSLASH) {
        out.string(quote(value));
        return;
      }
      data[at++] = code;
    }
    data[at++] = QUOTE;
    out.length = at;
  }

  private longString(value: string): void {
    const { out } = this;
    if (needsEscape(value)) {
      out.string(quote(value));
      return;
    }
    out.char(QUOTE);
    out.string(value);
    out.char(QUOTE);
  }

  private quotedAddress(bytes: Uint8Array, start: number, end: number): void {
    const { out } = this;
    out.char(QUOTE);
    if (end - start === 4) out.ipv4(i32(bytes, start));
    else if (end - start === 16)
      out.ipv6(i32(bytes, start), i32(bytes, start + 4), i32(bytes, start + 8), i32(bytes, start + 12));
    out.char(QUOTE);
  }

  private quotedBytes(bytes: Uint8Array, start: number, end: number): void {
    const { out } = this;
    out.ensure(end - start + 2);
    const { data } = out;
    let at = out.length;
    data[at++] = QUOTE;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (IS_PLAIN[byte] === 0) {
        this.escapedBytes(bytes, start, end);
        return;
      }
      data[at++] = byte;
    }
    data[at++] = QUOTE;
    out.length = at;
  }

  /** The same where not all bytes are shown as themselves. */
  private escapedBytes(bytes: Uint8Array, start: number, end: number): void {
    const { out } = this;
    out.ensure(6 * (end - start) + 2); // no byte takes more
    const { data } = out;
    const isText = isUtf8(bytes, start, end);
    let at = out.length;
    data[at++] = QUOTE;
    for (let i = isText && hasMark(bytes, start, end) ? start + 3 : start; i < end; i++) {
      const byte = bytes[i]!;
      if (IS_PLAIN[byte] === 1 || (isText && byte >= 0x80)) {
        data[at++] = byte;
        continue;
      }
      data[at++] = BACKSLASH;
      if (byte >= 0x80) {
        data[at++] = BACKSLASH;
        data[at++] = LETTER_X;
      } else if (SHORT_ESCAPES[byte] !== 0) {
        data[at++] = SHORT_ESCAPES[byte]!;
        continue;
      } else {
        data[at++] = LETTER_U;
        data[at++] = ZERO;
        data[at++] = ZERO;
      }
      data[at++] = hexDigit(byte >>> 4);
      data[at++] = hexDigit(byte & 15);
    }
    data[at++] = QUOTE;
    out.length = at;
  }
}

function hexDigit(value: number): number {
  return value < 10 ? ZERO + value : 0x57 + value;
}

function i32(data: Uint8Array, at: number): number {
  return (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!;
}
