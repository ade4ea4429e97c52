// Transforms of text: white space, case, percent escapes, header names, a leading dot.

import { Scratch, isSpace, setView, transformKeyword } from '../detect/content/transform.ts';
import type { BufferView } from '../framework/buffer.ts';

/** A rewriting that keeps or shrinks the length: reads [from, end) of `data`, fills `out`, returns the new length. */
type Rewrite = (data: Uint8Array, from: number, end: number, out: Uint8Array) => number;

function rewriting(rewrite: Rewrite, extra = 0): () => (from: BufferView, to: BufferView) => boolean {
  return () => {
    const scratch = new Scratch();
    return (from, to) => {
      const out = scratch.reserve(from.end - from.start + extra);
      return setView(to, out, rewrite(from.data, from.start, from.end, out));
    };
  };
}

const stripWhitespace = transformKeyword({
  name: 'strip_whitespace',
  summary: 'All white space removed.',
  accepts: (bytes) => !bytes.some(isSpace),
  create: rewriting((data, from, end, out) => {
    let size = 0;
    for (let i = from; i < end; i++) if (!isSpace(data[i]!)) out[size++] = data[i]!;
    return size;
  }),
});

const compressWhitespace = transformKeyword({
  name: 'compress_whitespace',
  summary: 'Each run of white space reduced to its first character.',
  accepts: (bytes) => !bytes.some((byte, i) => i > 0 && isSpace(byte) && isSpace(bytes[i - 1]!)),
  create: rewriting((data, from, end, out) => {
    let size = 0;
    for (let i = from; i < end; i++) {
      if (i === from || !isSpace(data[i]!) || !isSpace(data[i - 1]!)) out[size++] = data[i]!;
    }
    return size;
  }),
});

const isUpper = (byte: number): boolean => byte >= 65 && byte <= 90;
const isLower = (byte: number): boolean => byte >= 97 && byte <= 122;

const toLowercase = transformKeyword({
  name: 'to_lowercase',
  summary: 'Letters in lower case.',
  accepts: (bytes) => !bytes.some(isUpper),
  create: rewriting((data, from, end, out) => {
    for (let i = from; i < end; i++) out[i - from] = isUpper(data[i]!) ? data[i]! + 32 : data[i]!;
    return end - from;
  }),
});

const toUppercase = transformKeyword({
  name: 'to_uppercase',
  summary: 'Letters in upper case.',
  accepts: (bytes) => !bytes.some(isLower),
  create: rewriting((data, from, end, out) => {
    for (let i = from; i < end; i++) out[i - from] = isLower(data[i]!) ? data[i]! - 32 : data[i]!;
    return end - from;
  }),
});

const dotprefix = transformKeyword({
  name: 'dotprefix',
  summary: 'A dot put before the buffer, so that ".example.com" matches the domain and what is below it.',
  create: rewriting((data, from, end, out) => {
    if (from === end) return 0;
    out[0] = 46;
    for (let i = from; i < end; i++) out[i - from + 1] = data[i]!;
    return end - from + 1;
  }, 1),
});

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

const urlDecode = transformKeyword({
  name: 'url_decode',
  summary: '%HH and + decoded.',
  create: rewriting((data, from, end, out) => {
    let size = 0;
    for (let i = from; i < end; i++) {
      const byte = data[i]!;
      const high = byte === 37 && i + 2 < end ? hexDigit(data[i + 1]) : -1;
      const low = high >= 0 ? hexDigit(data[i + 2]) : -1;
      if (low >= 0) {
        out[size++] = high * 16 + low;
        i += 2;
      } else out[size++] = byte === 43 ? 32 : byte;
    }
    return size;
  }),
});

const headerLowercase = transformKeyword({
  name: 'header_lowercase',
  summary: 'Names of headers in lower case, values as they are.',
  create: rewriting((data, from, end, out) => {
    let isName = true;
    for (let i = from; i < end; i++) {
      const byte = data[i]!;
      // the colon before the name of an HTTP/2 pseudo header does not end it
      if (byte === 58 && i > from && data[i - 1] !== 10) isName = false;
      else if (byte === 10) isName = true;
      out[i - from] = isName && isUpper(byte) ? byte + 32 : byte;
    }
    return end - from;
  }),
});

const stripPseudoHeaders = transformKeyword({
  name: 'strip_pseudo_headers',
  summary: 'Header lines that begin with a colon (HTTP/2) removed.',
  create: rewriting((data, from, end, out) => {
    let size = 0;
    let isKept = true;
    for (let i = from; i < end; i++) {
      if (i === from || data[i - 1] === 10) isKept = data[i] !== 58;
      if (isKept) out[size++] = data[i]!;
    }
    return size;
  }),
});

export default [
  stripWhitespace,
  compressWhitespace,
  toLowercase,
  toUppercase,
  dotprefix,
  urlDecode,
  headerLowercase,
  stripPseudoHeaders,
];
