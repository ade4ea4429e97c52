// What another thread compiled, taken over by this one.

import { attachMatcher, compileMatcher } from '../../detect/mpm/index.ts';
import type { MakeMatcher } from '../../detect/run/pattern-table.ts';
import { programIdentity } from '../rule-cache.ts';
import { cacheFolder, mpmSettings } from '../settings/index.ts';
import type { MpmSettings } from '../settings/index.ts';
import type { ConfigNode } from '../../config/index.ts';
import { patternsKey } from './order.ts';
import type { CompileOrder, CompiledOrder, RuleSource } from './order.ts';

/** The order to compile the rules of a source as this program would. */
export function orderOf(source: RuleSource, config: ConfigNode): CompileOrder {
  const program = source.load.program ?? programIdentity();
  const load = program === undefined ? source.load : { ...source.load, program };
  return { ...source, load, algorithm: mpmSettings(config).algorithm, cacheFolder: cacheFolder(config) };
}

/** Matchers that are there already; what is not among them is compiled. */
export function attaching(
  { matchers }: Pick<CompiledOrder, 'matchers'>,
  { algorithm, cache }: MpmSettings,
): MakeMatcher {
  return (patterns) => {
    const shared = matchers.get(patternsKey(patterns));
    return shared === undefined ? compileMatcher(algorithm, patterns, cache) : attachMatcher(shared);
  };
}
