// Buffers of HTTP that are put together from the headers when a rule first asks for them.

import { roomOf } from '../../base/kept-bytes.ts';
import { TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { HeaderId, valueOf } from './headers.ts';
import type { Header } from './headers.ts';
import type { HttpMessage, HttpTransaction } from './transaction.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;

function isCookie({ id }: Header): boolean {
  return id === HeaderId.cookie || id === HeaderId['set-cookie'];
}

/** `http.header`: a line for each header but cookies. */
export function headerBuffer(message: HttpMessage): Uint8Array | null {
  if (message.headers.length === 0) return null;
  message.headerBuffer ??= asTheyCame(message) ?? linesOf(message.headers);
  return message.headerBuffer.length === 0 ? null : message.headerBuffer;
}

/** Where the headers came as the buffer shows them, and cookies not amidst them, they are a part of what came; else null. */
function asTheyCame({ headers, rawHeaders }: HttpMessage): Uint8Array | null {
  let from = 0;
  let to = headers.length;
  if (isCookie(headers[0]!)) from++;
  if (to > from && isCookie(headers[to - 1]!)) to--;
  if (to === from) return null;
  for (let i = from; i < to; i++) if (isCookie(headers[i]!)) return null;
  const end = shownTo(headers, from, to, rawHeaders);
  return end < 0 ? null : rawHeaders.subarray(headers[from]!.nameStart, end);
}

/** Where headers [from, to) end, where they are lines of `block` one after the other as the buffers show them; else -1. */
function shownTo(headers: readonly Header[], from: number, to: number, block: Uint8Array): number {
  let at = headers[from]!.nameStart;
  for (let i = from; i < to; i++) {
    const header = headers[i]!;
    const { nameEnd, valueStart, valueEnd } = header;
    if (header.nameData !== block || header.valueData !== block) return -1;
    if (header.nameStart !== at || nameEnd === at || valueStart !== nameEnd + 2) return -1;
    if (block[nameEnd] !== COLON || block[nameEnd + 1] !== SPACE) return -1;
    if (block[valueEnd] !== CR || block[valueEnd + 1] !== LF) return -1;
    at = valueEnd + 2;
  }
  return at;
}

/** Whether the block is nothing but its headers as the buffers show them, and an empty line. */
function isWhole({ headers, rawHeaders: block }: HttpMessage): boolean {
  if (headers.length === 0 || headers[0]!.nameStart !== 0) return false;
  const end = shownTo(headers, 0, headers.length, block);
  return end >= 0 && end + 2 === block.length && block[end] === CR && block[end + 1] === LF;
}

/** A line for each but cookies. */
function linesOf(headers: readonly Header[]): Uint8Array {
  let size = 0;
  for (const header of headers) if (!isCookie(header)) size += lineSize(header);
  const out = roomOf(size);
  let at = 0;
  for (const header of headers) if (!isCookie(header)) at = putLine(out, at, header);
  return out;
}

/** Of `name: value` with the line end. */
function lineSize({ nameStart, nameEnd, valueStart, valueEnd }: Header): number {
  return nameEnd - nameStart + valueEnd - valueStart + 4;
}

function putLine(out: Uint8Array, start: number, header: Header): number {
  let at = put(out, start, header.nameData, header.nameStart, header.nameEnd);
  out[at++] = COLON;
  out[at++] = SPACE;
  at = put(out, at, header.valueData, header.valueStart, header.valueEnd);
  return putEnd(out, at);
}

function putEnd(out: Uint8Array, at: number): number {
  out[at] = CR;
  out[at + 1] = LF;
  return at + 2;
}

/** Most are short: a loop is faster than a call. */
function put(out: Uint8Array, at: number, data: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) out[at++] = data[i]!;
  return at;
}

/** `http.header_names`: CRLF before the first, after each, and once more. */
export function headerNames(message: HttpMessage): Uint8Array | null {
  if (message.headers.length === 0) return null;
  return (message.headerNames ??= namesOf(message.headers));
}

function namesOf(headers: readonly Header[]): Uint8Array {
  let size = 4;
  for (const { nameStart, nameEnd } of headers) size += nameEnd - nameStart + 2;
  const out = roomOf(size);
  let at = putEnd(out, 0);
  for (const { nameData, nameStart, nameEnd } of headers) at = putEnd(out, put(out, at, nameData, nameStart, nameEnd));
  putEnd(out, at);
  return out;
}

/** `http.start`: the first line and all headers. */
export function startBuffer(message: HttpMessage): Uint8Array | null {
  if (message.line.length === 0) return null;
  return (message.start ??= startOf(message));
}

function startOf(message: HttpMessage): Uint8Array {
  const { line, headers } = message;
  if (isWhole(message)) {
    const whole = roomOf(line.length + 2 + message.rawHeaders.length);
    whole.set(line);
    whole.set(message.rawHeaders, putEnd(whole, line.length));
    return whole;
  }
  let size = line.length + 4;
  for (const header of headers) size += lineSize(header);
  const out = roomOf(size);
  let at = putEnd(out, put(out, 0, line, 0, line.length));
  for (const header of headers) at = putLine(out, at, header);
  putEnd(out, at);
  return out;
}

/** `http.request_header`: one `name: value` at a time. */
export function headerLine(message: HttpMessage, instance: number): Uint8Array | null {
  const header = message.headers[instance];
  if (header === undefined) return null;
  const line = roomOf(lineSize(header));
  putLine(line, 0, header);
  return line.subarray(0, line.length - 2);
}

/** What follows the first line as it came, without the empty line of a request's end. */
export function rawHeaders(message: HttpMessage): Uint8Array | null {
  return message.rawHeaders.length === 0 ? null : message.rawHeaders;
}

export function cookieOf(tx: HttpTransaction, direction: Direction): Uint8Array | null {
  return valueOf(tx.message(direction).headers, direction === TO_SERVER ? HeaderId.cookie : HeaderId['set-cookie']);
}
