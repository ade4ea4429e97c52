// Compiles pattern databases into shared memory.

import { availableParallelism } from 'node:os';
import {
  HyperscanCache,
  compileMatcher,
  compileMatcherAsync,
  trimAfterCompiling,
  unpackPatterns,
} from '../../detect/mpm/index.ts';
import type { MultiPatternMatcher, Pattern, SharedMatcher } from '../../detect/mpm/index.ts';
import type { MpmSettings } from '../settings/index.ts';
import { patternsKey } from './order.ts';
import type { PatternOrder } from './order.ts';

/** By `patternsKey`. */
type Matchers = Map<string, SharedMatcher>;

/** Those of an order, one after the other: packets have the other processors. */
export function compilePatterns({ algorithm, cacheFolder, sets }: PatternOrder): ReadonlyMap<string, SharedMatcher> {
  const cache = cacheOf(cacheFolder);
  const matchers: Matchers = new Map();
  // what one needed for a while must not lie there while the next needs as much
  trimAfterCompiling();
  for (const packed of sets) {
    const patterns = unpackPatterns(packed);
    keep(matchers, patterns, compileMatcher(algorithm, patterns, cache));
    trimAfterCompiling();
  }
  return matchers;
}

/** Side by side on as many processors as there are: for the start, when nothing else is to be done yet. */
export async function compilePatternsAtOnce(
  sets: readonly (readonly Pattern[])[],
  { algorithm, cache }: MpmSettings,
): Promise<ReadonlyMap<string, SharedMatcher>> {
  const matchers: Matchers = new Map();
  // the largest first: none is begun last that all others wait for
  const rest = sets.toSorted((a, b) => a.length - b.length);
  const compileRest = async (): Promise<void> => {
    for (let patterns = rest.pop(); patterns !== undefined; patterns = rest.pop())
      keep(matchers, patterns, await compileMatcherAsync(algorithm, patterns, cache));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, compileRest));
  trimAfterCompiling();
  return matchers;
}

function keep(matchers: Matchers, patterns: readonly Pattern[], matcher: MultiPatternMatcher): void {
  matchers.set(patternsKey(patterns), matcher.share());
  matcher.free();
}

/** What goes wrong with it costs time, nothing else; the main thread has told it when it began. */
function cacheOf(folder: string | undefined): Parameters<typeof compileMatcher>[2] {
  if (folder === undefined) return undefined;
  return { cache: new HyperscanCache(folder), onProblem: () => undefined };
}
