// Where contents may begin: the range of places, counted from the start of the buffer, that the conditions before a
// content and its own limits leave.

import type { ChainElement, ContentSpec, Limit } from '../../framework/chain.ts';

/** Conditions that leave the cursor where it is. */
const STILL = new Set(['bsize', 'isdataat', 'byte_test']);

/** Notes the first and last place of each content of a chain; the last is Infinity where nothing limits it. */
export function notePlaces(elements: readonly ChainElement[]): void {
  // the range in which the match before ends
  let first = 0;
  let last = 0;
  for (const { content, keyword } of elements) {
    if (content === null) {
      if (STILL.has(keyword)) continue;
      first = 0;
      last = Infinity;
      continue;
    }
    if (content.distance !== null || content.within !== null) noteRelative(content, first, last);
    else noteAbsolute(content);
    if (content.negated) continue;
    first = content.firstPlace + content.bytes.length;
    last = content.lastPlace + content.bytes.length;
  }
}

function noteAbsolute(content: ContentSpec): void {
  const { bytes, depth, offset, startsWith } = content;
  const from = constant(offset, 0, 0);
  const size = startsWith ? bytes.length : constant(depth, Infinity, Infinity);
  // offset and depth that come from the packet say nothing
  content.firstPlace = from;
  content.lastPlace = isVariable(offset) ? Infinity : from + size - bytes.length;
}

function noteRelative(content: ContentSpec, first: number, last: number): void {
  const { bytes, distance, within } = content;
  const after = constant(distance, 0, 0);
  content.firstPlace = isVariable(distance) ? 0 : Math.max(0, first + after);
  const isOpen = within === null || isVariable(within) || isVariable(distance);
  // a window that may end before the buffer begins is none
  const end = isOpen || first + after + within.value < 0 ? Infinity : last + after + within.value;
  content.lastPlace = end - bytes.length;
}

function isVariable(limit: Limit | null): boolean {
  return limit !== null && limit.slot >= 0;
}

function constant(limit: Limit | null, absent: number, variable: number): number {
  if (limit === null) return absent;
  return limit.slot >= 0 ? variable : limit.value;
}
