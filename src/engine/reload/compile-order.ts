// Compiles the rules of an order, beside a thread that goes on with packets.

import { openConfig } from '../../config/index.ts';
import { finish } from '../../base/steps.ts';
import { HyperscanCache, compileMatcher, trimAfterCompiling } from '../../detect/mpm/index.ts';
import type { MultiPatternMatcher, Pattern, SharedMatcher } from '../../detect/mpm/index.ts';
import { DetectorTables } from '../../detect/run/detector-tables.ts';
import { deliverRules } from '../load-rules.ts';
import { protocolTransports } from '../protocol-names.ts';
import { ruleFiles } from '../rule-files.ts';
import { patternsKey } from './order.ts';
import type { CompileOrder, OrderAnswer } from './order.ts';

export function compileOrder(order: CompileOrder): OrderAnswer {
  const { ok, messages, root } = openConfig(order.config);
  if (!ok) return messages.find(({ level }) => level === 'error')?.message ?? 'the configuration cannot be read';
  const files = ruleFiles(root, order.files);
  const { delivered, ruleset, setup } = deliverRules(root, files, order.load);
  const problem = nothingLoaded(ruleset.outlines.length, delivered.texts.length, files.length, delivered.parcel.total);
  if (problem !== undefined) return problem;
  const made = new Map<string, MultiPatternMatcher>();
  const cache = cacheOf(order.cacheFolder);
  const makeMatcher = (patterns: readonly Pattern[]): MultiPatternMatcher => {
    const matcher = compileMatcher(order.algorithm, patterns, cache);
    made.set(patternsKey(patterns), matcher);
    return matcher;
  };
  const tables = finish(
    DetectorTables.of(ruleset, { makeMatcher, protocolIds: setup.appProtocols, protocolTransports }),
  );
  const matchers = new Map<string, SharedMatcher>([...made].map(([key, matcher]) => [key, matcher.share()]));
  tables.free();
  trimAfterCompiling();
  return { rules: delivered, matchers };
}

/** A set that came to nothing because its files are away or all wrong is no set to go on with. */
function nothingLoaded(loaded: number, read: number, listed: number, total: number): string | undefined {
  if (loaded > 0) return undefined;
  if (read < listed)
    return `${String(listed - read)} of ${String(listed)} rule files cannot be read, and no rules were loaded`;
  return total > 0 ? `none of ${String(total)} rules could be loaded` : undefined;
}

/** What goes wrong with it costs time, nothing else; the main thread has told it when it began. */
function cacheOf(folder: string | undefined): Parameters<typeof compileMatcher>[2] {
  if (folder === undefined) return undefined;
  return { cache: new HyperscanCache(folder), onProblem: () => undefined };
}
