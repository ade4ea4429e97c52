// A named set of strings, hashes or addresses that rules fill and ask.

import { formatIpv4, formatIpv6Short, parseIpv4, parseIpv6 } from '../../base/ip.ts';
import type { Journal } from '../../base/journal.ts';
import { JournalKind } from '../../framework/journal-kind.ts';
import { ByteMap } from './byte-map.ts';
import type { Entry } from './byte-map.ts';

export const DATASET_TYPES = ['string', 'md5', 'sha256', 'ipv4', 'ipv6', 'ip'] as const;
export type DatasetType = (typeof DATASET_TYPES)[number];

export type DatasetContent = readonly Entry[];

const MD5_LENGTH = 16;
const SHA256_LENGTH = 32;
const DOT = 0x2e;

export class Dataset {
  readonly name: string;
  readonly type: DatasetType;
  /** Where its content is written at the end, '' for nowhere. */
  savePath = '';
  private readonly map = new ByteMap();
  /** Told of what rules add and take away where other workers have the set too. */
  private journal: SetJournal | null = null;

  constructor(name: string, type: DatasetType) {
    this.name = name;
    this.type = type;
  }

  get size(): number {
    return this.map.size;
  }

  /** From now on the set is the same as those of that number elsewhere. */
  share(journal: Journal, number: number): void {
    this.journal = new SetJournal(journal, number);
  }

  /** Does what another worker did: entry words of a journal, see `SetJournal`. */
  replay(words: Int32Array): void {
    const length = words[2]!;
    const bytes = new Uint8Array(words.buffer, words.byteOffset + SET_HEAD * 4, length + words[3]!);
    if (words[1] === CLEARED) this.map.clear();
    else if (words[1] === REMOVED) this.map.remove(bytes, 0, length);
    else this.map.add(bytes, 0, length, 0, Buffer.from(bytes.subarray(length)).toString('utf8'));
  }

  /** All entries, for a worker that comes later. */
  content(): DatasetContent {
    return [...this.map.entries()];
  }

  /** Has these entries and no others. */
  restore(content: DatasetContent): void {
    this.map.clear();
    for (const { bytes, value, context } of content) this.map.add(bytes, 0, bytes.length, value, context);
  }

  /** The entry of the bytes, null when there is none. */
  find(data: Uint8Array, start: number, end: number): Entry | null {
    this.journal?.catchUp();
    return this.fits(end - start) ? this.map.find(data, start, end) : null;
  }

  /** The entry of the name itself, or of a domain it lies under, with or without the dot before it. */
  findDomain(data: Uint8Array, start: number, end: number): Entry | null {
    this.journal?.catchUp();
    let found = this.map.find(data, start, end);
    for (let i = start; found === null && i < end; i++)
      if (data[i] === DOT) found = this.map.find(data, i, end) ?? this.map.find(data, i + 1, end);
    return found;
  }

  add(data: Uint8Array, start: number, end: number): boolean {
    if (!this.fits(end - start)) return false;
    const { journal } = this;
    journal?.begin();
    const isNew = this.map.add(data, start, end);
    journal?.end(isNew, ADDED, data, start, end);
    return isNew;
  }

  remove(data: Uint8Array, start: number, end: number): boolean {
    if (!this.fits(end - start)) return false;
    const { journal } = this;
    journal?.begin();
    const wasThere = this.map.remove(data, start, end);
    journal?.end(wasThere, REMOVED, data, start, end);
    return wasThere;
  }

  /** Adds an entry as files write it; false for a text that is none. */
  addText(text: string, value = 0): boolean {
    const bytes = encode(this.type, text);
    if (bytes === undefined) return false;
    this.map.add(bytes, 0, bytes.length, value);
    return true;
  }

  /** Whether an entry as files write it is there. */
  hasText(text: string): boolean {
    const bytes = encode(this.type, text);
    return bytes !== undefined && this.map.find(bytes, 0, bytes.length) !== null;
  }

  /** False when it was not there. */
  removeText(text: string): boolean {
    const bytes = encode(this.type, text);
    return bytes !== undefined && this.remove(bytes, 0, bytes.length);
  }

  /** Adds an entry as files write it, while rules look at the set; false for a text that is none. */
  insertText(text: string): boolean {
    const bytes = encode(this.type, text);
    if (bytes === undefined) return false;
    this.add(bytes, 0, bytes.length);
    return true;
  }

  clear(): void {
    const { journal } = this;
    journal?.begin();
    this.map.clear();
    journal?.end(true, CLEARED, NOTHING, 0, 0);
  }

  /** The same with what is known of the entry, as JSON; strings stand for themselves. */
  addWithContext(text: string, context: string): boolean {
    const bytes = this.type === 'string' ? Buffer.from(text, 'utf8') : encode(this.type, text);
    if (bytes === undefined) return false;
    const { journal } = this;
    journal?.begin();
    const isNew = this.map.add(bytes, 0, bytes.length, 0, context);
    journal?.end(isNew, ADDED, bytes, 0, bytes.length, Buffer.from(context, 'utf8'));
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

const ADDED = 1;
const REMOVED = 0;
const CLEARED = 2;
const NOTHING = new Uint8Array(0);
/** Words before the bytes: number of the set, what was done, length of the entry, and of what is known of it behind that. */
const SET_HEAD = 4;

/** What one set tells the journal. */
class SetJournal {
  private readonly journal: Journal;
  private readonly number: number;
  private words = new Int32Array(64);

  constructor(journal: Journal, number: number) {
    this.journal = journal;
    this.number = number;
  }

  catchUp(): void {
    this.journal.catchUp();
  }

  begin(): void {
    this.journal.begin();
  }

  /** Tells of it when something changed, and lets the others go on. */
  end(isChange: boolean, what: number, data: Uint8Array, start: number, end: number, context = NOTHING): void {
    const length = end - start;
    const size = SET_HEAD + ((length + context.length + 3) >> 2);
    // an entry that is longer than the journal takes stays with this worker
    if (isChange && size <= this.journal.longest) {
      if (this.words.length < size) this.words = new Int32Array(size);
      const { words } = this;
      words[0] = this.number;
      words[1] = what;
      words[2] = length;
      words[3] = context.length;
      const bytes = new Uint8Array(words.buffer);
      bytes.set(data.subarray(start, end), SET_HEAD * 4);
      bytes.set(context, SET_HEAD * 4 + length);
      this.journal.append(JournalKind.dataset, words, size);
    }
    this.journal.end();
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
