// Rules that the first thread loaded, for all workers: in shared memory, and the pattern databases compiled once.

import type { ConfigNode, ConfigTexts } from '../../config/index.ts';
import { deliver } from '../load-rules.ts';
import type { LoadedRules } from '../load-rules.ts';
import { patternsOf } from '../reload/compile-order.ts';
import { compilePatternsAtOnce } from '../reload/compile-patterns.ts';
import type { CompiledOrder } from '../reload/order.ts';
import { mpmSettings } from '../settings/index.ts';

/** @param texts of the configuration that they were loaded with */
export async function shareRules(rules: LoadedRules, config: ConfigNode, texts: ConfigTexts): Promise<CompiledOrder> {
  const matchers = await compilePatternsAtOnce(patternsOf(rules), mpmSettings(config));
  return { rules: deliver(rules), texts, matchers };
}
