// Elements of a chain linked from the last to the first.

import type { ChainElement, ChainMatch } from '../../framework/chain.ts';

const HOLDS: ChainMatch = () => true;

/** One closure for the whole chain; an empty chain holds. The caller sets `cursor` to `start` before running it. */
export function linkChain(elements: readonly ChainElement[]): ChainMatch {
  let match = HOLDS;
  for (let i = elements.length - 1; i >= 0; i--) match = elements[i]!.link(match, isTriedAgain(elements, i));
  return match;
}

/**
 * Whether later occurrences of element i are tried when what follows does not hold. As in Suricata: where the next element
 * counts from it, or the next content or pcre does (a negated content between them takes its place).
 */
function isTriedAgain(elements: readonly ChainElement[], i: number): boolean {
  if (elements[i + 1]?.isRelative === true) return true;
  return elements.slice(i + 1).find(isFound)?.isRelative === true;
}

/** Something that is found somewhere. */
function isFound({ content, keyword }: ChainElement): boolean {
  return content !== null || keyword === 'pcre';
}
