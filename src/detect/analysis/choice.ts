// Which content of a rule multi-pattern matching looks for, by the rules that the manual gives to authors of rules.

import type { ContentSpec } from '../../framework/chain.ts';
import type { ChainBuilder } from '../compile/chain-builder.ts';
import type { RuleBuilder } from '../compile/signature-builder.ts';

export interface ChosenPattern {
  readonly content: ContentSpec;
  /** Index into `builder.chains`, -1 for the payload. */
  readonly chain: number;
}

/** Null when the rule has no content, or another keyword was marked with `prefilter`. */
export function chooseContent(builder: RuleBuilder): ChosenPattern | null {
  if (builder.prefilterKeyword !== undefined) return null;
  const all = candidates(builder);
  const marked = all.find(({ content }) => content.fastPattern);
  if (marked !== undefined) return marked;
  const positive = all.filter(({ content }) => !content.negated);
  return best(positive.length > 0 ? positive : all);
}

function candidates(builder: RuleBuilder): ChosenPattern[] {
  const of = ({ contents }: ChainBuilder, chain: number): ChosenPattern[] =>
    contents.filter(({ bytes }) => bytes.length > 0).map((content) => ({ content, chain }));
  const buffers = builder.chains.flatMap((chain, i) => (chain.buffer?.source === 'base64' ? [] : of(chain, i)));
  return [...buffers, ...of(builder.payload, -1)];
}

/** Sticky buffers before the payload, then the longest, then the most varied, then the first. */
function best(all: readonly ChosenPattern[]): ChosenPattern | null {
  let found: ChosenPattern | null = null;
  for (const one of all) if (found === null || isBetter(one, found)) found = one;
  return found;
}

function isBetter(a: ChosenPattern, b: ChosenPattern): boolean {
  if (a.chain < 0 !== b.chain < 0) return b.chain < 0;
  if (a.content.bytes.length !== b.content.bytes.length) return a.content.bytes.length > b.content.bytes.length;
  return strength(a.content.bytes) > strength(b.content.bytes);
}

/** How varied a pattern is: rare bytes count more, repeated ones next to nothing. */
export function strength(bytes: Uint8Array): number {
  const seen = new Set<number>();
  let sum = 0;
  for (const byte of bytes) {
    sum += seen.has(byte) ? 1 : weight(byte);
    seen.add(byte);
  }
  return sum;
}

function weight(byte: number): number {
  const upper = byte & 0xdf;
  if (byte < 0x80 && upper >= 0x41 && upper <= 0x5a) return 3;
  const isPrintable = byte >= 0x20 && byte < 0x7f;
  return isPrintable || byte === 0 || byte === 1 || byte === 0xff ? 4 : 6;
}

/** Whether the search alone settles the condition. */
export function isSettledBySearch(content: ContentSpec, isRelativeNext: boolean): boolean {
  const { negated, offset, depth, distance, within, startsWith, fastPatternChop } = content;
  const isPlaced = [offset, depth, distance, within].some((limit) => limit !== null) || startsWith;
  return !negated && !isPlaced && !isRelativeNext && fastPatternChop === null;
}
