// Transforms of bytes: hashes, xor, Base64, decompression, parts of the buffer.

import { createHash } from 'node:crypto';
import { decodeBase64 } from '../detect/content/base64.ts';
import type { Base64Mode } from '../detect/content/base64.ts';
import { plainNumber, splitOption } from '../detect/content/byte-field.ts';
import { gzipBody, inflateRaw, zlibBody } from '../base/inflate.ts';
import { Scratch, sameView, setView, transformKeyword } from '../detect/content/transform.ts';
import type { BufferView } from '../framework/buffer.ts';
import { RuleError } from '../framework/keyword.ts';
import { splitArgument } from '../rules/index.ts';

type Apply = (from: BufferView, to: BufferView) => boolean;

function hash(algorithm: 'md5' | 'sha1' | 'sha256') {
  return transformKeyword({
    name: `to_${algorithm}`,
    summary: `The ${algorithm.toUpperCase()} digest, as bytes.`,
    create: () => (from, to) => {
      const digest = createHash(algorithm).update(from.data.subarray(from.start, from.end)).digest();
      return setView(to, digest, digest.length);
    },
  });
}

interface XorKey {
  readonly key: Uint8Array | null;
  /** The key is in the buffer: how many bytes, where. */
  readonly extract: { readonly size: number; readonly at: number } | null;
  readonly offset: number;
}

function parseXor(argument: string): XorKey {
  let key: Uint8Array | null = null;
  let extract: XorKey['extract'] = null;
  let offset = 0;
  for (const { text } of splitArgument(argument)) {
    const [name, value] = splitOption(text);
    const hex = /^"((?:[0-9a-fA-F]{2})+)"$/.exec(text);
    const place = /^(\d+)\s+(\d+)$/.exec(value);
    if (hex !== null) key = Uint8Array.from(Buffer.from(hex[1]!, 'hex'));
    else if (name === 'offset') offset = plainNumber('xor', value, [0, 0xffffffff]);
    else if (name === 'extract' && place !== null) extract = { size: Number(place[1]), at: Number(place[2]) };
    else throw new RuleError(`xor: "${text}" is neither a key in hexadecimal nor offset nor extract`);
  }
  if ((key === null) === (extract === null)) throw new RuleError('xor needs one key: hexadecimal or extract');
  if (extract?.size === 0) throw new RuleError('xor: the key to extract is empty');
  return { key, extract, offset };
}

function applyXor({ key, extract, offset }: XorKey): Apply {
  const scratch = new Scratch();
  return (from, to) => {
    const size = from.end - from.start;
    if (extract !== null && extract.at + extract.size > size) return sameView(from, to);
    const out = scratch.reserve(size);
    const source = key ?? from.data;
    const first = key !== null ? 0 : from.start + extract!.at;
    const length = key !== null ? key.length : extract!.size;
    for (let i = 0; i < size; i++) {
      const byte = from.data[from.start + i]!;
      out[i] = i < offset ? byte : byte ^ source[first + ((i - offset) % length)]!;
    }
    return setView(to, out, size);
  };
}

const xor = transformKeyword({
  name: 'xor',
  quotes: 'optional',
  summary: 'Bytes combined with a key by exclusive or.',
  argument: 'required',
  example: 'xor:"0d0ac8ff"',
  create: (argument) => applyXor(parseXor(argument)),
});

const MODES: readonly string[] = ['strict', 'rfc4648', 'rfc2045'];

const fromBase64 = transformKeyword({
  name: 'from_base64',
  summary: 'Base64 decoded; the buffer as it is where nothing decodes.',
  argument: 'optional',
  example: 'from_base64:offset 1, mode rfc4648',
  create(argument) {
    let [bytes, offset, mode] = [0, 0, 'rfc4648' as Base64Mode];
    for (const { text } of argument === '' ? [] : splitArgument(argument)) {
      const [name, value] = splitOption(text);
      if (name === 'bytes') bytes = plainNumber('from_base64', value, [1, 65535]);
      else if (name === 'offset') offset = plainNumber('from_base64', value, [0, 65535]);
      else if (name === 'mode' && MODES.includes(value.toLowerCase())) mode = value.toLowerCase() as Base64Mode;
      else throw new RuleError(`from_base64: unknown option "${text}"`);
    }
    const scratch = new Scratch();
    return (from, to) => {
      const start = from.start + offset;
      if (start >= from.end) return sameView(from, to);
      const end = bytes === 0 ? from.end : Math.min(from.end, start + bytes);
      const out = scratch.reserve(end - start);
      const size = decodeBase64(from.data, start, end, out, mode);
      return size === 0 ? sameView(from, to) : setView(to, out, size);
    };
  },
});

function parseMaxSize(keyword: string, argument: string): number {
  if (argument === '') return 1024;
  const [name, value] = splitOption(argument);
  if (name !== 'max-size') throw new RuleError(`${keyword}: unknown option "${argument}"`);
  return plainNumber(keyword, value, [1, 1024 * 1024]);
}

function inflating(name: string, summary: string, body: typeof gzipBody) {
  return transformKeyword({
    name,
    summary,
    argument: 'optional',
    example: `${name}:max-size 2048`,
    create(argument) {
      const maxSize = parseMaxSize(name, argument);
      const scratch = new Scratch();
      return (from, to) => {
        const start = body(from.data, from.start, from.end);
        if (start < 0) return false;
        const out = scratch.reserve(maxSize);
        const size = inflateRaw(from.data, start, from.end, out, maxSize);
        return size > 0 && setView(to, out, size);
      };
    },
  });
}

const subslice = transformKeyword({
  name: 'subslice',
  quotes: 'optional',
  summary: 'A part of the buffer: offset and length, from the end where negative.',
  argument: 'required',
  example: 'subslice:1,4',
  create(argument) {
    const parts = splitArgument(argument).map((part) => part.text);
    const isTruncated = parts.length > 2 && parts[2] === 'truncate';
    if (parts.length > (isTruncated ? 3 : 2)) throw new RuleError('subslice takes offset, length and truncate');
    const limits = [-65535, 65535] as const;
    const offset = plainNumber('subslice', parts[0]!, limits);
    const length = parts.length > 1 ? plainNumber('subslice', parts[1]!, limits) : undefined;
    if (length === 0) throw new RuleError('subslice: the length is 0');
    return (from, to) => {
      const start = (offset < 0 ? from.end : from.start) + offset;
      let end = length === undefined ? from.end : length < 0 ? from.end + length : start + length;
      if (end > from.end && isTruncated) end = from.end;
      if (start < from.start || start >= end || end > from.end) return false;
      return sameView(from, to, start, end);
    };
  },
});

const luaxform = transformKeyword({
  name: 'luaxform',
  quotes: 'optional',
  summary: 'A Lua script rewrites the buffer (there is no Lua: such rules are refused).',
  argument: 'required',
  create() {
    throw new RuleError('luaxform needs Lua, which is not there', undefined, 'rule/not-supported');
  },
});

export default [
  hash('md5'),
  hash('sha1'),
  hash('sha256'),
  xor,
  fromBase64,
  inflating('gunzip', 'gzip decompressed.', gzipBody),
  inflating('zlib_deflate', 'zlib decompressed.', zlibBody),
  subslice,
  { ...luaxform, examples: [] },
];
