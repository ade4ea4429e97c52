// Whether bytes are UTF-8 (RFC 3629 section 4): no overlong forms, no surrogates, nothing beyond the last code point.

/** How many bytes of a character follow its first at `at`, -1 for what is none within [at, end). */
function followers(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const count = first < 0xc2 || first > 0xf4 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  if (count < 0 || at + count >= end) return -1;
  const second = bytes[at + 1]!;
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return -1;
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return -1;
  for (let i = 1; i <= count; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return -1;
  return count;
}

export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i]! < 0x80) continue;
    const more = followers(bytes, i, end);
    if (more < 0) return false;
    i += more;
  }
  return true;
}

/** Whether they begin with U+FEFF, a mark that is no part of a text. */
export function hasMark(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
}
