// A named set of strings, hashes or addresses that rules fill and ask.

import { formatIpv4, formatIpv6Short, parseIpv4, parseIpv6 } from '../../base/ip.ts';
import { ByteMap } from './byte-map.ts';
import type { Entry } from './byte-map.ts';

export const DATASET_TYPES = ['string', 'md5', 'sha256', 'ipv4', 'ipv6', 'ip'] as const;
export type DatasetType = (typeof DATASET_TYPES)[number];

const MD5_LENGTH = 16;
const SHA256_LENGTH = 32;
const DOT = 0x2e;

export class Dataset {
  readonly name: string;
  readonly type: DatasetType;
  /** Where its content is written at the end, '' for nowhere. */
  savePath = '';
  private readonly map = new ByteMap();

  constructor(name: string, type: DatasetType) {
    this.name = name;
    this.type = type;
  }

  get size(): number {
    return this.map.size;
  }

  /** The entry of the bytes, null when there is none. */
  find(data: Uint8Array, start: number, end: number): Entry | null {
    return this.fits(end - start) ? this.map.find(data, start, end) : null;
  }

  /** The entry of the name itself, or of a domain it lies under, with or without the dot before it. */
  findDomain(data: Uint8Array, start: number, end: number): Entry | null {
    let found = this.map.find(data, start, end);
    for (let i = start; found === null && i < end; i++)
      if (data[i] === DOT) found = this.map.find(data, i, end) ?? this.map.find(data, i + 1, end);
    return found;
  }

  add(data: Uint8Array, start: number, end: number): boolean {
    return this.fits(end - start) && this.map.add(data, start, end);
  }

  remove(data: Uint8Array, start: number, end: number): boolean {
    return this.fits(end - start) && this.map.remove(data, start, end);
  }

  /** Adds an entry as files write it; false for a text that is none. */
  addText(text: string, value = 0): boolean {
    const bytes = encode(this.type, text);
    if (bytes === undefined) return false;
    this.map.add(bytes, 0, bytes.length, value);
    return true;
  }

  /** The same with what is known of the entry, as JSON; strings stand for themselves. */
  addWithContext(text: string, context: string): boolean {
    const bytes = this.type === 'string' ? Buffer.from(text, 'utf8') : encode(this.type, text);
    if (bytes === undefined) return false;
    this.map.add(bytes, 0, bytes.length, 0, context);
    return true;
  }

  /** Entries in the form of files, one a line. */
  toText(): string {
    let text = '';
    for (const { bytes } of this.map.entries()) text += `${decode(this.type, bytes)}\n`;
    return text;
  }

  private fits(length: number): boolean {
    switch (this.type) {
      case 'md5':
        return length === MD5_LENGTH;
      case 'sha256':
        return length === SHA256_LENGTH;
      case 'ipv4':
        return length === 4;
      case 'ip':
      case 'ipv6':
        return length === 4 || length === 16;
      default:
        return length > 0;
    }
  }
}

function encode(type: DatasetType, text: string): Uint8Array | undefined {
  if (type === 'string') return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  if (type === 'md5' || type === 'sha256') {
    const length = type === 'md5' ? MD5_LENGTH : SHA256_LENGTH;
    return /^[0-9a-fA-F]*$/.test(text) && text.length === length * 2 ? Buffer.from(text, 'hex') : undefined;
  }
  return encodeAddress(type, text);
}

function encodeAddress(type: DatasetType, text: string): Uint8Array | undefined {
  const v4 = parseIpv4(text.replace(/^::ffff:(?=\d+\.)/i, ''));
  if (v4 >= 0) return wordBytes([v4]);
  const words = [0, 0, 0, 0];
  return type !== 'ipv4' && parseIpv6(text, words) ? wordBytes(words) : undefined;
}

function wordBytes(words: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, i) => bytes.writeUInt32BE(word >>> 0, i * 4));
  return bytes;
}

function decode(type: DatasetType, bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type === 'string') return buffer.toString('base64');
  if (type === 'md5' || type === 'sha256') return buffer.toString('hex');
  if (bytes.length === 4) return formatIpv4(buffer.readUInt32BE(0));
  const word = (i: number): number => buffer.readUInt32BE(i * 4);
  return formatIpv6Short(word(0), word(1), word(2), word(3));
}
