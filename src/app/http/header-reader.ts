// Blocks of header lines read into headers, in the two ways of requests and of responses.

import { byteIndex } from '../../base/bytes.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { behindDeformed, behindLf, isBlankByte, isLoneCr } from './header-block.ts';
import { Header, HeaderId, freshNotes, identify, isSpace, joined, lower } from './headers.ts';
import type { HeaderNotes } from './headers.ts';

const NOT_TOKEN = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(byte)) ? 0 : 1,
);
const LF = 10;
const CR = 13;
const COLON = 58;

/**
 * Reads the block of header lines [start, end); it is the message's own copy, of which names and values are views.
 * @param known headers that these are added to
 */
export function parseHeaders(
  data: Uint8Array,
  start: number,
  end: number,
  direction: Direction,
  notes: HeaderNotes,
  known: readonly Header[] = NO_HEADERS,
): Header[] {
  return reader.read(data, start, end, direction, notes, known);
}

const NO_HEADERS: readonly Header[] = [];

const NO_BYTES = new Uint8Array(0);
/** What ends a line, what ends a name, and what does not belong. */
const IS_SPECIAL = new Uint8Array(256);
for (const byte of [0, LF, CR, COLON]) IS_SPECIAL[byte] = 1;

/** Reads blocks one after the other. A line is taken when the next shows that it does not go on. */
class BlockReader {
  private headers: Header[] = [];
  private notes: HeaderNotes = freshNotes();
  private direction: Direction = TO_SERVER;
  /** Bits of the known headers that came. */
  private seen = 0;
  private data: Uint8Array = NO_BYTES;
  /** The line that waits is [from, to); none where `to` is negative. */
  private from = -1;
  private to = -1;
  /** Its first colon, -1 without, and whether a zero byte is in it. */
  private colon = -1;
  private hasZero = false;
  /** It is put together from several: what it begins with, and where the others are, [start, end) after [start, end). */
  private kept: Uint8Array | null = null;
  private readonly pieces: number[] = [];
  /** A zero byte is in the name at hand. */
  private isNameOdd = false;
  // of the line looked at
  private lineColon = -1;
  private lineHasZero = false;

  read(
    data: Uint8Array,
    start: number,
    end: number,
    direction: Direction,
    notes: HeaderNotes,
    known: readonly Header[],
  ): Header[] {
    const headers: Header[] = [];
    this.headers = headers;
    this.notes = notes;
    this.direction = direction;
    this.seen = 0;
    for (let i = 0; i < known.length; i++) {
      headers.push(known[i]!);
      this.seen |= 1 << known[i]!.id;
    }
    this.data = data;
    this.to = -1;
    this.kept = null;
    for (let at = start; at < end;) {
      const next = this.line(at, end);
      let stop = next;
      while (stop > at && (data[stop - 1] === LF || data[stop - 1] === CR)) stop--;
      if (stop > at) this.begin(at, stop);
      at = stop === at && next < end ? this.nothing(at, next, at === start) : next;
    }
    this.flush();
    this.data = NO_BYTES;
    this.headers = [];
    return headers;
  }

  /** A line of nothing that is not the end: a field without name and value, or none; @returns where the next begins */
  private nothing(at: number, next: number, isFirst: boolean): number {
    const { data, direction } = this;
    this.flush();
    if (direction === TO_SERVER || isFirst) {
      this.put(data, at, at, -1, false);
      return next;
    }
    this.notes.hasOddLine = true;
    return Math.max(next, behindDeformed(data, at, data.length));
  }

  /** Where the line ends. */
  private line(at: number, end: number): number {
    const { data, direction } = this;
    this.lineColon = -1;
    this.lineHasZero = false;
    for (let i = at; i < end; i++) {
      const byte = data[i]!;
      if (IS_SPECIAL[byte] === 0) continue;
      if (byte === LF) return behindLf(data, i, end, direction);
      if (byte === COLON) {
        if (this.lineColon < 0) this.lineColon = i;
      } else if (byte === 0) this.lineHasZero = true;
      else if (isLoneCr(data, i, end, direction)) return i + 1;
    }
    return end;
  }

