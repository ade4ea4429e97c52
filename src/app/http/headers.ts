// Header lines of a message: names and values as they came, with the few that matter to the parser told apart.

import { byteIndex } from '../../base/bytes.ts';

/** Headers that parsing, records or rules ask for by name. */
export const KNOWN_HEADERS = [
  '',
  'host',
  'user-agent',
  'referer',
  'accept',
  'accept-encoding',
  'accept-language',
  'cookie',
  'set-cookie',
  'connection',
  'content-length',
  'content-type',
  'content-encoding',
  'content-disposition',
  'content-range',
  'transfer-encoding',
  'location',
  'server',
  'authorization',
  'upgrade',
  'expect',
  'x-forwarded-for',
  'range',
  'date',
] as const;
export type KnownHeader = (typeof KNOWN_HEADERS)[number];

const byLength: { readonly id: number; readonly name: Uint8Array }[][] = [];
KNOWN_HEADERS.forEach((name, id) => {
  if (name !== '') (byLength[name.length] ??= []).push({ id, name: Buffer.from(name) });
});

export const HeaderId = Object.fromEntries(KNOWN_HEADERS.map((name, id) => [name, id])) as Readonly<
  Record<KnownHeader, number>
>;

export interface Header {
  /** Index into KNOWN_HEADERS, 0 for others. */
  readonly id: number;
  readonly name: Uint8Array;
  value: Uint8Array;
  /** How often it came; the values are joined by `, `. */
  count: number;
}

/** What reading a header block found out besides the headers. */
export interface HeaderNotes {
  /** A line of nothing but CR CR LF: not the end. */
  hasOddLine: boolean;
  missesColon: boolean;
  /** A line that goes on with nothing. */
  isFoldedWrongly: boolean;
  hasSpaceBeforeColon: boolean;
  /** A name has letters that names do not have (RFC 9110 section 5.6.2). */
  hasOddName: boolean;
  /** How many headers came more than once. */
  repeated: number;
  isTooMany: boolean;
}

export function freshNotes(): HeaderNotes {
  return {
    missesColon: false,
    isFoldedWrongly: false,
    hasSpaceBeforeColon: false,
    hasOddName: false,
    repeated: 0,
    isTooMany: false,
    hasOddLine: false,
  };
}

const NOT_TOKEN = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(byte)) ? 0 : 1,
);
const LF = 10;
const CR = 13;
const COLON = 58;
const MOST_HEADERS = 1024;

export function isSpace(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 11 || byte === 12 || byte === 13;
}

export function equalsNocase(data: Uint8Array, start: number, end: number, lower: Uint8Array): boolean {
  if (end - start !== lower.length) return false;
  for (let i = 0; i < lower.length; i++) {
    const byte = data[start + i]!;
    if (byte !== lower[i] && !(byte >= 65 && byte <= 90 && (byte | 32) === lower[i])) return false;
  }
  return true;
}

function identify(data: Uint8Array, start: number, end: number): number {
  for (const { id, name } of byLength[end - start] ?? []) if (equalsNocase(data, start, end, name)) return id;
  return 0;
}

/** Reads the block of header lines [start, end); it is the message's own copy, of which names and values are views. */
export function parseHeaders(data: Uint8Array, start: number, end: number, notes: HeaderNotes): Header[] {
  const headers: Header[] = [];
  let from = -1;
  let to = -1;
  let kept: Uint8Array | null = null; // a line put together from several
  const flush = (): void => {
    if (kept !== null) addLine(headers, kept, 0, kept.length, notes);
    else if (to > from) addLine(headers, data, from, to, notes);
    kept = null;
  };
  for (let at = start; at < end;) {
    const next = physicalEnd(data, at, end);
    let stop = next;
    while (stop > at && (data[stop - 1] === LF || data[stop - 1] === CR)) stop--;
    if (stop === at && next - at > 2 && at > start + 1 && data[at - 2] === CR) notes.hasOddLine = true;
    if (stop > at) {
      // a line that seems to go on with the very first header is taken for a header of its own
      const isSecond = headers.length === 0 && kept === null && data.subarray(at, stop).includes(COLON);
      if (isFolding(data[at]!) && to < 0) notes.isFoldedWrongly = true;
      if (isFolding(data[at]!) && to >= 0 && !isSecond) {
        kept = continued(kept ?? data.subarray(from, to), data, at, stop);
      } else {
        if (to >= 0) flush();
        from = at;
        to = stop;
      }
    }
    at = next;
  }
  if (to >= 0) flush();
  return headers;
}

function isFolding(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 0;
}

