// Sets of bytes for the translation of expressions: PCRE's escapes and POSIX classes (C locale), and their form in JavaScript.

/** 256 flags: 1 where the byte belongs to the set. */
export type ByteSet = Uint8Array;

export function byteSet(...ranges: readonly (readonly [number, number])[]): ByteSet {
  const set = new Uint8Array(256);
  for (const [from, to] of ranges) set.fill(1, from, to + 1);
  return set;
}

export function invert(set: ByteSet): ByteSet {
  return set.map((flag) => 1 - flag);
}

export function addAll(to: ByteSet, from: ByteSet): void {
  from.forEach((flag, byte) => {
    if (flag === 1) to[byte] = 1;
  });
}

/** Adds the other case of every ASCII letter in the set; bytes above 0x7f have no case. */
export function foldCase(set: ByteSet): void {
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    const either = set[upper]! | set[upper + 0x20]!;
    set[upper] = either;
    set[upper + 0x20] = either;
  }
}

const DIGIT = byteSet([0x30, 0x39]);
const WORD = byteSet([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
const SPACE = byteSet([0x09, 0x0d], [0x20, 0x20]);
const HORIZONTAL = byteSet([0x09, 0x09], [0x20, 0x20], [0xa0, 0xa0]);
const VERTICAL = byteSet([0x0a, 0x0d], [0x85, 0x85]);

/** What stands for a set after a backslash, inside and outside of brackets. */
export const ESCAPE_SETS: Readonly<Record<string, ByteSet>> = {
  d: DIGIT,
  D: invert(DIGIT),
  w: WORD,
  W: invert(WORD),
  s: SPACE,
  S: invert(SPACE),
  h: HORIZONTAL,
  H: invert(HORIZONTAL),
  v: VERTICAL,
  V: invert(VERTICAL),
};

/** `[:name:]` inside brackets. */
export const POSIX_SETS: Readonly<Record<string, ByteSet>> = {
  alpha: byteSet([0x41, 0x5a], [0x61, 0x7a]),
  digit: DIGIT,
  alnum: byteSet([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]),
  lower: byteSet([0x61, 0x7a]),
  upper: byteSet([0x41, 0x5a]),
  space: SPACE,
  blank: byteSet([0x09, 0x09], [0x20, 0x20]),
  cntrl: byteSet([0x00, 0x1f], [0x7f, 0x7f]),
  print: byteSet([0x20, 0x7e]),
  graph: byteSet([0x21, 0x7e]),
  punct: byteSet([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  word: WORD,
  xdigit: byteSet([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
  ascii: byteSet([0x00, 0x7f]),
};

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** One byte as JavaScript reads it: letters and digits as they are, the rest in hexadecimal. */
export function printByte(byte: number): string {
  return WORD[byte] === 1 && byte !== 0x5f ? String.fromCharCode(byte) : hex(byte);
}

/** A set as a JavaScript class; the empty one never matches. */
export function printSet(set: ByteSet): string {
  if (set.every((flag) => flag === 1)) return '[^]';
  let text = '';
  for (let byte = 0; byte < 256; byte++) {
    if (set[byte] !== 1) continue;
    const from = byte;
    while (byte < 255 && set[byte + 1] === 1) byte++;
    text += from === byte ? hex(from) : `${hex(from)}-${hex(byte)}`;
  }
  return `[${text}]`;
}
