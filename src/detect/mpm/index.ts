// Chooses and makes the multi-pattern matcher (`mpm-algo`).
import { hyperscanAvailable, hyperscanReason, lostMatches as lostHsMatches } from '../../native/hyperscan.ts';
import { attachAc, compileAc, lostAcMatches } from './ac.ts';
import { attachHs, compileHs, compileHsAsync } from './hs.ts';
import type { CacheUse } from './hs.ts';
import type { MpmAlgorithm, MultiPatternMatcher, Pattern, SharedMatcher } from './matcher.ts';

export type { CacheUse } from './hs.ts';
export { packPatterns, trimAfterCompiling, unpackPatterns } from '../../native/hyperscan.ts';
export type { PackedPatterns } from '../../native/hyperscan.ts';
export { HyperscanCache } from './hs-cache.ts';
export { firstEnd, lastEnd, matchBuffer } from './matcher.ts';
export type { MpmAlgorithm, MultiPatternMatcher, Pattern, SharedMatcher } from './matcher.ts';

const ALGORITHMS: Readonly<Record<string, MpmAlgorithm | 'auto'>> = {
  auto: 'auto',
  hs: 'hs',
  ac: 'ac',
  // Suricata's variants of Aho-Corasick differ in memory layout only
  'ac-ks': 'ac',
  'ac-bs': 'ac',
};

/** Smaller databases are compiled sooner than read. */
const WORTH_KEEPING = 16;

export interface MpmChoice {
  readonly algorithm: MpmAlgorithm;
  /** why it is not what was asked for; empty when it is */
  readonly reason: string;
}

/** Reads `mpm-algo`: auto, hs, ac, ac-ks, ac-bs. */
export function chooseMpm(setting: string): MpmChoice {
  const fallback: MpmAlgorithm = hyperscanAvailable ? 'hs' : 'ac';
  const asked = Object.hasOwn(ALGORITHMS, setting) ? ALGORITHMS[setting] : undefined;
  if (asked === undefined) return { algorithm: fallback, reason: `no multi-pattern matcher is called ${setting}` };
  if (asked === 'hs' && !hyperscanAvailable) return { algorithm: 'ac', reason: hyperscanReason };
  return { algorithm: asked === 'auto' ? fallback : asked, reason: '' };
}

/** Compiles patterns, at least one and none of them empty; the id of a pattern is its index. Throws when Hyperscan refuses. */
export function compileMatcher(
  algorithm: MpmAlgorithm,
  patterns: readonly Pattern[],
  cache?: CacheUse,
): MultiPatternMatcher {
  if (algorithm === 'ac') return compileAc(patterns);
  return compileHs(patterns, keptIn(patterns, cache));
}

/** The same, on another thread where that is possible. */
export async function compileMatcherAsync(
  algorithm: MpmAlgorithm,
  patterns: readonly Pattern[],
  cache?: CacheUse,
): Promise<MultiPatternMatcher> {
  return algorithm === 'hs' ? compileHsAsync(patterns, keptIn(patterns, cache)) : compileAc(patterns);
}

function keptIn(patterns: readonly Pattern[], cache: CacheUse | undefined): CacheUse | undefined {
  return patterns.length < WORTH_KEEPING ? undefined : cache;
}

/** A matcher of this thread on what another thread compiled and shared. */
export function attachMatcher(shared: SharedMatcher): MultiPatternMatcher {
  return shared.algorithm === 'hs' ? attachHs(shared) : attachAc(shared.tables);
}

/** Matches of this thread for which `out` had no room. */
export function lostMatches(): number {
  return lostHsMatches() + lostAcMatches();
}
