// URIs of requests: split, percent-decoded and put into one form, as the server would see them.

import { roomOf } from '../../base/kept-bytes.ts';
import { bestFit } from './best-fit.ts';
import { lower } from './headers.ts';
import type { Personality } from './personality.ts';
import { convertUtf8 } from './utf8-path.ts';

export interface UriNotes {
  /** Decoding what was decoded already changed it. */
  isDoubleEncoded: boolean;
  /** Where the path is in what was made of the URI; negative without one, which is not one of nothing (`/.`). */
  pathStart: number;
  pathEnd: number;
}

export interface UriOptions {
  readonly personality: Personality;
  readonly doubleDecodePath: boolean;
  readonly doubleDecodeQuery: boolean;
  readonly convertsPlus: boolean;
  /** Scheme and host of an absolute URI stay. */
  readonly includesAll: boolean;
}

const PERCENT = 37;
const SLASH = 47;
const DOT = 46;
const QUESTION = 63;
const HASH = 35;
const COLON = 58;
const AT = 64;
const BACKSLASH = 92;
const LETTER_U = 117;
/** Of `%u0041`. */
const UNICODE_ESCAPE = 6;
const NONE = new Uint8Array(0);

export interface SplitUri {
  /** `host[:port]` of an absolute URI, null without. */
  readonly authority: Uint8Array | null;
  /** Where the path begins. */
  readonly pathStart: number;
}

/**
 * Where the path begins, and the authority before it (RFC 9112 section 3.2.2). As in Suricata, what does not begin with
 * `/` has a scheme if there is a colon at all, and an authority behind it if need be without slashes.
 */
export function splitUri(uri: Uint8Array): SplitUri {
  const colon = uri[0] === SLASH ? -1 : uri.indexOf(COLON);
  if (colon < 0) return { authority: null, pathStart: 0 };
  const behind = colon + 1;
  const hasSlashes = uri[behind] === SLASH && uri[behind + 1] === SLASH;
  let start = hasSlashes ? behind + 2 : behind;
  let end = start;
  while (end < uri.length && uri[end] !== SLASH && uri[end] !== QUESTION && uri[end] !== HASH) end++;
  const at = hasSlashes ? uri.subarray(0, end).indexOf(AT, start) : -1;
  if (at >= 0) start = at + 1;
  if (end - start > 1 && uri[end - 1] === COLON) end--; // no port
  if (end === start || uri[start] === COLON) return { authority: null, pathStart: behind };
  return { authority: uri.subarray(start, end), pathStart: end };
}

/** Whether it begins as `http://` does. */
export function hasScheme(uri: Uint8Array): boolean {
  let at = 0;
  while (at < uri.length && isScheme(uri[at]!)) at++;
  return at > 0 && uri[at] === COLON && uri[at + 1] === SLASH && uri[at + 2] === SLASH;
}

function isScheme(byte: number): boolean {
  const letter = lower(byte);
  return (letter >= 97 && letter <= 122) || (byte >= 48 && byte <= 57) || byte === 43 || byte === 45 || byte === 46;
}

/** The normalised URI: path decoded and cleaned as the personality does, query decoded. */
export function normalizeUri(uri: Uint8Array, options: UriOptions, notes: UriNotes): Uint8Array {
  const { personality } = options;
  const { pathStart } = splitUri(uri);
  const from = options.includesAll ? 0 : pathStart;
  let query = pathStart;
  while (query < uri.length && uri[query] !== QUESTION && uri[query] !== HASH) query++;
  notes.pathStart = query > pathStart ? pathStart - from : -1;
  notes.pathEnd = query - from;
  if (!needsWork(uri, pathStart)) return from === 0 ? uri : uri.subarray(from);
  let path = decodePath(uri, pathStart, query, personality);
  if (personality.convertsUtf8) path = convertUtf8(path);
  path = resolveDots(path);
  if (options.doubleDecodePath) path = decodeAgain(path, personality, notes);
  let rest = query < uri.length ? decode(uri, query, uri.length, personality) : NONE;
  if (options.doubleDecodeQuery) rest = decodeAgain(rest, personality, notes);
  if (options.convertsPlus) rest = rest.map((byte) => (byte === 43 ? 32 : byte));
  const before = pathStart - from;
  notes.pathEnd = before + path.length;
  const result = roomOf(before + path.length + rest.length);
  result.set(uri.subarray(from, pathStart));
  result.set(path, before);
  result.set(rest, before + path.length);
  return result;
}

