// First lines: `GET /x HTTP/1.1` and `HTTP/1.1 200 OK`, with the liberties that servers and browsers take.

import { isSpace } from './headers.ts';

const NONE = new Uint8Array(0);
const HTTP = Buffer.from('http/');
/** With these, with or without a slash, a status line begins. */
const STATUS_LINE = HTTP.subarray(0, 4);
const ZERO = 48;
/** More than a length can be. */
const MOST_BYTES = 2 ** 64;
const DOT = 46;

/** Words that most messages have: they need no view of their own. */
const COMMON_WORDS: Uint8Array[][] = [];
for (const word of ['GET', 'POST', 'HEAD', 'HTTP/1.1', 'HTTP/1.0', '200', '204', '301', '302', '304', '404', 'OK'])
  (COMMON_WORDS[word.length] ??= []).push(Uint8Array.from(word, (char) => char.charCodeAt(0)));

/** The bytes [start, end) of a line. */
function word(line: Uint8Array, start: number, end: number): Uint8Array {
  const list = COMMON_WORDS[end - start];
  if (list === undefined) return line.subarray(start, end);
  for (let i = 0; i < list.length; i++) if (isAt(line, start, list[i]!)) return list[i]!;
  return line.subarray(start, end);
}

function isAt(line: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (line[at + i] !== wanted[i]) return false;
  return true;
}

export interface RequestLine {
  method: Uint8Array;
  uri: Uint8Array;
  /** Empty: there is none (HTTP/0.9). */
  protocol: Uint8Array;
  hasLeadingSpace: boolean;
  hasOddMethodDelimiter: boolean;
  hasOddUriDelimiter: boolean;
}

/** @param line its own copy: the parts are views of it */
export function parseRequestLine(line: Uint8Array): RequestLine {
  const result: RequestLine = {
    method: NONE,
    uri: NONE,
    protocol: NONE,
    hasLeadingSpace: false,
    hasOddMethodDelimiter: false,
    hasOddUriDelimiter: false,
  };
  let at = 0;
  const end = line.length;
  while (at < end && isSpace(line[at]!)) at++;
  result.hasLeadingSpace = at > 0;
  const methodStart = at;
  while (at < end && !isSpace(line[at]!)) at++;
  result.method = word(line, methodStart, at);
  const gap = at;
  while (at < end && isSpace(line[at]!)) at++;
  for (let i = gap; i < at; i++) if (line[i] !== 32) result.hasOddMethodDelimiter = true;
  if (at === end) return result;
  const protocolStart = protocolAt(line, at, end);
  let uriEnd = protocolStart < 0 ? end : protocolStart;
  while (uriEnd > at && isSpace(line[uriEnd - 1]!)) uriEnd--;
  if (protocolStart >= 0) result.protocol = trimEnd(line, protocolStart, end);
  result.uri = line.subarray(at, uriEnd);
  result.hasOddUriDelimiter = hasOddBlanks(line, at, protocolStart < 0 ? uriEnd : protocolStart);
  return result;
}

/** Where what stands behind the last space begins, without spaces behind the last blank; -1: there is one word alone. */
function protocolAt(line: Uint8Array, from: number, end: number): number {
  let stop = end;
  while (stop > from && isSpace(line[stop - 1]!)) stop--;
  const space = line.lastIndexOf(32, stop - 1);
  if (space >= from) return space + 1;
  let at = stop;
  while (at > from && !isSpace(line[at - 1]!)) at--;
  return at > from ? at : -1;
}

/** Whether there are blanks without a space among them. */
function hasOddBlanks(line: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) {
    if (!isSpace(line[i]!)) continue;
    let hasSpace = false;
    for (; i < end && isSpace(line[i]!); i++) hasSpace ||= line[i] === 32;
    if (!hasSpace) return true;
  }
  return false;
}

/** Whether the bytes begin with `HTTP/`; undefined when there are too few to tell. */
export function beginsHttp(data: Uint8Array, start: number, end: number): boolean | undefined {
  return beginsWith(data, start, end, HTTP);
}

/** The same of a status line: `HTTP`, with blanks or NULs before it maybe. */
export function beginsStatusLine(data: Uint8Array, start: number, end: number): boolean | undefined {
  return beginsWith(data, behindBlanks(data, start, end), end, STATUS_LINE);
}

function behindBlanks(data: Uint8Array, at: number, end: number): number {
  while (at < end && (isSpace(data[at]!) || data[at] === 0)) at++;
  return at;
}

function beginsWith(data: Uint8Array, start: number, end: number, text: Uint8Array): boolean | undefined {
  const size = Math.min(end - start, text.length);
  for (let i = 0; i < size; i++) if ((data[start + i]! | 32) !== (text[i]! | 32)) return false;
  return size === text.length ? true : undefined;
}

