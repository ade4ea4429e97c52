// Compiles the pattern databases of an order into shared memory.

import { HyperscanCache, compileMatcher, trimAfterCompiling, unpackPatterns } from '../../detect/mpm/index.ts';
import type { SharedMatcher } from '../../detect/mpm/index.ts';
import { patternsKey } from './order.ts';
import type { PatternOrder } from './order.ts';

/** By `patternsKey`. */
export function compilePatterns({ algorithm, cacheFolder, sets }: PatternOrder): ReadonlyMap<string, SharedMatcher> {
  const cache = cacheOf(cacheFolder);
  const matchers = new Map<string, SharedMatcher>();
  // what one needed for a while must not lie there while the next needs as much
  trimAfterCompiling();
  for (const packed of sets) {
    const patterns = unpackPatterns(packed);
    const matcher = compileMatcher(algorithm, patterns, cache);
    matchers.set(patternsKey(patterns), matcher.share());
    matcher.free();
    trimAfterCompiling();
  }
  return matchers;
}

/** What goes wrong with it costs time, nothing else; the main thread has told it when it began. */
function cacheOf(folder: string | undefined): Parameters<typeof compileMatcher>[2] {
  if (folder === undefined) return undefined;
  return { cache: new HyperscanCache(folder), onProblem: () => undefined };
}
