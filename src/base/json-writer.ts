// JsonText: writes a JSON object member by member into one string, without objects in between.

import { quote } from './json-text.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

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
  text = '';
  private needsComma = false;

  clear(): void {
    this.text = '';
    this.needsComma = false;
  }

  /** `"key":"value"`, escaped. */
  string(key: string, value: string): this {
    return this.raw(key, quote(value));
  }

  /** The same for bytes of the wire; see bytesText. */
  bytes(key: string, value: Uint8Array): this {
    return this.raw(key, quote(bytesText(value)));
  }

  number(key: string, value: number): this {
    return this.raw(key, String(value));
  }

  bool(key: string, value: boolean): this {
    return this.raw(key, value ? 'true' : 'false');
  }

  /** A member whose value is JSON already. */
  raw(key: string, json: string): this {
    this.text += this.needsComma ? `,"${key}":${json}` : `"${key}":${json}`;
    this.needsComma = true;
    return this;
  }

  open(key: string): this {
    this.text += this.needsComma ? `,"${key}":{` : `"${key}":{`;
    this.needsComma = false;
    return this;
  }

  openArray(key: string): this {
    this.text += this.needsComma ? `,"${key}":[` : `"${key}":[`;
    this.needsComma = false;
    return this;
  }

  /** An element of an array: an object to be filled and closed. */
  openElement(): this {
    this.text += this.needsComma ? ',{' : '{';
    this.needsComma = false;
    return this;
  }

  stringElement(value: string): this {
    return this.rawElement(quote(value));
  }

  /** An element that holds bytes of the wire; see bytesText. */
  bytesElement(value: Uint8Array): this {
    return this.rawElement(quote(bytesText(value)));
  }

  rawElement(json: string): this {
    this.text += this.needsComma ? `,${json}` : json;
    this.needsComma = true;
    return this;
  }

  close(): this {
    this.text += '}';
    this.needsComma = true;
    return this;
  }

  closeArray(): this {
    this.text += ']';
    this.needsComma = true;
    return this;
  }
}
