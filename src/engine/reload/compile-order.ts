// Compiles the rules of an order, beside a thread that goes on with packets. The pattern databases are compiled after
// that, by a thread that has nothing of the rules in its memory: each half needs as much as the other.

import { openConfig } from '../../config/index.ts';
import { packPatterns } from '../../detect/mpm/index.ts';
import type { Pattern } from '../../detect/mpm/index.ts';
import { patternSets } from '../../detect/run/detector-tables.ts';
import { deliverRules } from '../load-rules.ts';
import type { LoadedRules } from '../load-rules.ts';
import { protocolTransports } from '../protocol-names.ts';
import { ruleFiles } from '../rule-files.ts';
import { compilePatterns } from './compile-patterns.ts';
import type { CompileOrder, OrderAnswer, RulesAnswer } from './order.ts';

/** Everything by the thread that calls. */
export function compileOrder(order: CompileOrder): OrderAnswer {
  const answer = compileRules(order);
  if (typeof answer === 'string') return answer;
  const { patterns, rules, texts } = answer;
  return { rules, texts, matchers: compilePatterns(patterns) };
}

/** The first half: the rules, and what is to be looked for. */
export function compileRules(order: CompileOrder): RulesAnswer {
  const { ok, messages, root, texts } = openConfig(order.config);
  if (!ok) return messages.find(({ level }) => level === 'error')?.message ?? 'the configuration cannot be read';
  const files = ruleFiles(root, order.files);
  const { delivered, ruleset, setup } = deliverRules(root, files, order.load);
  const problem = nothingLoaded(ruleset.outlines.length, delivered.texts.length, files.length, delivered.parcel.total);
  if (problem !== undefined) return problem;
  const sets = patternsOf({ ruleset, setup });
  const { algorithm, cacheFolder } = order;
  return { rules: delivered, texts, patterns: { algorithm, cacheFolder, sets: sets.map(packPatterns) } };
}

/** What rules that are compiled are to be looked up by: patterns of a matcher each. */
export function patternsOf({
  ruleset,
  setup,
}: Pick<LoadedRules, 'ruleset' | 'setup'>): readonly (readonly Pattern[])[] {
  return patternSets(ruleset, { protocolIds: setup.appProtocols, protocolTransports });
}

/** A set that came to nothing because its files are away or all wrong is no set to go on with. */
function nothingLoaded(loaded: number, read: number, listed: number, total: number): string | undefined {
  if (loaded > 0) return undefined;
  if (read < listed)
    return `${String(listed - read)} of ${String(listed)} rule files cannot be read, and no rules were loaded`;
  return total > 0 ? `none of ${String(total)} rules could be loaded` : undefined;
}