/** A line ends with LF; a CR without one ends it as well, as browsers have it. */
function physicalEnd(data: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    if (data[i] === LF) return i + 1;
    if (data[i] === CR && i + 1 < end && data[i + 1] !== LF && data[i + 1] !== CR) return i + 1;
  }
  return end;
}

/** A line that begins with a space goes on with the one before it (RFC 9112 section 5.2). */
function continued(before: Uint8Array, data: Uint8Array, start: number, end: number): Uint8Array {
  while (start < end && (isSpace(data[start]!) || data[start] === 0)) start++;
  while (end > start && isSpace(data[end - 1]!)) end--;
  return joined(before, start === end ? '' : ' ', data.subarray(start, end));
}

function withoutZeros(data: Uint8Array, start: number, end: number): Uint8Array {
  return data.subarray(start, end).filter((byte) => byte !== 0);
}

function addLine(headers: Header[], data: Uint8Array, start: number, end: number, notes: HeaderNotes): void {
  if (headers.length >= MOST_HEADERS) {
    notes.isTooMany = true;
    return;
  }
  for (let i = start; i < end; i++) {
    if (data[i] !== 0) continue;
    const clean = withoutZeros(data, start, end);
    const colon = byteIndex(data, COLON, start, end);
    if (colon < 0 || i < colon) notes.hasOddName = true;
    addClean(headers, clean, 0, clean.length, notes);
    return;
  }
  addClean(headers, data, start, end, notes);
}

function addClean(headers: Header[], data: Uint8Array, start: number, end: number, notes: HeaderNotes): void {
  let colon = start;
  while (colon < end && data[colon] !== COLON) colon++;
  if (colon === end) {
    notes.missesColon = true;
    headers.push({ id: 0, name: data.subarray(start, start), value: trimmed(data, start, end), count: 1 });
    return;
  }
  let nameEnd = colon;
  while (nameEnd > start && isSpace(data[nameEnd - 1]!)) nameEnd--;
  let nameStart = start;
  while (nameStart < nameEnd && isSpace(data[nameStart]!)) nameStart++;
  for (let i = nameEnd; i < colon; i++) {
    if (data[i] === 32 || data[i] === 9) notes.hasSpaceBeforeColon = true;
    else notes.hasOddName = true;
  }
  for (let i = nameStart; i < nameEnd && !notes.hasOddName; i++) notes.hasOddName = NOT_TOKEN[data[i]!] === 1;
  if (nameEnd === nameStart) notes.missesColon = true; // a name, to be exact
  const id = identify(data, nameStart, nameEnd);
  const name = data.subarray(nameStart, nameEnd);
  const value = trimmed(data, colon + 1, end);
  const known = sameName(headers, id, name);
  if (known === undefined) {
    headers.push({ id, name, value, count: 1 });
    return;
  }
  if (++known.count === 2) notes.repeated++;
  if (id !== HeaderId['content-length']) known.value = joined(known.value, ', ', value);
}

function sameName(headers: readonly Header[], id: number, name: Uint8Array): Header | undefined {
  for (const header of headers) {
    if (header.id !== id || header.name.length !== name.length) continue;
    if (id !== 0 || sameLetters(header.name, name)) return header;
  }
  return undefined;
}

function sameLetters(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (lower(a[i]!) !== lower(b[i]!)) return false;
  return a.length > 0;
}

export function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte | 32 : byte;
}

function trimmed(data: Uint8Array, start: number, end: number): Uint8Array {
  while (start < end && isSpace(data[start]!)) start++;
  while (end > start && isSpace(data[end - 1]!)) end--;
  return data.subarray(start, end);
}

export function joined(a: Uint8Array, between: string, b: Uint8Array): Uint8Array {
  const result = new Uint8Array(a.length + between.length + b.length);
  result.set(a);
  for (let i = 0; i < between.length; i++) result[a.length + i] = between.charCodeAt(i);
  result.set(b, a.length + between.length);
  return result;
}

export function valueOf(headers: readonly Header[], name: KnownHeader): Uint8Array | null {
  const id = HeaderId[name];
  for (const header of headers) if (header.id === id) return header.value;
  return null;
}

/** @param name in lower case */
export function namedValue(headers: readonly Header[], name: string): Uint8Array | null {
  for (const header of headers) if (nameOf(header) === name) return header.value;
  return null;
}

/** In lower case. */
export function nameOf({ id, name }: Header): string {
  return id > 0 ? KNOWN_HEADERS[id]! : Buffer.from(name).toString('latin1').toLowerCase();
}

export function headerOf(headers: readonly Header[], name: KnownHeader): Header | undefined {
  const id = HeaderId[name];
  return headers.find((header) => header.id === id);
}
