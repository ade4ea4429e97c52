// DEFLATE (RFC 1951) into a bounded output: what fits is kept, a truncated or corrupt rest is dropped.

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MAX_BITS = 15;

/** A canonical Huffman code: how many codes of each length, and the symbols in their order. */
class Code {
  readonly counts = new Uint16Array(MAX_BITS + 1);
  readonly symbols = new Uint16Array(288);

  build(lengths: Uint8Array, from: number, to: number): void {
    this.counts.fill(0);
    for (let i = from; i < to; i++) this.counts[lengths[i]!]!++;
    this.counts[0] = 0;
    const next = new Uint16Array(MAX_BITS + 2);
    for (let bits = 1; bits <= MAX_BITS; bits++) next[bits + 1] = next[bits]! + this.counts[bits]!;
    for (let i = from; i < to; i++) if (lengths[i] !== 0) this.symbols[next[lengths[i]!]!++] = i - from;
  }
}

const literals = new Code();
const distances = new Code();
const lengths = new Uint8Array(320);

// the state of the one inflation under way
let input = new Uint8Array(0);
let at = 0;
let end = 0;
let bitBuffer = 0;
let bitCount = 0;
let out = new Uint8Array(0);
let size = 0;
let limit = 0;

/** Inflates data[from, to) to the start of `target`, at most `max` bytes; how many were written. */
export function inflateRaw(data: Uint8Array, from: number, to: number, target: Uint8Array, max: number): number {
  input = data as Uint8Array<ArrayBuffer>;
  at = from;
  end = to;
  bitBuffer = bitCount = size = 0;
  out = target as Uint8Array<ArrayBuffer>;
  limit = Math.min(max, target.length);
  for (let isLast = 0; isLast === 0;) {
    isLast = readBits(1);
    const type = readBits(2);
    if (isLast < 0 || type < 0 || !inflateBlock(type)) break;
  }
  return size;
}

/** -1 when the input ends. */
function readBits(count: number): number {
  while (bitCount < count) {
    if (at >= end) return -1;
    bitBuffer |= input[at++]! << bitCount;
    bitCount += 8;
  }
  const value = bitBuffer & ((1 << count) - 1);
  bitBuffer >>>= count;
  bitCount -= count;
  return value;
}

function readSymbol(code: Code): number {
  let value = 0;
  let first = 0;
  let index = 0;
  for (let bits = 1; bits <= MAX_BITS; bits++) {
    const bit = readBits(1);
    if (bit < 0) return -1;
    value |= bit;
    const count = code.counts[bits]!;
    if (value - first < count) return code.symbols[index + value - first]!;
    index += count;
    first = (first + count) << 1;
    value <<= 1;
  }
  return -1;
}

function inflateBlock(type: number): boolean {
  if (type === 0) return copyStored();
  if (type === 3) return false;
  if (type === 1) buildFixed();
  else if (!readDynamic()) return false;
  return inflateCodes();
}

function copyStored(): boolean {
  bitBuffer = bitCount = 0;
  if (at + 4 > end) return false;
  const length = input[at]! | (input[at + 1]! << 8);
  if ((length ^ 0xffff) !== (input[at + 2]! | (input[at + 3]! << 8))) return false;
  at += 4;
  for (let i = 0; i < length; i++) {
    if (at >= end || size >= limit) return false;
    out[size++] = input[at++]!;
  }
  return true;
}

function buildFixed(): void {
  lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288).fill(5, 288, 318);
  literals.build(lengths, 0, 288);
  distances.build(lengths, 288, 318);
}

function readDynamic(): boolean {
  const literalCount = readBits(5) + 257;
  const distanceCount = readBits(5) + 1;
  const codeCount = readBits(4) + 4;
  if (literalCount < 257 || literalCount > 286 || distanceCount < 1 || codeCount < 4) return false;
  lengths.fill(0);
  for (let i = 0; i < codeCount; i++) lengths[CODE_ORDER[i]!] = Math.max(0, readBits(3));
  literals.build(lengths, 0, 19);
  const total = literalCount + distanceCount;
  if (!readLengths(total)) return false;
  literals.build(lengths, 0, literalCount);
  distances.build(lengths, literalCount, total);
  return true;
}

function readLengths(total: number): boolean {
  lengths.fill(0);
  for (let i = 0; i < total;) {
    const symbol = readSymbol(literals);
    if (symbol < 0) return false;
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    const value = symbol === 16 && i > 0 ? lengths[i - 1]! : 0;
    const repeat = symbol === 16 ? readBits(2) + 3 : symbol === 17 ? readBits(3) + 3 : readBits(7) + 11;
    if ((symbol === 16 && i === 0) || i + repeat > total) return false;
    lengths.fill(value, i, i + repeat);
    i += repeat;
  }
  return true;
}

function inflateCodes(): boolean {
  while (size < limit) {
    const symbol = readSymbol(literals);
    if (symbol < 0) return false;
    if (symbol === 256) return true;
    if (symbol < 256) out[size++] = symbol;
    else if (!copyMatch(symbol - 257)) return false;
  }
  return false;
}

function copyMatch(index: number): boolean {
  if (index >= LENGTH_BASE.length) return false;
  const length = LENGTH_BASE[index]! + readBits(LENGTH_BITS[index]!);
  const symbol = readSymbol(distances);
  if (symbol < 0 || symbol >= DISTANCE_BASE.length) return false;
  const distance = DISTANCE_BASE[symbol]! + readBits(symbol < 2 ? 0 : (symbol >> 1) - 1);
  if (distance < 1 || distance > size) return false;
  for (let i = 0; i < length && size < limit; i++, size++) out[size] = out[size - distance]!;
  return true;
}

/** Offset where the DEFLATE data of a gzip member begins (RFC 1952), -1 when it is none. */
export function gzipBody(data: Uint8Array, from: number, to: number): number {
  if (from + 10 > to || data[from] !== 0x1f || data[from + 1] !== 0x8b || data[from + 2] !== 8) return -1;
  const flags = data[from + 3]!;
  let i = from + 10;
  if ((flags & 4) !== 0) i += i + 2 <= to ? 2 + (data[i]! | (data[i + 1]! << 8)) : to;
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    while (i < to && data[i] !== 0) i++;
    i++;
  }
  if ((flags & 2) !== 0) i += 2;
  return i < to ? i : -1;
}

/** Offset where the DEFLATE data of a zlib stream begins (RFC 1950), -1 when it is none. */
export function zlibBody(data: Uint8Array, from: number, to: number): number {
  if (from + 2 >= to || (data[from]! & 15) !== 8 || ((data[from]! << 8) | data[from + 1]!) % 31 !== 0) return -1;
  return (data[from + 1]! & 0x20) === 0 ? from + 2 : -1;
}
