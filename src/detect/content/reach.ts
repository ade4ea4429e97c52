// How far contents reach: refuses rules whose contents cannot fit in the length that dsize or bsize allows.

import { RuleError } from '../../framework/keyword.ts';
import { notePlaces } from './places.ts';
import type { SignatureBuilder } from '../../framework/keyword.ts';
import type { ChainElement, ChainMatch, ContentSpec } from '../../framework/chain.ts';

/** An element that bounds the length of its buffer. */
export interface BoundedElement extends ChainElement {
  readonly maxLength: number;
}

export function boundedElement(
  keyword: string,
  maxLength: number,
  link: (next: ChainMatch) => ChainMatch,
): BoundedElement {
  return { keyword, content: null, isRelative: false, maxLength, link };
}

/** `absent`: alone, unless `or_else`. */
export interface AbsentElement extends ChainElement {
  readonly isOrElse: boolean;
}

const dsizes = new WeakMap<SignatureBuilder, number>();

/** Keeps the largest payload that dsize allows for the check at the rule's end. */
export function noteDsize(builder: SignatureBuilder, largest: number): void {
  dsizes.set(builder, largest);
}

/** Largest payload of the rule, Infinity without dsize. */
export function dsizeOf(builder: SignatureBuilder): number {
  return dsizes.get(builder) ?? Infinity;
}

/**
 * Last checks and repairs of one buffer's elements, to be called before linkChain.
 * @param maxPayload `dsizeOf(builder)` for the payload, Infinity for other buffers
 * @returns remarks on what was repaired
 */
export function finishChain(elements: readonly ChainElement[], maxPayload = Infinity): string[] {
  const remarks = dropRelativeOfFirst(elements);
  notePlaces(elements);
  if (elements.length > 1 && elements.some((element) => (element as Partial<AbsentElement>).isOrElse === false)) {
    throw new RuleError("signature can't have a buffer tested absent and tested with other keywords such as content");
  }
  const reach = reachOf(elements);
  if (reach > maxPayload) {
    throw new RuleError(
      `signature can't match as required content length ${String(reach)} exceeds dsize value ${String(maxPayload)}`,
    );
  }
  for (const element of elements) {
    const bound = (element as Partial<BoundedElement>).maxLength ?? Infinity;
    if (reach > bound) {
      throw new RuleError(
        `signature can't match as required content length ${String(reach)} exceeds bsize value: ${String(bound)}`,
      );
    }
  }
  return remarks;
}

/** Without a match before it, `within` is `depth` and `distance` is `offset`. */
function dropRelativeOfFirst(elements: readonly ChainElement[]): string[] {
  const first = elements.findIndex((element) => element.content !== null);
  const content = elements[first]?.content;
  if (content === null || content === undefined || elements.slice(0, first).some((e) => e.keyword !== 'bsize'))
    return [];
  if ((content.distance?.value ?? 0) < 0) return [];
  const remarks: string[] = [];
  if (content.within !== null) remarks.push(converted('within', 'depth'));
  if (content.distance !== null) remarks.push(converted('distance', 'offset'));
  if (content.within !== null) content.depth = content.within;
  if (content.distance !== null) content.offset = content.distance;
  content.within = null;
  content.distance = null;
  return remarks;
}

function converted(from: string, to: string): string {
  return `'${from}' option for pattern w/o previous content was converted to '${to}'`;
}

/**
 * Bytes that Suricata takes a buffer to need: the first content in its place, and for each later one that counts from the
 * match before its distance and length, whatever stands between. Later contents that count from the beginning are not
 * looked at: rules that can never match for them load there.
 */
function reachOf(elements: readonly ChainElement[]): number {
  let reach = 0;
  let isFirst = true;
  for (const { content } of elements) {
    if (content === null) continue;
    const isRelative = content.distance !== null || content.within !== null;
    const counts = isRelative || isFirst;
    isFirst = false;
    if (counts && !content.negated)
      reach += constant(content, isRelative ? 'distance' : 'offset') + content.bytes.length;
  }
  return reach;
}

function constant(content: ContentSpec, which: 'distance' | 'offset'): number {
  const limit = content[which];
  return limit === null || limit.slot >= 0 ? 0 : limit.value;
}
