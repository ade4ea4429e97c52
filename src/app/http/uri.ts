// URIs of requests: split, percent-decoded and put into one form, as the server would see them.

import { roomOf } from '../../base/kept-bytes.ts';
import { lower } from './headers.ts';

export interface UriNotes {
  isDoubleEncoded: boolean;
}

export interface UriOptions {
  readonly doubleDecodePath: boolean;
  readonly doubleDecodeQuery: boolean;
  readonly convertsPlus: boolean;
  readonly includesQuery: boolean;
}

const PERCENT = 37;
const SLASH = 47;
const DOT = 46;
const QUESTION = 63;
const HASH = 35;
const NONE = new Uint8Array(0);

export interface SplitUri {
  /** `host[:port]` of an absolute URI, null without. */
  readonly authority: Uint8Array | null;
  /** Where the path begins. */
  readonly pathStart: number;
}

/** `http://host/path`: where the path begins, and the authority before it (RFC 9112 section 3.2.2). */
export function splitUri(uri: Uint8Array): SplitUri {
  let at = 0;
  while (at < uri.length && isScheme(uri[at]!)) at++;
  const isAbsolute = at > 0 && uri[at] === 58 && uri[at + 1] === SLASH && uri[at + 2] === SLASH;
  if (!isAbsolute) return { authority: null, pathStart: 0 };
  let end = at + 3;
  while (end < uri.length && uri[end] !== SLASH && uri[end] !== QUESTION && uri[end] !== HASH) end++;
  let start = at + 3;
  for (let i = start; i < end; i++) if (uri[i] === 64) start = i + 1;
  return { authority: uri.subarray(start, end), pathStart: end };
}

function isScheme(byte: number): boolean {
  const letter = lower(byte);
  return (letter >= 97 && letter <= 122) || (byte >= 48 && byte <= 57) || byte === 43 || byte === 45 || byte === 46;
}

/** The normalised URI: path decoded and cleaned, query decoded. */
export function normalizeUri(uri: Uint8Array, options: UriOptions, notes: UriNotes): Uint8Array {
  const { pathStart } = splitUri(uri);
  const from = options.includesQuery ? 0 : pathStart;
  let query = from;
  while (query < uri.length && uri[query] !== QUESTION && uri[query] !== HASH) query++;
  if (!needsWork(uri, from)) return from === 0 ? uri : uri.subarray(from);
  let path = decode(uri, from, query, notes);
  if (options.doubleDecodePath) path = decode(path, 0, path.length, { isDoubleEncoded: false });
  path = cleanPath(path);
  let rest = query < uri.length ? decode(uri, query, uri.length, notes) : NONE;
  if (options.doubleDecodeQuery) rest = decode(rest, 0, rest.length, { isDoubleEncoded: false });
  if (options.convertsPlus) rest = rest.map((byte) => (byte === 43 ? 32 : byte));
  const result = roomOf(path.length + rest.length);
  result.set(path);
  result.set(rest, path.length);
  return result;
}

/** Most URIs have nothing to decode or clean. */
function needsWork(uri: Uint8Array, from: number): boolean {
  for (let i = from; i < uri.length; i++) {
    const byte = uri[i]!;
    if (byte === PERCENT || byte === 92 || byte === 43 || byte === HASH) return true;
    if (byte === SLASH && (uri[i + 1] === SLASH || uri[i + 1] === DOT)) return true;
  }
  return false;
}

function hex(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** Percent-encoded bytes decoded once; what is no encoding stays. `%uXXXX` becomes its low byte. */
function decode(data: Uint8Array, start: number, end: number, notes: UriNotes): Uint8Array {
  const out = roomOf(end - start);
  let size = 0;
  for (let i = start; i < end; i++) {
    const byte = data[i]!;
    if (byte === PERCENT && i + 2 < end) {
      const high = hex(data[i + 1]);
      const low = hex(data[i + 2]);
      if (high >= 0 && low >= 0) {
        const value = (high << 4) | low;
        if (value === PERCENT && i + 4 < end && hex(data[i + 3]) >= 0 && hex(data[i + 4]) >= 0)
          notes.isDoubleEncoded = true;
        out[size++] = value;
        i += 2;
        continue;
      }
    }
    out[size++] = byte;
  }
  return out.subarray(0, size);
}

/** `/./` and `/../` resolved, several slashes made one (RFC 3986 section 5.2.4). */
function cleanPath(path: Uint8Array): Uint8Array {
  const out = roomOf(path.length);
  let size = 0;
  let at = 0;
  while (at < path.length) {
    const byte = path[at]!;
    if (byte !== SLASH) {
      out[size++] = byte;
      at++;
      continue;
    }
    const next = path[at + 1];
    if (next === SLASH) at++;
    else if (next === DOT && (at + 2 === path.length || path[at + 2] === SLASH)) at += 2;
    else if (next === DOT && path[at + 2] === DOT && (at + 3 === path.length || path[at + 3] === SLASH)) {
      while (size > 0 && out[size - 1] !== SLASH) size--;
      if (size > 0) size--;
      at += 3;
    } else {
      out[size++] = SLASH;
      at++;
    }
    if (at >= path.length && (size === 0 || out[size - 1] !== SLASH) && byte === SLASH && next !== undefined)
      out[size++] = SLASH;
  }
  return out.subarray(0, size);
}