function startsHttp(data: Uint8Array, start: number, end: number): boolean {
  if (end - start < HTTP.length) return false;
  for (let i = 0; i < HTTP.length; i++) if ((data[start + i]! | 32) !== (HTTP[i]! | 32)) return false;
  return true;
}

function trimEnd(data: Uint8Array, start: number, end: number): Uint8Array {
  while (end > start && isSpace(data[end - 1]!)) end--;
  return word(data, start, end);
}

export interface StatusLine {
  protocol: Uint8Array;
  status: Uint8Array;
  /** -1: not three digits. */
  number: number;
  message: Uint8Array;
}

export function parseStatusLine(line: Uint8Array): StatusLine {
  const end = line.length;
  let at = behindBlanks(line, 0, end);
  const start = at;
  while (at < end && !isSpace(line[at]!)) at++;
  const protocol = word(line, start, at);
  while (at < end && isSpace(line[at]!)) at++;
  const statusStart = at;
  while (at < end && !isSpace(line[at]!)) at++;
  const status = word(line, statusStart, at);
  while (at < end && isSpace(line[at]!)) at++;
  return { protocol, status, number: statusNumber(status), message: trimEnd(line, at, end) };
}

function statusNumber(text: Uint8Array): number {
  return numberIn(text, 0, text.length);
}

/** The status of the line [at, end), -1: not three digits. */
export function statusOf(line: Uint8Array, at: number, end: number): number {
  at = behindBlanks(line, at, end);
  while (at < end && !isSpace(line[at]!)) at++;
  while (at < end && isSpace(line[at]!)) at++;
  const start = at;
  while (at < end && !isSpace(line[at]!)) at++;
  return numberIn(line, start, at);
}

/** Of three digits, with zeros before them maybe. */
function numberIn(data: Uint8Array, start: number, end: number): number {
  while (end - start > 3 && data[start] === ZERO) start++;
  if (end - start !== 3) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const byte = data[i]!;
    if (byte < 48 || byte > 57) return -1;
    value = value * 10 + byte - 48;
  }
  return value >= 100 && value <= 999 ? value : -1;
}

/** `HTTP/1.1`: a protocol with a version. */
export function isVersion(protocol: Uint8Array): boolean {
  if (protocol.length !== 8 || !startsHttp(protocol, 0, 8) || protocol[6] !== DOT) return false;
  return isKnownVersion(protocol[5]! - 48, protocol[7]! - 48);
}

/** A protocol whose responses have no status line. */
export function isVersionNine(protocol: Uint8Array): boolean {
  return isVersion(protocol) && protocol[5] === ZERO;
}

/** Chunks came with version 1.1. */
export function isChunkedVersion(protocol: Uint8Array): boolean {
  return isVersion(protocol) && (protocol[5]! - 48) * 10 + protocol[7]! - 48 >= 11;
}

/** 0.9, 1.0 and 1.1: what is spoken in lines. */
function isKnownVersion(major: number, minor: number): boolean {
  return major === 1 ? minor === 0 || minor === 1 : major === 0 && minor === 9;
}

/** A run of digits with spaces around it; -1: something else, -2: empty. */
export function parseLength(text: Uint8Array): number {
  let at = 0;
  const end = text.length;
  while (at < end && isSpace(text[at]!)) at++;
  if (at === end) return -2;
  let value = 0;
  let digits = 0;
  for (; at < end && isDigit(text[at]!); at++, digits++) value = value * 10 + text[at]! - ZERO;
  while (at < end && isSpace(text[at]!)) at++;
  return digits === 0 || at < end || value > Number.MAX_SAFE_INTEGER ? -1 : value;
}

/** The first number in the bytes [at, end), whatever stands around it, as Content-Length is read; -1: none. */
export function lengthIn(data: Uint8Array, at: number, end: number): number {
  while (at < end && !isDigit(data[at]!)) at++;
  if (at === end) return -1;
  let value = 0;
  for (; at < end && isDigit(data[at]!); at++) value = value * 10 + data[at]! - ZERO;
  return value >= MOST_BYTES ? -1 : value;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** What parseChunkSize says of something else, and of more than a chunk can have. */
export const NO_SIZE = -1;
export const TOO_LARGE = -2;

/** The hexadecimal size of a chunk at the start of its line. */
export function parseChunkSize(data: Uint8Array, start: number, end: number): number {
  while (start < end && isSpace(data[start]!)) start++;
  let value = 0;
  let digits = 0;
  for (; start < end; start++, digits++) {
    const byte = data[start]!;
    const letter = byte | 32;
    if (byte >= 48 && byte <= 57) value = value * 16 + byte - 48;
    else if (letter >= 97 && letter <= 102) value = value * 16 + letter - 87;
    else break;
    if (value >= 2 ** 63) return NO_SIZE;
  }
  if (value > 0x7fffffff) return TOO_LARGE;
  return digits === 0 ? NO_SIZE : value;
}
