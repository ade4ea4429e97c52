// The conditions on a buffer, and on the packet, as engine analysis lists them.

import type { ChainElement, ContentSpec } from '../../framework/chain.ts';
import type { Description, Json } from '../../framework/description.ts';
import { isSettledBySearch } from './choice.ts';
import { patternText, searchedBytes } from './pattern-text.ts';

export type JsonObject = Record<string, Json>;

/** What is known of a content from the rule around it. */
export interface ContentPlace {
  readonly isSearched: boolean;
  readonly isRelativeNext: boolean;
  /** Largest payload, which bounds `depth`; Infinity without. */
  readonly limit: number;
}

export function describeContent(content: ContentSpec, { isSearched, isRelativeNext, limit }: ContentPlace): JsonObject {
  const bytes = searchedBytes(content);
  return {
    pattern: patternText(bytes),
    length: bytes.length,
    nocase: content.nocase,
    negated: content.negated,
    starts_with: content.startsWith,
    ends_with: content.endsWith,
    is_mpm: isSearched,
    no_double_inspect: isSearched && isSettledBySearch(content, isRelativeNext),
    ...describePlace(content, limit),
    fast_pattern: content.fastPattern,
    relative_next: isRelativeNext,
  };
}

function describePlace({ offset, depth, distance, within, startsWith, bytes }: ContentSpec, limit: number): JsonObject {
  const result: JsonObject = {};
  if (offset !== null) result['offset'] = offset.value;
  // counted from the start of the buffer, not from the offset
  const end = startsWith ? bytes.length : depth === null ? Infinity : depth.value + (offset?.value ?? 0);
  const last = Math.min(end, limit);
  if (last !== Infinity) result['depth'] = last;
  if (distance !== null) result['distance'] = distance.value;
  if (within !== null) result['within'] = within.value;
  return result;
}

/** The conditions of a chain. @param searched what multi-pattern matching looks for, null when it is not here */
export function describeChain(
  elements: readonly ChainElement[],
  searched: ContentSpec | null,
  limit = Infinity,
): JsonObject[] {
  const hasRelativeNext = relativeNext(elements);
  return elements.map((element, i) => {
    const { keyword, content, details } = element;
    const isRelativeNext = hasRelativeNext.has(i);
    if (content !== null) {
      const place = { isSearched: content === searched, isRelativeNext, limit };
      return { name: 'content', content: describeContent(content, place) };
    }
    if (keyword !== 'pcre') return { name: keyword, ...details };
    const pcre = { relative: element.isRelative, relative_next: isRelativeNext, ...details };
    return { name: 'pcre', pcre };
  });
}

/** They decode from there on and leave the place as it is. */
const STARTS_ANEW = new Set(['base64_decode', 'asn1']);
/** What is relative after these counts from where they went. */
const MOVES = new Set(['byte_jump', 'byte_extract', 'byte_math']);

/** Indices of the contents and expressions from whose end something later counts. */
export function relativeNext(elements: readonly ChainElement[]): ReadonlySet<number> {
  const result = new Set<number>();
  let last = -1;
  elements.forEach((element, i) => {
    if (element.isRelative && last >= 0 && !STARTS_ANEW.has(element.keyword)) result.add(last);
    if (element.content !== null || element.keyword === 'pcre') last = i;
    else if (MOVES.has(element.keyword)) last = -1;
  });
  return result;
}

export function describeAll(descriptions: readonly Description[]): JsonObject[] {
  return descriptions.map(({ keyword, details }) => ({ name: keyword, ...details }));
}
