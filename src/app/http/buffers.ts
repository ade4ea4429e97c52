// Buffers of HTTP that are put together from the headers when a rule first asks for them.

import { TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { HeaderId } from './headers.ts';
import type { Header } from './headers.ts';
import type { HttpMessage, HttpTransaction } from './transaction.ts';

const CRLF = Buffer.from('\r\n');
const SEPARATOR = Buffer.from(': ');

function isCookie({ id }: Header): boolean {
  return id === HeaderId.cookie || id === HeaderId['set-cookie'];
}

/** `http.header`: a line for each header but cookies. */
export function headerBuffer(message: HttpMessage): Uint8Array | null {
  if (message.headers.length === 0) return null;
  message.headerBuffer ??= linesOf(message.headers.filter((header) => !isCookie(header)));
  return message.headerBuffer.length === 0 ? null : message.headerBuffer;
}

function linesOf(headers: readonly Header[]): Uint8Array {
  let size = 0;
  for (const { name, value } of headers) size += name.length + value.length + 4;
  const out = new Uint8Array(size);
  let at = 0;
  for (const { name, value } of headers) {
    out.set(name, at);
    out.set(SEPARATOR, at + name.length);
    out.set(value, at + name.length + 2);
    at += name.length + 2 + value.length;
    out.set(CRLF, at);
    at += 2;
  }
  return out;
}

/** `http.header_names`: CRLF before the first, after each, and once more. */
export function headerNames(message: HttpMessage): Uint8Array | null {
  if (message.headers.length === 0) return null;
  message.headerNames ??= Buffer.concat([CRLF, ...message.headers.flatMap(({ name }) => [name, CRLF]), CRLF]);
  return message.headerNames;
}

/** `http.start`: the first line and all headers. */
export function startBuffer(message: HttpMessage): Uint8Array | null {
  if (message.line.length === 0) return null;
  message.start ??= Buffer.concat([message.line, CRLF, linesOf(message.headers), CRLF]);
  return message.start;
}

/** `http.request_header`: one `name: value` at a time. */
export function headerLine(message: HttpMessage, instance: number): Uint8Array | null {
  const header = message.headers[instance];
  return header === undefined ? null : Buffer.concat([header.name, SEPARATOR, header.value]);
}

/** What follows the first line as it came, without the empty line of a request's end. */
export function rawHeaders(message: HttpMessage): Uint8Array | null {
  return message.rawHeaders.length === 0 ? null : message.rawHeaders;
}

export function cookieOf(tx: HttpTransaction, direction: Direction): Uint8Array | null {
  const id = direction === TO_SERVER ? HeaderId.cookie : HeaderId['set-cookie'];
  return tx.message(direction).headers.find((header) => header.id === id)?.value ?? null;
}
