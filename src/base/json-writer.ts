// JsonText: writes a JSON object member by member as bytes, without objects or strings in between.

import { ByteText } from './byte-text.ts';
import { quote } from './json-text.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const TRUE = 'true';
const FALSE = 'false';

/** Bytes of the wire as text: UTF-8 where they are, otherwise with `\xNN` for every byte beyond ASCII. */
export function bytesText(bytes: Uint8Array): string {
  let isAscii = true;
  for (let i = 0; i < bytes.length && isAscii; i++) isAscii = bytes[i]! < 0x80;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isAscii) return buffer.toString('latin1');
  try {
    return decoder.decode(bytes);
  } catch {
    let text = '';
    for (const byte of bytes)
      text += byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
    return text;
  }
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
  bytes(key: string, value: Uint8Array): this {
    this.key(key);
    this.quotedBytes(value);
    return this;
  }

  /** An address of 4 or 16 bytes, dotted or in eight full groups; "" for what is neither. */
  address(key: string, value: Uint8Array): this {
    this.key(key);
    this.quotedAddress(value);
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
  bytesElement(value: Uint8Array): this {
    this.comma();
    this.quotedBytes(value);
    return this;
  }

  addressElement(value: Uint8Array): this {
    this.comma();
    this.quotedAddress(value);
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
    out.ensure(size + 2);
    const { data } = out;
    let at = out.length;
    data[at++] = QUOTE;
    for (let i = 0; i < size; i++) {
      const code = value.charCodeAt(i);
      if (code < SPACE || code >= 0x7f || code === QUOTE || code === BACKSLASH) {
        out.string(quote(value));
        return;
      }
      data[at++] = code;
    }
    data[at++] = QUOTE;
    out.length = at;
  }

  private quotedAddress(bytes: Uint8Array): void {
    const { out } = this;
    out.char(QUOTE);
    if (bytes.length === 4) out.ipv4(i32(bytes, 0));
    else if (bytes.length === 16) out.ipv6(i32(bytes, 0), i32(bytes, 4), i32(bytes, 8), i32(bytes, 12));
    out.char(QUOTE);
  }

  private quotedBytes(bytes: Uint8Array): void {
    const { out } = this;
    const size = bytes.length;
    out.ensure(size + 2);
    const { data } = out;
    let at = out.length;
    data[at++] = QUOTE;
    for (let i = 0; i < size; i++) {
      const byte = bytes[i]!;
      let follow = 0;
      if (byte >= 0x80) follow = followers(bytes, i);
      if (byte < SPACE || follow < 0 || byte === QUOTE || byte === BACKSLASH) {
        out.string(quote(bytesText(bytes)));
        return;
      }
      data[at++] = byte;
      for (; follow > 0; follow--) data[at++] = bytes[++i]!;
    }
    data[at++] = QUOTE;
    out.length = at;
  }
}

/** How many bytes of a character in UTF-8 follow its first (RFC 3629 section 4), -1 for what is none. */
function followers(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const count = first < 0xc2 || first > 0xf4 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  if (count < 0 || at + count >= bytes.length) return -1;
  const second = bytes[at + 1]!;
  // overlong forms, surrogates and what is beyond the last code point; U+FEFF may be a mark, which the slow way drops
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f) || first === 0xef) return -1;
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return -1;
  for (let i = 1; i <= count; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return -1;
  return count;
}

function i32(data: Uint8Array, at: number): number {
  return (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!;
}
