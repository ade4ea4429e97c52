// HPACK (RFC 7541): header blocks of one direction, with the table that goes from one to the next.

import { decodeHuffman } from './huffman.ts';
import { STATIC_FIELDS } from './static-table.ts';

/** One header, or an update of the table's size that stood among them. */
export interface HeaderField {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
  /** -1: a header. */
  readonly sizeUpdate: number;
}

/** What a block came to. */
export const Block = { sound: 0, broken: 1, integerOverflow: 2, cut: 3 } as const;

/** Cost of an entry besides its bytes (RFC 7541 section 4.1). */
const ENTRY_COST = 32;
const DEFAULT_SIZE = 4096;
const FIRST_DYNAMIC = STATIC_FIELDS.length + 1;
/** Indexes and lengths beyond it are none. */
const LARGEST = 0xffff_ffff;
const MORE = -1;
const TOO_LARGE = -2;
const NOTHING = new Uint8Array(0);

export interface HpackLimits {
  /** Bytes of the table, whatever the peers agree on. */
  readonly tableSize: number;
  /** Bytes of names and values of one list of headers. */
  readonly listSize: number;
}

export class HpackDecoder {
  private readonly limits: HpackLimits;
  /** Entries [head, length), oldest first. */
  private entries: HeaderField[] = [];
  private head = 0;
  private size = 0;
  private most: number;
  /** Most that the other end lets the table grow to; -1: not seen. */
  private allowed = -1;
  /** Blocks were missed: entries of the table are not where they are said to be. */
  private isLost = false;
  private at = 0;
  private value = 0;
  /** The last block asked for a larger table than there may be. */
  hasOverflow = false;
  /** The last block had more bytes of headers than are kept. */
  isTooLong = false;

  constructor(limits: HpackLimits) {
    this.limits = limits;
    this.most = Math.min(DEFAULT_SIZE, limits.tableSize);
  }

  /** SETTINGS_HEADER_TABLE_SIZE of the end that decodes. */
  allow(size: number): void {
    this.allowed = Math.max(size, this.allowed, DEFAULT_SIZE);
  }

  /** A block was missed: what the table had is not known any longer. */
  lose(): void {
    this.isLost = true;
    this.clear();
  }

  /** Reads the block [start, end) and adds its headers to `into`; a value of Block. */
  decode(data: Uint8Array, start: number, end: number, into: HeaderField[]): number {
    this.at = start;
    this.hasOverflow = false;
    this.isTooLong = false;
    let left = this.limits.listSize;
    while (this.at < end) {
      const from = into.length;
      const result = this.field(data, end, into);
      if (result !== Block.sound) return this.fail(result);
      if (into.length === from) continue;
      const { name, value } = into[from]!;
      left -= name.length + value.length + ENTRY_COST;
      if (left >= 0) continue;
      this.isTooLong = true;
      into.pop();
    }
    return Block.sound;
  }

  /** The table is not what the sender has: its entries are of no use any longer. */
  private fail(result: number): number {
    this.lose();
    return result;
  }

  private field(data: Uint8Array, end: number, into: HeaderField[]): number {
    const first = data[this.at]!;
    if ((first & 0x80) !== 0) return this.indexed(data, end, into);
    if ((first & 0xc0) === 0x40) return this.literal(data, end, 6, into);
    if ((first & 0xe0) === 0x20) return this.sizeUpdate(data, end, into);
    return this.literal(data, end, 4, into);
  }

  private indexed(data: Uint8Array, end: number, into: HeaderField[]): number {
    const index = this.integer(data, end, 7);
    if (index < 0) return index === MORE ? Block.cut : Block.integerOverflow;
    const entry = this.entry(index);
    if (entry !== undefined) into.push(entry);
    else if (!this.isLost || index === 0) return Block.broken;
    return Block.sound;
  }

