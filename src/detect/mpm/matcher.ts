// The contract of multi-pattern matchers: which of many patterns occur in these bytes?
import type { Pattern } from '../../native/hyperscan.ts';

export type { Pattern } from '../../native/hyperscan.ts';

export type MpmAlgorithm = 'hs' | 'ac';

export interface MultiPatternMatcher {
  readonly algorithm: MpmAlgorithm;
  readonly patternCount: number;
  /** length of the shortest pattern: shorter buffers need no scan */
  readonly minLength: number;
  /** bytes of memory */
  readonly size: number;
  /**
   * Writes the ids (indices given to the compiler) of the patterns that lie wholly inside
   * data[offset, offset + length) to `out`, each once, in no order, and returns how many. Between which places they lie
   * is told by `firstEnd` and `lastEnd`.
   * What does not fit `out`, which `matchBuffer` makes, is dropped and counted by `lostMatches`. Use one `out` per thread.
   * `bufferId` is the registration of `data` with native code, -1 (a slow copy) when there is none.
   */
  scan(data: Uint8Array, bufferId: number, offset: number, length: number, out: Int32Array): number;
  /** This matcher for other threads of the process: plain data whose arrays lie in shared memory. */
  share(): SharedMatcher;
  free(): void;
}

/** Goes through `postMessage` unharmed and uncopied. */
export type SharedMatcher =
  | { readonly algorithm: 'hs'; readonly patternCount: number; readonly minLength: number; readonly memory: Uint8Array }
  | { readonly algorithm: 'ac'; readonly tables: AcTables };

/** A dense automaton and what its states report. */
export interface AcTables {
  /** byte -> class; bytes of one class are told apart by no pattern */
  readonly classes: Uint8Array;
  readonly classCount: number;
  /** [state * classCount + class] -> next state * classCount */
  readonly next: Int32Array;
  /** states from this one on (times classCount) report something */
  readonly firstAccepting: number;
  /** reports of accepting state n: reports[reportStart[n]] up to reports[reportStart[n + 1]] */
  readonly reportStart: Int32Array;
  readonly reports: Int32Array;
  /** pattern i: bytes[patternStart[i]] up to bytes[patternStart[i + 1]], lower case when nocase[i] */
  readonly bytes: Uint8Array;
  readonly patternStart: Int32Array;
  readonly nocase: Uint8Array;
  /** 1 where reaching the state does not prove the pattern: its case counts, or it is longer than what the automaton holds */
  readonly needsCheck: Uint8Array;
  readonly minLength: number;
}

/** What scans write to: room for so many ids, and two words more for each. */
export function matchBuffer(ids: number): Int32Array {
  return new Int32Array(3 * ids);
}

/** How many ids have room. */
export function matchRoom(out: Int32Array): number {
  return Math.floor(out.length / 3);
}

/** Of the nth id that the last scan wrote: no occurrence ends before this, counted from the `offset` of the scan. */
export function firstEnd(out: Int32Array, n: number): number {
  return out[matchRoom(out) + 2 * n]!;
}

/** Likewise: no occurrence ends after this. */
export function lastEnd(out: Int32Array, n: number): number {
  return out[matchRoom(out) + 2 * n + 1]!;
}

export function shortest(patterns: readonly Pattern[]): number {
  return patterns.reduce((least, p) => Math.min(least, p.bytes.length), Infinity);
}
