// Rules compiled for analysis, with the variables and settings of no configuration.

// what decoding and streams can find must be known before rules ask for it
import '../../../src/layers/registry.ts';
import '../../../src/stream/index.ts';
import { RuleCollector } from '../../../src/detect/analysis/index.ts';
import type { AnalysedRule } from '../../../src/detect/analysis/index.ts';
import { compileRuleset } from '../../../src/detect/compile/ruleset.ts';
import { findKeyword } from '../../../src/engine/keyword-table.ts';
import { Variables, parseRuleText } from '../../../src/rules/index.ts';
import { TestSetup } from '../../keywords/support.ts';

/** In evaluation order; throws when one does not load. */
export function analyse(...lines: readonly string[]): AnalysedRule[] {
  const file = parseRuleText(lines.join('\n'), 'test.rules');
  const collector = new RuleCollector();
  const variables = new Variables({ HOME_NET: '10.0.0.0/8', EXTERNAL_NET: '!$HOME_NET' });
  const ruleset = compileRuleset(file.rules, {
    setup: new TestSetup(),
    variables,
    findKeyword,
    keywordNames: () => [],
    isPendingKeyword: () => false,
    isUnsupportedKeyword: () => false,
    isPendingProtocol: () => false,
    observer: collector.observe,
  });
  const problem = [...file.diagnostics, ...ruleset.diagnostics].find(({ severity }) => severity === 'error');
  if (problem !== undefined) throw new Error(problem.message);
  return collector.rules(ruleset, variables);
}

/** One rule of given options. */
export function analyseOptions(options: string, header = 'tcp any any -> any any'): AnalysedRule {
  return analyse(`alert ${header} (msg:"m"; ${options} sid:1;)`)[0]!;
}
