// What PCRE2 and its JavaScript stand-in have in common: compile once, match many times over bytes.

/** Offsets of the last match: start and end of the whole, then of each group, relative to the subject; -1 where a group is unset. */
export const regexOffsets = new Int32Array(2 * 256);

/** No match; every number below it is an error (PCRE2's codes), to be treated as no match and counted. */
export const REGEX_NO_MATCH = -1;
/** The match limit or time was used up. */
export const REGEX_LIMIT = -47;

/** How the expression is read: PCRE's own meanings, bytes instead of characters. */
export interface RegexFlags {
  /** i: ASCII letters match in either case */
  readonly caseless?: boolean;
  /** m: `^` and `$` match at every line feed */
  readonly multiline?: boolean;
  /** s: `.` matches the line feed, too */
  readonly dotAll?: boolean;
  /** x: white space and comments in the expression are ignored */
  readonly extended?: boolean;
  /** A: matches at the start of the search only */
  readonly anchored?: boolean;
  /** E: `$` matches at the very end only, not before a last line feed */
  readonly dollarEndOnly?: boolean;
  /** G: quantifiers are lazy, and greedy with `?` */
  readonly ungreedy?: boolean;
}

export interface RegexMatcher {
  readonly engine: 'pcre2' | 'js';
  readonly captureCount: number;
  /** number of each named group */
  readonly names: ReadonlyMap<string, number>;
  /**
   * Looks for the first match in data[offset, offset + length) that begins at or after `start` (relative to offset).
   * Returns how many pairs of `regexOffsets` were written (1 + the highest group that took part), or
   * REGEX_NO_MATCH, or an error below it.
   */
  match(data: Uint8Array, bufferId: number, offset: number, length: number, start: number): number;
  free(): void;
}

/** Why an expression was refused; `offset` is in bytes from its start. */
export interface RegexProblem {
  readonly message: string;
  readonly offset: number;
}

export type CompiledRegex =
  { readonly ok: true; readonly matcher: RegexMatcher } | { readonly ok: false; readonly problem: RegexProblem };
