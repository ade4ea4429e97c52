// Elements of a chain linked from the last to the first.

import type { ChainElement, ChainMatch } from '../../framework/chain.ts';

const HOLDS: ChainMatch = () => true;
/** Keywords that move the cursor when they hold. */
const MOVES_CURSOR = new Set(['pcre', 'byte_jump', 'byte_extract', 'byte_math', 'base64_decode']);

/** One closure for the whole chain; an empty chain holds. The caller sets `cursor` to `start` before running it. */
export function linkChain(elements: readonly ChainElement[]): ChainMatch {
  let match = HOLDS;
  // whether something after this element counts from its end
  let isRelative = false;
  for (let i = elements.length - 1; i >= 0; i--) {
    const element = elements[i]!;
    match = element.link(match, isRelative);
    isRelative = element.isRelative || (isRelative && !movesCursor(element));
  }
  return match;
}

function movesCursor(element: ChainElement): boolean {
  return element.content === null ? MOVES_CURSOR.has(element.keyword) : !element.content.negated;
}
