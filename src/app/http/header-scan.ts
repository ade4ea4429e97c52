// HeaderScan: what of a header block says how the message goes on, without taking the block apart.

import type { AppInput } from '../../framework/app-input.ts';
import type { Direction } from '../../framework/transaction.ts';
import { lengthIn } from './first-line.ts';
import { blockEnd } from './header-block.ts';
import { parseHeaders } from './header-reader.ts';
import { HeaderId, equalsNocase, freshNotes, headerOf, isSpace, valueOf } from './headers.ts';
import type { Header } from './headers.ts';
import { namesChunks } from './scan.ts';
import { Upgrade, upgradeOf } from './upgrade.ts';

const LF = 10;
const CR = 13;
const COLON = 58;
const CHUNKED = Buffer.from('chunked');
/** Lines beyond which the limit on headers could matter. */
const MOST_LINES = 1000;
/** The block has something that only parseHeaders judges. */
const ODD = -2;

/** `HeaderScan.length` without the header. */
export const NO_LENGTH = -3;

const NAMES = {
  length: Buffer.from('content-length'),
  encoding: Buffer.from('transfer-encoding'),
  upgrade: Buffer.from('upgrade'),
} as const;

export class HeaderScan {
  /** Of Content-Length: as lengthIn has it, NO_LENGTH without the header. */
  length = NO_LENGTH;
  /** There is a Transfer-Encoding ... */
  hasEncoding = false;
  /** ... that names chunks. */
  isChunked = false;
  /** Value of Upgrade. */
  upgrade: number = Upgrade.none;

  /** Whether the headers say how long the body is. */
  get isFramed(): boolean {
    return this.hasEncoding || this.length !== NO_LENGTH;
  }

  /** Reads the block at `at`; @returns where it ends, -1 when it is not complete */
  read({ data, end, direction, isEof }: AppInput, at: number): number {
    const next = this.plain(data, at, end);
    if (next !== ODD && (next >= 0 || !isEof)) return next;
    const stop = blockEnd(data, at, end, direction);
    if (stop < 0 && !isEof) return -1;
    this.whole(data, at, stop < 0 ? end : stop, direction);
    return stop;
  }

  private clear(): void {
    this.length = NO_LENGTH;
    this.hasEncoding = this.isChunked = false;
    this.upgrade = Upgrade.none;
  }

  /** A block of lines as they should be; ODD for others. */
  private plain(data: Uint8Array, at: number, end: number): number {
    this.clear();
    let start = at;
    for (let lines = 0; lines < MOST_LINES; lines++) {
      let i = start;
      for (; i < end; i++) {
        const byte = data[i]!;
        if (byte > CR) continue;
        if (byte === LF || (byte === CR && (i + 1 >= end || data[i + 1] === LF))) break;
        if (byte === CR || byte === 0) return ODD;
      }
      if (i >= end || (data[i] === CR && i + 1 >= end)) return -1;
      const next = data[i] === CR ? i + 2 : i + 1;
      if (i === start) return start === at && data[i] === LF ? ODD : next;
      if (data[start]! <= 32 || !this.line(data, start, i)) return ODD;
      start = next;
    }
    return ODD;
  }

  /** False: odd. */
  private line(data: Uint8Array, start: number, end: number): boolean {
    const letter = data[start]! | 32;
    if (letter === 99) return this.lengthLine(data, start, end);
    if (letter === 116) return this.encodingLine(data, start, end);
    if (letter === 117) return this.upgradeLine(data, start, end);
    return true;
  }

  private lengthLine(data: Uint8Array, start: number, end: number): boolean {
    const value = valueAt(data, start, end, NAMES.length);
    if (value < 0) return value !== ODD;
    if (this.length === NO_LENGTH) this.length = lengthIn(data, value, end); // the first one counts
    return true;
  }

  private encodingLine(data: Uint8Array, start: number, end: number): boolean {
    const value = valueAt(data, start, end, NAMES.encoding);
    if (value < 0) return value !== ODD;
    if (this.hasEncoding) return false;
    this.noteEncoding(data, value, end);
    return true;
  }

  private upgradeLine(data: Uint8Array, start: number, end: number): boolean {
    const value = valueAt(data, start, end, NAMES.upgrade);
    if (value < 0) return value !== ODD;
    if (this.upgrade !== Upgrade.none) return false;
    this.upgrade = upgradeOf(data.subarray(value, end));
    return true;
  }

  private noteEncoding(data: Uint8Array, start: number, end: number): void {
    while (start < end && isSpace(data[start]!)) start++;
    while (end > start && isSpace(data[end - 1]!)) end--;
    this.hasEncoding = true;
    this.isChunked = equalsNocase(data, start, end, CHUNKED) || namesChunks(data.subarray(start, end));
  }

  private whole(data: Uint8Array, start: number, end: number, direction: Direction): void {
    this.clear();
    const headers = readHeaders(data, start, end, direction);
    const length = headerOf(headers, HeaderId['content-length']);
    if (length !== undefined) this.length = lengthIn(length.value, 0, length.value.length);
    const encoding = valueOf(headers, HeaderId['transfer-encoding']);
    if (encoding !== null) this.noteEncoding(encoding, 0, encoding.length);
    const upgrade = valueOf(headers, HeaderId.upgrade);
    if (upgrade !== null) this.upgrade = upgradeOf(upgrade);
  }
}

/** The headers of a block that is not kept. */
export function readHeaders(data: Uint8Array, start: number, end: number, direction: Direction): Header[] {
  const block = data.slice(start, end);
  return parseHeaders(block, 0, block.length, direction, freshNotes());
}

/** Where the value of the header `name` begins; -1: the line is another's, ODD: hard to tell. */
function valueAt(data: Uint8Array, start: number, end: number, name: Uint8Array): number {
  const colon = start + name.length;
  if (colon >= end || !equalsNocase(data, start, colon, name)) return -1;
  if (data[colon] === COLON) return colon + 1;
  return isSpace(data[colon]!) ? ODD : -1;
}