  /** A line of something, [at, stop): a header, or more of the one before it. */
  private begin(at: number, stop: number): void {
    const { data } = this;
    let from = at;
    if (isFolding(data[at]!)) {
      if (this.to < 0) this.notes.isFoldedWrongly ||= this.lineColon >= 0 && isBlankByte(data[at]);
      else if (!this.isNamedAt(at + 1, stop)) {
        this.fold(at, stop);
        return;
      } else {
        from++;
        this.notes.isFoldedWrongly ||= isBlankByte(data[from]);
      }
    }
    this.flush();
    this.from = from;
    this.to = stop;
    this.colon = this.lineColon;
    this.hasZero = this.lineHasZero;
  }

  /** In responses, what seems to go on with a header but is one is taken for that. */
  private isNamedAt(at: number, stop: number): boolean {
    return this.direction === TO_CLIENT && this.colon >= 0 && isNamed(this.data, at, stop);
  }

  /** A line that begins with a space goes on with the one before it (RFC 9112 section 5.2). */
  private fold(at: number, stop: number): void {
    const { data, from, to } = this;
    if (this.kept === null && data[at] === 0 && data[to - 1] === COLON) at++; // a value begins
    // a name goes on behind the line end
    const isName = this.colon < 0 && this.kept === null && this.lineColon >= 0 && !isBlankTo(data, at, this.lineColon);
    if (isName) this.kept = data.slice(from, stop);
    else {
      this.kept ??= data.subarray(from, to);
      this.pieces.push(at, stop);
    }
    if (this.colon < 0) this.colon = this.lineColon;
  }

  /** Takes the line that waits. */
  private flush(): void {
    const { kept, to } = this;
    this.kept = null;
    this.to = -1;
    if (to < 0) return;
    if (kept !== null) {
      const whole = this.withPieces(kept);
      this.put(whole, 0, whole.length, byteIndex(whole, COLON, 0, whole.length), whole.includes(0));
    } else this.put(this.data, this.from, to, this.colon, this.hasZero);
  }

  /** What began a line, and the lines that go on with it, at once: there may be many. */
  private withPieces(first: Uint8Array): Uint8Array {
    const { data, pieces } = this;
    let size = first.length;
    for (let i = 0; i < pieces.length; i += 2) size += pieces[i + 1]! - pieces[i]!;
    const whole = new Uint8Array(size);
    whole.set(first);
    let at = first.length;
    for (let i = 0; i < pieces.length; i += 2) {
      whole.set(data.subarray(pieces[i], pieces[i + 1]), at);
      at += pieces[i + 1]! - pieces[i]!;
    }
    pieces.length = 0;
    return whole;
  }

  private put(data: Uint8Array, start: number, end: number, colon: number, hasZero: boolean): void {
    if (this.headers.length > this.notes.limit) {
      this.notes.isTooMany = true;
      return;
    }
    this.isNameOdd = hasZero && byteIndex(data, 0, start, colon) >= 0;
    this.add(data, start, end, colon);
  }

  private add(data: Uint8Array, start: number, end: number, colon: number): void {
    const { notes } = this;
    if (colon < 0) {
      this.addNameless(data, start, start, end);
      return;
    }
    let nameEnd = colon;
    while (nameEnd > start && isSpace(data[nameEnd - 1]!)) nameEnd--;
    let nameStart = start;
    while (nameStart < nameEnd && isSpace(data[nameStart]!)) nameStart++;
    if (!notes.hasOddName && !notes.hasSpaceBeforeColon) noteName(notes, data, start, nameStart, nameEnd, colon);
    if (nameEnd === nameStart) {
      this.addNameless(data, nameStart, colon + 1, end);
      return;
    }
    const id = this.isNameOdd ? identifyOdd(data, nameStart, nameEnd) : identify(data, nameStart, nameEnd);
    const known = this.sameName(id, data, nameStart, nameEnd);
    if (known === undefined) {
      this.seen |= 1 << id;
      this.push(id, data, nameStart, nameEnd, colon + 1, end);
      return;
    }
    if (++known.count === 2) notes.repeated++;
    const value = trimmed(data, colon + 1, end);
    if (id !== HeaderId['content-length']) known.value = joined(known.value, ', ', value);
    else if (Buffer.compare(known.value, value) !== 0) known.isAmbiguous = true;
  }

