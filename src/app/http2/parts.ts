// What rules see of the headers of a message: values by name, and the buffers that look like HTTP/1.

import type { HttpPart } from '../../framework/http-parts.ts';
import { TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { HeaderField } from './hpack.ts';

type Fields = readonly HeaderField[];

const bytes = (text: string): Uint8Array => Buffer.from(text);
const NOTHING = bytes('');
const CRLF = bytes('\r\n');
const SEPARATOR = bytes(': ');
const COMMA = bytes(', ');
const SPACE = bytes(' ');
const VERSION = bytes('HTTP/2');
const AUTHORITY = bytes(':authority');
const HOST = bytes('host');
const METHOD = bytes(':method');
const PATH = bytes(':path');
const STATUS = bytes(':status');
const COOKIE = bytes('cookie');
const SET_COOKIE = bytes('set-cookie');
const CONTENT_ENCODING = bytes('content-encoding');
const CONTENT_TYPE = bytes('content-type');
const ACCEPT = bytes('accept');
const CONTENT_RANGE = bytes('content-range');

/** Parts that are the values of a header. */
const HEADERS: Readonly<Partial<Record<HttpPart, Uint8Array>>> = {
  uri: PATH,
  'uri.raw': PATH,
  method: METHOD,
  user_agent: bytes('user-agent'),
  referer: bytes('referer'),
  accept: ACCEPT,
  accept_enc: bytes('accept-encoding'),
  accept_lang: bytes('accept-language'),
  location: bytes('location'),
  server: bytes('server'),
  connection: bytes('connection'),
  content_len: bytes('content-length'),
  content_type: CONTENT_TYPE,
};

/** Joined values and lines of headers are no longer than this: a table entry of a few bytes may stand for much. */
const LONGEST = 1 << 17;

export function partOf(fields: Fields, part: HttpPart, direction: Direction): Uint8Array | null {
  const name = HEADERS[part];
  if (name !== undefined) return valuesOf(fields, name);
  if (fields.length === 0) return null;
  const isRequest = direction === TO_SERVER;
  switch (part) {
    case 'host':
      return hostOf(rawHost(fields));
    case 'host.raw':
      return rawHost(fields);
    case 'protocol':
      return VERSION;
    case 'stat_code':
      return lastValue(fields, STATUS);
    case 'stat_msg':
      return lastValue(fields, STATUS) === null ? null : NOTHING;
    case 'request_line':
      return joined([
        valuesOf(fields, METHOD) ?? NOTHING,
        SPACE,
        valuesOf(fields, PATH) ?? NOTHING,
        SPACE,
        VERSION,
        CRLF,
      ]);
    case 'response_line':
      return joined([VERSION, SPACE, lastValue(fields, STATUS) ?? NOTHING, CRLF]);
    case 'cookie':
      return valuesOf(fields, isRequest ? COOKIE : SET_COOKIE);
    case 'header_names':
      return joined([CRLF, ...fields.flatMap((field) => [field.name, CRLF]), CRLF]);
    case 'header':
      return linesOf(fields, (field) => !isNamed(field, COOKIE) && !isNamed(field, SET_COOKIE));
    default:
      return linesOf(fields, () => true);
  }
}

/** `name: value` */
export function headerLine(fields: Fields, instance: number): Uint8Array | null {
  const field = fields[instance];
  return field === undefined ? null : joined([field.name, SEPARATOR, field.value]);
}

function linesOf(fields: Fields, wants: (field: HeaderField) => boolean): Uint8Array | null {
  const pieces = fields.filter(wants).flatMap(({ name, value }) => [name, SEPARATOR, value, CRLF]);
  return pieces.length === 0 ? null : joined(pieces);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const piece of pieces) size += piece.length;
  const out = new Uint8Array(Math.min(size, LONGEST));
  let at = 0;
  for (const piece of pieces) {
    const count = Math.min(piece.length, out.length - at);
    out.set(count === piece.length ? piece : piece.subarray(0, count), at);
    at += count;
  }
  return out;
}

function isNamed(field: HeaderField, name: Uint8Array): boolean {
  const own = field.name;
  if (own.length !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (own[i] !== name[i]) return false;
  return true;
}

/** Values of the headers of that very name, in lower case as RFC 9113 section 8.2 has it, joined by `, `. */
function valuesOf(fields: Fields, name: Uint8Array): Uint8Array | null {
  let first: Uint8Array | null = null;
  let all: Uint8Array[] | null = null;
  for (const field of fields) {
    if (!isNamed(field, name)) continue;
    if (first === null) first = field.value;
    else (all ??= [first]).push(COMMA, field.value);
  }
  return all === null ? first : joined(all);
}

function lastValue(fields: Fields, name: Uint8Array): Uint8Array | null {
  for (let i = fields.length - 1; i >= 0; i--) if (isNamed(fields[i]!, name)) return fields[i]!.value;
  return null;
}

function rawHost(fields: Fields): Uint8Array | null {
  return lastValue(fields, AUTHORITY) ?? lastValue(fields, HOST);
}

const AT = 64;
const COLON = 58;
const BRACKET = 93;

/** In lower case, without user information and port. */
function hostOf(raw: Uint8Array | null): Uint8Array | null {
  if (raw === null) return null;
  const start = raw.lastIndexOf(AT) + 1;
  const colon = raw.lastIndexOf(COLON);
  const end = colon > raw.lastIndexOf(BRACKET) && colon >= start ? colon : raw.length;
  return lowered(raw.subarray(start, end));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Who is asked names a user (RFC 9113 section 8.3.1 forbids it). */
export function hasUserInfo(fields: Fields): boolean {
  return lastValue(fields, AUTHORITY)?.includes(AT) === true;
}

/** `:authority` and Host name different ones (RFC 9113 section 8.3.1). */
export function hasTwoHosts(fields: Fields): boolean {
  const authority = lastValue(fields, AUTHORITY);
  const host = lastValue(fields, HOST);
  return authority !== null && host !== null && !equal(lowered(authority), lowered(host));
}

function lowered(value: Uint8Array): Uint8Array {
  return Uint8Array.from(value, (byte) => (byte >= 65 && byte <= 90 ? byte | 32 : byte));
}

export function contentType(fields: Fields): Uint8Array | null {
  return lastValue(fields, CONTENT_TYPE);
}

export function acceptOf(fields: Fields): Uint8Array | null {
  return lastValue(fields, ACCEPT);
}

export function methodOf(fields: Fields): Uint8Array | null {
  return lastValue(fields, METHOD);
}

export function contentEncoding(fields: Fields): Uint8Array | null {
  return valuesOf(fields, CONTENT_ENCODING);
}

export function contentRange(fields: Fields): Uint8Array | null {
  return lastValue(fields, CONTENT_RANGE);
}

export function hostName(fields: Fields): Uint8Array | null {
  return hostOf(rawHost(fields));
}

export function pathOf(fields: Fields): Uint8Array {
  return lastValue(fields, PATH) ?? NOTHING;
}

/** Three digits; -1 without. */
export function statusOf(fields: Fields): number {
  const value = lastValue(fields, STATUS);
  if (value?.length !== 3) return -1;
  let status = 0;
  for (const byte of value) {
    if (byte < 48 || byte > 57) return -1;
    status = status * 10 + byte - 48;
  }
  return status;
}