  /** With 6 bits of index the header enters the table, with 4 it does not. */
  private literal(data: Uint8Array, end: number, bits: number, into: HeaderField[]): number {
    const index = this.integer(data, end, bits);
    if (index < 0) return index === MORE ? Block.cut : Block.integerOverflow;
    let name: Uint8Array | null;
    if (index === 0) {
      const failed = this.length(data, end);
      if (failed !== Block.sound) return failed;
      name = this.string(data);
    } else {
      const entry = this.entry(index);
      if (entry === undefined && !this.isLost) return Block.broken;
      name = entry?.name ?? NOTHING;
    }
    const failed = this.length(data, end);
    if (failed !== Block.sound) return failed;
    const value = this.string(data);
    if (name === null || value === null) return Block.broken;
    const field: HeaderField = { name, value, sizeUpdate: -1 };
    if (bits === 6) this.insert(field);
    if (index === 0 || name !== NOTHING) into.push(field);
    return Block.sound;
  }

  private sizeUpdate(data: Uint8Array, end: number, into: HeaderField[]): number {
    const size = this.integer(data, end, 5);
    if (size < 0) return size === MORE ? Block.cut : Block.integerOverflow;
    into.push({ name: NOTHING, value: NOTHING, sizeUpdate: size });
    const { tableSize } = this.limits;
    if (size > (this.allowed < 0 ? tableSize : this.allowed)) this.hasOverflow = true;
    if (size > tableSize) this.hasOverflow = true;
    this.most = Math.min(size, tableSize);
    this.evict(this.most);
    return Block.sound;
  }

  private entry(index: number): HeaderField | undefined {
    if (index < FIRST_DYNAMIC) return STATIC_FIELDS[index - 1];
    const at = this.entries.length - 1 - (index - FIRST_DYNAMIC);
    return at < this.head ? undefined : this.entries[at];
  }

  private insert(field: HeaderField): void {
    const cost = field.name.length + field.value.length + ENTRY_COST;
    this.evict(this.most - cost);
    if (cost > this.most) return; // larger than the table: it is empty now, and that is no error
    this.entries.push(field);
    this.size += cost;
  }

  private evict(room: number): void {
    if (room <= 0) {
      this.clear();
      return;
    }
    while (this.size > room) {
      const { name, value } = this.entries[this.head++]!;
      this.size -= name.length + value.length + ENTRY_COST;
    }
    if (this.head > 64 && this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
  }

  private clear(): void {
    this.entries = [];
    this.head = 0;
    this.size = 0;
  }

  /** An integer whose first byte has `bits` bits of it (RFC 7541 section 5.1); MORE, TOO_LARGE. */
  private integer(data: Uint8Array, end: number, bits: number): number {
    const mask = (1 << bits) - 1;
    let value = data[this.at++]! & mask;
    if (value < mask) return value;
    for (let scale = 1; ; scale *= 128) {
      if (this.at >= end) return MORE;
      const byte = data[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (value > LARGEST || scale > LARGEST) return TOO_LARGE;
      if ((byte & 0x80) === 0) return value;
    }
  }

  /** Reads the length of a string, which must be there as a whole. */
  private length(data: Uint8Array, end: number): number {
    if (this.at >= end) return Block.cut;
    const isHuffman = (data[this.at]! & 0x80) !== 0;
    const length = this.integer(data, end, 7);
    if (length < 0) return length === MORE ? Block.cut : Block.integerOverflow;
    if (length > end - this.at) return Block.cut;
    this.value = isHuffman ? -1 - length : length;
    return Block.sound;
  }

  /** The string whose length was read last; null when its Huffman code is none. */
  private string(data: Uint8Array): Uint8Array | null {
    const isHuffman = this.value < 0;
    const start = this.at;
    this.at = start + (isHuffman ? -1 - this.value : this.value);
    return isHuffman ? decodeHuffman(data, start, this.at) : copyOf(data, start, this.at);
  }
}

function copyOf(data: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  for (let i = start; i < end; i++) copy[i - start] = data[i]!;
  return copy;
}
