// Chains: the conditions on one buffer (content, byte_test, pcre ...) as closures that call the next one.

import type { Packet } from './packet.ts';
import type { Details } from './description.ts';
import type { DetectContext } from './detect-context.ts';

/** The buffer under inspection and the cursor in it. One reused instance per nesting level. */
export class Inspection {
  data: Uint8Array = new Uint8Array(0);
  bufferId = -1;
  /** The buffer is [start, end) of `data`; every offset below is absolute in `data`. */
  start = 0;
  end = 0;
  /** Where the last match ended: what `relative`, `distance`, `within` count from. */
  cursor = 0;
  /** True when the last match of the chain exists (a relative condition before any match counts from start). */
  packet: Packet | null = null;
  ctx: DetectContext | null = null;
  /** Work left before the chain gives up (detect.inspection-recursion-limit). */
  budget = 3000;
  /** Values of byte_extract/byte_math, by slot; unsigned 64-bit values are exact up to 2^53. */
  readonly variables = new Float64Array(32);
  /** Result of base64_decode. */
  readonly base64 = new Uint8Array(65536);
  base64Length = 0;
  /** Flags: 1 = buffer is (a window of) a stream that started before it; 2 = more data follows. */
  flags = 0;
  /** Stream offset of the byte at `start`; 0 for packets and whole buffers. `depth` counts from the stream's start. */
  streamOffset = 0;
  /** The content that the signature was looked up by, where it is known between which places it lies; else null. */
  sought: ContentSpec | null = null;
  /** It does not begin before this. */
  soughtFrom = 0;
  /** It does not end after this. */
  soughtTo = 0;
  /** Numbers whose order follows from the buffer (`dce`) have the low byte first. */
  isLittleEndian = false;
}
export const InspectionFlag = { notAtStart: 1, notAtEnd: 2 } as const;

/** A chain from some condition on: true when it and all after it hold. */
export type ChainMatch = (inspection: Inspection) => boolean;

/** One condition: given what follows, the closure that checks both. */
export interface ChainElement {
  /** Keyword's name, for analysis and tracing. */
  readonly keyword: string;
  /** Counts from the end of the match before it. */
  readonly isRelative: boolean;
  /** It is about the buffer of the content before, wherever it counts from. */
  readonly isAboutLast?: boolean;
  /** For engine analysis. */
  readonly details?: Details;
  /** Null for everything that is no content. */
  readonly content: ContentSpec | null;
  /** @param next the rest of the chain @param nextIsRelative when the rest fails a relative one may be retried */
  link(next: ChainMatch, nextIsRelative: boolean): ChainMatch;
}

/** A limit: a number, or the slot of a byte_extract/byte_math variable. */
export interface Limit {
  readonly value: number;
  /** Slot in Inspection.variables, -1 for a constant. */
  readonly slot: number;
}

/** `content` with its modifiers; mutable while the rule is compiled. */
export interface ContentSpec {
  bytes: Uint8Array;
  nocase: boolean;
  negated: boolean;
  offset: Limit | null;
  depth: Limit | null;
  distance: Limit | null;
  within: Limit | null;
  startsWith: boolean;
  endsWith: boolean;
  rawbytes: boolean;
  /** `fast_pattern` given; `only`, and the chop (offset, length) or null. */
  fastPattern: boolean;
  fastPatternOnly: boolean;
  fastPatternChop: { offset: number; length: number } | null;
  /** Places, from the start of the buffer, between which it begins; set when the rule is complete. */
  firstPlace: number;
  lastPlace: number;
  /** Replacement bytes (`replace`), null without. */
  replace: Uint8Array | null;
}
