// Rules that the first thread loaded, for all workers: in shared memory, and the pattern databases compiled once.

import { availableParallelism } from 'node:os';
import type { ConfigNode, ConfigTexts } from '../../config/index.ts';
import { compileMatcherAsync, trimAfterCompiling } from '../../detect/mpm/index.ts';
import type { Pattern, SharedMatcher } from '../../detect/mpm/index.ts';
import { patternSets } from '../../detect/run/detector-tables.ts';
import { deliver } from '../load-rules.ts';
import type { LoadedRules } from '../load-rules.ts';
import { protocolTransports } from '../protocol-names.ts';
import { patternsKey } from '../reload/order.ts';
import type { CompiledOrder } from '../reload/order.ts';
import { mpmSettings } from '../settings/index.ts';

/** @param texts of the configuration that they were loaded with */
export async function shareRules(rules: LoadedRules, config: ConfigNode, texts: ConfigTexts): Promise<CompiledOrder> {
  const protocolIds = rules.setup.appProtocols;
  const matchers = await compileAll(patternSets(rules.ruleset, { protocolIds, protocolTransports }), config);
  return { rules: deliver(rules), texts, matchers };
}

/** Side by side on as many processors as there are: nothing else is to be done yet. */
async function compileAll(
  sets: readonly (readonly Pattern[])[],
  config: ConfigNode,
): Promise<ReadonlyMap<string, SharedMatcher>> {
  const { algorithm, cache } = mpmSettings(config);
  const matchers = new Map<string, SharedMatcher>();
  // the largest first: none is begun last that all others wait for
  const rest = sets.toSorted((a, b) => a.length - b.length);
  const compileRest = async (): Promise<void> => {
    for (let patterns = rest.pop(); patterns !== undefined; patterns = rest.pop()) {
      const matcher = await compileMatcherAsync(algorithm, patterns, cache);
      matchers.set(patternsKey(patterns), matcher.share());
      matcher.free();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, compileRest));
  trimAfterCompiling();
  return matchers;
}
