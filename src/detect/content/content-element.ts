// `content` at run time: a search in the window its modifiers leave, then the rest of the chain.

import type { ChainElement, ChainMatch, ContentSpec, Inspection, Limit } from '../../framework/chain.ts';
import { compileNeedle } from '../mpm/spm.ts';
import type { Needle } from '../mpm/spm.ts';

/** A content without modifiers. */
export function newContent(bytes: Uint8Array, negated: boolean): ContentSpec {
  return {
    bytes,
    negated,
    nocase: false,
    offset: null,
    depth: null,
    distance: null,
    within: null,
    startsWith: false,
    endsWith: false,
    rawbytes: false,
    fastPattern: false,
    fastPatternOnly: false,
    fastPatternChop: null,
    firstPlace: 0,
    lastPlace: Infinity,
    replace: null,
  };
}

/** The chain's view of a content; reads the modifiers when it is linked. */
export function contentElement(spec: ContentSpec): ChainElement {
  return {
    keyword: 'content',
    content: spec,
    get isRelative() {
      return isRelative(spec);
    },
    link: (next, nextIsRelative) => linkContent(spec, next, nextIsRelative),
  };
}

/** The number a limit stands for now; variables count as 32-bit signed, as offsets do. */
export function limitValue(limit: Limit, inspection: Inspection): number {
  return limit.slot < 0 ? limit.value : inspection.variables[limit.slot]! | 0;
}

function linkContent(spec: ContentSpec, next: ChainMatch, nextIsRelative: boolean): ChainMatch {
  // no bytes at all are never found
  if (spec.bytes.length === 0) return spec.negated ? next : () => false;
  const needle = compileNeedle(spec.bytes, spec.nocase);
  if (spec.negated) return linkNegated(spec, needle, next);
  if (spec.endsWith) return linkEndsWith(spec, needle, next, nextIsRelative);
  const hasWindow = [spec.offset, spec.depth, spec.distance, spec.within].some((limit) => limit !== null);
  if (!hasWindow && !spec.startsWith) return linkAnywhere(spec, needle, next, nextIsRelative);
  const size = needle.length;
  return (inspection) => {
    if (--inspection.budget < 0 || !setWindow(spec, inspection)) return false;
    if (inspection.sought === spec) narrow(inspection);
    let from = windowFrom;
    const to = windowTo;
    for (;;) {
      const hit = needle.find(inspection.data, from, to);
      if (hit < 0) return isRelative(spec) ? false : giveUp(inspection);
      inspection.cursor = hit + size;
      if (next(inspection)) return true;
      if (!nextIsRelative || inspection.budget < 0) return giveUp(inspection);
      from = hit + 1;
    }
  };
}

/**
 * The whole chain does not hold, whatever else there is of contents before. As in Suricata: where a content that counts from
 * nothing is not there, and where what follows a content fails that has no other places to try.
 */
function giveUp(inspection: Inspection): false {
  inspection.budget = -1;
  return false;
}

function isRelative({ distance, within }: ContentSpec): boolean {
  return distance !== null || within !== null;
}

function linkAnywhere(spec: ContentSpec, needle: Needle, next: ChainMatch, nextIsRelative: boolean): ChainMatch {
  const size = needle.length;
  return (inspection) => {
    if (--inspection.budget < 0) return false;
    windowFrom = inspection.start;
    windowTo = inspection.end;
    if (inspection.sought === spec) narrow(inspection);
    let from = windowFrom;
    const to = windowTo;
    for (;;) {
      const hit = needle.find(inspection.data, from, to);
      if (hit < 0) return giveUp(inspection);
      inspection.cursor = hit + size;
      if (next(inspection)) return true;
      if (!nextIsRelative || inspection.budget < 0) return giveUp(inspection);
      from = hit + 1;
    }
  };
}

/** Only the last bytes of the buffer count, and they must lie inside the window. */
function linkEndsWith(spec: ContentSpec, needle: Needle, next: ChainMatch, nextIsRelative: boolean): ChainMatch {
  const isFinal = !nextIsRelative || !isRelative(spec);
  return (inspection) => {
    if (--inspection.budget < 0 || !endsInWindow(spec, needle, inspection)) return false;
    inspection.cursor = inspection.end;
    if (next(inspection)) return true;
    return isFinal ? giveUp(inspection) : false;
  };
}

/** A window outside the buffer holds nothing: the condition is then true. The cursor stays. */
function linkNegated(spec: ContentSpec, needle: Needle, next: ChainMatch): ChainMatch {
  return (inspection) => {
    if (--inspection.budget < 0) return false;
    const isFound = spec.endsWith
      ? endsInWindow(spec, needle, inspection)
      : setWindow(spec, inspection) && needle.find(inspection.data, windowFrom, windowTo) >= 0;
    return !isFound && next(inspection);
  };
}

function endsInWindow(spec: ContentSpec, needle: Needle, inspection: Inspection): boolean {
  if (!setWindow(spec, inspection) || windowTo < inspection.end) return false;
  const from = inspection.end - needle.length;
  return from >= windowFrom && needle.find(inspection.data, from, inspection.end) === from;
}

// The window found last, absolute in the data: two results without an allocation.
let windowFrom = 0;
let windowTo = 0;

/** Of the window, what lies between the places that are known of the content. */
function narrow({ soughtFrom, soughtTo }: Inspection): void {
  if (soughtFrom > windowFrom) windowFrom = soughtFrom;
  if (soughtTo < windowTo) windowTo = soughtTo;
}

/** False when no byte of the buffer is in the window. */
function setWindow(spec: ContentSpec, inspection: Inspection): boolean {
  return isRelative(spec) ? setRelativeWindow(spec, inspection) : setAbsoluteWindow(spec, inspection);
}

function setRelativeWindow(spec: ContentSpec, inspection: Inspection): boolean {
  const distance = spec.distance === null ? 0 : limitValue(spec.distance, inspection);
  const from = inspection.cursor + distance;
  windowFrom = Math.max(from, inspection.start);
  windowTo = inspection.end;
  if (spec.within !== null) {
    let to = from + limitValue(spec.within, inspection);
    // a window that ends before the buffer begins is none: as in Suricata, the whole of it counts then
    if (to < inspection.start) return true;
    // `within` of the first match counts like `depth`
    if (inspection.streamOffset > 0 && inspection.cursor === inspection.start) to -= inspection.streamOffset;
    if (to < windowTo) windowTo = to;
  }
  return windowFrom <= windowTo && windowTo > inspection.start;
}

function setAbsoluteWindow(spec: ContentSpec, inspection: Inspection): boolean {
  const offset = spec.offset === null ? 0 : limitValue(spec.offset, inspection);
  windowFrom = inspection.start + offset;
  windowTo = inspection.end;
  const depth = spec.startsWith
    ? spec.bytes.length
    : spec.depth === null
      ? -1
      : limitValue(spec.depth, inspection) + offset;
  if (depth >= 0) {
    const to = inspection.start + depth - inspection.streamOffset;
    if (to < windowTo) windowTo = to;
  }
  return windowFrom >= inspection.start && windowFrom <= windowTo && windowTo > inspection.start;
}
