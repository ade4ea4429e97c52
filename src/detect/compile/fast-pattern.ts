// The fast pattern of a signature: the content whose presence decides whether the signature is looked at.

import type { ContentSpec } from '../../framework/chain.ts';
import type { Signature } from '../../framework/signature.ts';
import type { Pattern } from '../mpm/index.ts';

export interface FastPattern extends Pattern {
  /** Places, counted from the start of the buffer or stream, between which it begins; the last is -1 without a limit. */
  readonly first: number;
  readonly last: number;
  /** It is the end of the buffer. */
  readonly isAtEnd: boolean;
}

/** A place beyond this is as good as none. */
const FARTHEST = 0xffff;
/** More bits than this tell traffic apart no better. */
const ENOUGH_BITS = 40;

/** What the multi-pattern matcher looks for on the payload, null when the signature has nothing to offer. */
export function fastPattern(signature: Signature): FastPattern | null {
  const content = signature.payload?.chosen ?? null;
  return content === null ? null : patternOf(content);
}

/** What stands for a content in a multi-pattern matcher. */
export function patternOf(content: ContentSpec): FastPattern {
  const chop = content.fastPatternChop;
  const bytes = chop === null ? content.bytes : content.bytes.subarray(chop.offset, chop.offset + chop.length);
  const shift = chop === null ? 0 : chop.offset;
  const { nocase, firstPlace, lastPlace } = content;
  return {
    bytes,
    nocase,
    first: firstPlace + shift,
    last: lastPlace <= FARTHEST ? lastPlace + shift : -1,
    isAtEnd: content.endsWith && chop === null,
  };
}

/** The content marked fast_pattern, else the one that says most of those that must be present. */
export function chosenContent(contents: readonly ContentSpec[]): ContentSpec | null {
  let best: ContentSpec | null = null;
  let bits = 0;
  for (const content of contents) {
    if (content.negated || content.bytes.length === 0) continue;
    if (content.fastPattern) return content;
    const own = Math.min(informationOf(content), ENOUGH_BITS);
    if (own <= bits) continue;
    best = content;
    bits = own;
  }
  return best;
}

/** Bits that the presence of a content tells: its bytes by how rare they are in traffic, repetitions by next to nothing. */
export function informationOf({ bytes, nocase }: ContentSpec): number {
  let bits = 0;
  for (let i = 0; i < bytes.length; i++) {
    const isRepeated = i > 0 && bytes[i] === bytes[i - 1];
    bits += isRepeated ? 1 : rarity(bytes[i]!) - (nocase && isLetter(bytes[i]!) ? 1 : 0);
  }
  return bits;
}

function isLetter(byte: number): boolean {
  const upper = byte & 0xdf;
  return upper >= 0x41 && upper <= 0x5a;
}

const COMMON = new Set(Buffer.from('etaoinsr /.=\r\n'));

/** Bits of one byte: about -log2 of its share in a mix of text and binary protocols. */
function rarity(byte: number): number {
  if (byte === 0) return 3;
  if (byte === 0xff || byte === 1) return 5;
  if (COMMON.has(byte)) return 5;
  return byte >= 0x30 && byte < 0x7f ? 6 : 7.5;
}