/** Most URIs have nothing to decode or clean. */
function needsWork(uri: Uint8Array, from: number): boolean {
  for (let i = from; i < uri.length; i++) {
    const byte = uri[i]!;
    if (byte === PERCENT || byte === BACKSLASH || byte === 43 || byte === HASH || byte > 127) return true;
    if (byte === SLASH && (uri[i + 1] === SLASH || uri[i + 1] === DOT)) return true;
    if (byte === DOT && i === from) return true;
  }
  return false;
}

function hex(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** The byte of two digits at `at`, -1 when there are none. */
function hexByte(data: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const high = hex(data[at]);
  const low = hex(data[at + 1]);
  return high < 0 || low < 0 ? -1 : (high << 4) | low;
}

/** The byte that the escape at `at` stands for, -1 when it is none. */
function escaped(data: Uint8Array, at: number, end: number, { hasUnicodeEscapes }: Personality): number {
  if (hasUnicodeEscapes && at + UNICODE_ESCAPE <= end && (data[at + 1]! | 32) === LETTER_U) {
    const high = hexByte(data, at + 2, end);
    const low = hexByte(data, at + 4, end);
    return high < 0 || low < 0 ? -1 : bestFit((high << 8) | low);
  }
  return hexByte(data, at + 1, end);
}

/** How long an escape at `at` is. */
function escapeLength(data: Uint8Array, at: number): number {
  return (data[at + 1]! | 32) === LETTER_U ? UNICODE_ESCAPE : 3;
}

/** Percent-encoded bytes decoded once; what is no encoding stays. */
function decode(data: Uint8Array, start: number, end: number, personality: Personality): Uint8Array {
  const out = roomOf(end - start);
  let size = 0;
  for (let i = start; i < end; i++) {
    const value = data[i] === PERCENT ? escaped(data, i, end, personality) : -1;
    out[size++] = value < 0 ? data[i]! : value;
    if (value >= 0) i += escapeLength(data, i) - 1;
  }
  return out.subarray(0, size);
}

function decodeAgain(data: Uint8Array, personality: Personality, notes: UriNotes): Uint8Array {
  const again = decode(data, 0, data.length, personality);
  if (again.length !== data.length) notes.isDoubleEncoded = true;
  return again;
}

/** The path decoded once, its separators in one form. */
function decodePath(data: Uint8Array, start: number, end: number, personality: Personality): Uint8Array {
  const out = roomOf(end - start);
  let size = 0;
  for (let i = start; i < end; i++) {
    let value = data[i]!;
    if (value === PERCENT) {
      const byte = escaped(data, i, end, personality);
      const isKept = byte < 0 || (byte === SLASH && !personality.decodesSeparators);
      if (!isKept) {
        value = byte;
        i += escapeLength(data, i) - 1;
      }
    }
    if (value === BACKSLASH && personality.hasBackslashes) value = SLASH;
    if (value === SLASH && personality.joinsSeparators && size > 0 && out[size - 1] === SLASH) continue;
    out[size++] = value;
  }
  return out.subarray(0, size);
}

/**
 * `/./` and `/../` resolved (RFC 3986 section 5.2.4), as libhtp does it: where the path ends in one, no separator is left
 * of it, and an empty segment (`//`) goes with the next: what follows it is no dot segment.
 */
function resolveDots(path: Uint8Array): Uint8Array {
  if (!hasDotSegment(path)) return path;
  const out = roomOf(path.length);
  let size = 0;
  let at = skippedDots(path);
  while (at < path.length) {
    const dots = path[at] === SLASH ? dotsAt(path, at + 1) : 0;
    if (dots > 0) {
      if (dots === 2) {
        while (size > 0 && out[size - 1] !== SLASH) size--;
        if (size > 0) size--;
      }
      at += 1 + dots;
      if (at + 1 >= path.length) return out.subarray(0, size);
      continue;
    }
    while (at < path.length && path[at] === SLASH) out[size++] = path[at++]!;
    while (at < path.length && path[at] !== SLASH) out[size++] = path[at++]!;
  }
  return out.subarray(0, size);
}

function hasDotSegment(path: Uint8Array): boolean {
  if (path[0] === DOT) return true;
  for (let i = 0; i < path.length; i++) if (path[i] === SLASH && path[i + 1] === DOT) return true;
  return false;
}

/** How many dots the segment at `at` consists of, when it is one of one or two dots. */
function dotsAt(path: Uint8Array, at: number): number {
  if (path[at] !== DOT) return 0;
  const count = path[at + 1] === DOT ? 2 : 1;
  return at + count === path.length || path[at + count] === SLASH ? count : 0;
}

/** Where the path begins behind `./` and `../`. */
function skippedDots(path: Uint8Array): number {
  let at = 0;
  for (let dots = dotsAt(path, 0); dots > 0; dots = dotsAt(path, at)) at = Math.min(path.length, at + dots + 1);
  return at;
}
