// Patterns for people: printable characters as they are, others as \xNN.

import type { ContentSpec } from '../../framework/chain.ts';

export function printable(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const isPrintable = byte >= 0x20 && byte < 0x7f;
    text += isPrintable ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

/** What is searched of a content: all of it, or the part that `fast_pattern:offset,length` names. */
export function searchedPart({ bytes, fastPatternChop }: ContentSpec): Uint8Array {
  if (fastPatternChop === null) return bytes;
  return bytes.subarray(fastPatternChop.offset, fastPatternChop.offset + fastPatternChop.length);
}