  /** A line without a colon, or with nothing before it: they all have the same name. */
  private addNameless(data: Uint8Array, name: number, start: number, end: number): void {
    this.notes.missesColon = true; // a name, to be exact
    const known = this.headers.find(({ nameStart, nameEnd }) => nameEnd === nameStart);
    if (known === undefined) {
      this.push(0, data, name, name, start, end);
      return;
    }
    if (++known.count === 2) this.notes.repeated++;
    known.value = joined(known.value, ', ', trimmed(data, start, end));
  }

  /** The value is what [start, end) is without spaces around it. */
  private push(id: number, data: Uint8Array, nameStart: number, nameEnd: number, start: number, end: number): void {
    while (start < end && isSpace(data[start]!)) start++;
    while (end > start && isSpace(data[end - 1]!)) end--;
    this.headers.push(new Header(id, data, nameStart, nameEnd, start, end));
  }

  private sameName(id: number, data: Uint8Array, start: number, end: number): Header | undefined {
    if ((this.seen & (1 << id)) === 0) return undefined;
    const { headers } = this;
    for (let i = 0; i < headers.length; i++) {
      const header = headers[i]!;
      if (header.id !== id) continue;
      if (id !== 0) return header;
      if (header.nameEnd - header.nameStart === end - start && sameLetters(header, data, start, end)) return header;
    }
    return undefined;
  }
}

const reader = new BlockReader();

/** What is odd about a name and the blanks around it; only the first oddity of a message is told. */
function noteName(notes: HeaderNotes, data: Uint8Array, from: number, start: number, end: number, colon: number): void {
  for (let i = end; i < colon; i++) if (isBlankByte(data[i])) notes.hasSpaceBeforeColon = true;
  if (notes.hasSpaceBeforeColon) return;
  notes.hasOddName = colon > end;
  for (let i = from; i < start; i++) if (!isBlankByte(data[i])) notes.hasOddName = true;
  for (let i = start; i < end && !notes.hasOddName; i++) notes.hasOddName = NOT_TOKEN[data[i]!] === 1;
}

function isFolding(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 0;
}

/** A line that begins with a space and has a name and a colon all the same. */
function isNamed(data: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && isSpace(data[at]!)) at++;
  const name = at;
  while (at < end && NOT_TOKEN[data[at]!] === 0) at++;
  if (at === name) return false;
  while (at < end && isSpace(data[at]!)) at++;
  return at < end && data[at] === COLON;
}

function isBlankTo(data: Uint8Array, at: number, end: number): boolean {
  while (at < end && isSpace(data[at]!)) at++;
  return at === end;
}

/** Of a name with zero bytes in it, which do not count. */
function identifyOdd(data: Uint8Array, start: number, end: number): number {
  const clean = data.subarray(start, end).filter((byte) => byte !== 0);
  return identify(clean, 0, clean.length);
}

function sameLetters({ nameData, nameStart, nameEnd }: Header, data: Uint8Array, start: number, end: number): boolean {
  for (let a = nameStart, b = start; b < end; a++, b++) if (lower(nameData[a]!) !== lower(data[b]!)) return false;
  return nameEnd > nameStart;
}

function trimmed(data: Uint8Array, start: number, end: number): Uint8Array {
  while (start < end && isSpace(data[start]!)) start++;
  while (end > start && isSpace(data[end - 1]!)) end--;
  return data.subarray(start, end);
}
