// Loading of rules: files to signatures, with the variables, classes and references of the configuration.

import { existsSync, readFileSync } from 'node:fs';
import { PENDING_KEYWORDS, isPendingKeyword, isPendingProtocol, isUnsupportedKeyword } from '../app/pending.ts';
import { diagnostic, NO_SPAN } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ConfigNode } from '../config/index.ts';
import { actionOrder } from '../detect/compile/evaluation-order.ts';
import { RuleCollector } from '../detect/analysis/index.ts';
import type { AnalysedRule } from '../detect/analysis/index.ts';
import type { CompileContext } from '../detect/compile/compile-rule.ts';
import { RulesetCompiler } from '../detect/compile/ruleset.ts';
import type { Ruleset } from '../detect/compile/ruleset.ts';
import { Thresholds, globalSpecs } from '../detect/threshold/index.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import { flowbitNames } from '../keywords/flowbits.ts';
import { ALL_KEYWORDS, findKeyword } from './keyword-table.ts';
import { Variables, forEachRule, parseThresholds } from '../rules/index.ts';
import type { RuleText } from '../rules/index.ts';
import { RuleCache } from './rule-cache.ts';
import type { CompiledRules } from './rule-cache.ts';
import { createSetup, textOf } from './rule-setup.ts';

export interface LoadedRules {
  readonly ruleset: Ruleset;
  readonly thresholds: Thresholds;
  readonly files: number;
  /** Rules read, bad ones included. */
  readonly total: number;
  readonly diagnostics: readonly Diagnostic[];
  /** What the rules share: names, tags, data sets. */
  readonly setup: RulesetSetup;
  /** With `collectsForAnalysis`: every rule with what is known of it beyond the signature. */
  readonly analysed: readonly AnalysedRule[];
}

/** `vars:` of the configuration. */
export function readVariables(config: ConfigNode): Variables {
  return new Variables(groupOf(config, 'vars.address-groups'), groupOf(config, 'vars.port-groups'));
}

export interface LoadOptions {
  readonly isInline: boolean;
  readonly collectsForAnalysis?: boolean;
  /** Keywords that refuse values they do not know. */
  readonly strictKeywords?: ReadonlySet<string>;
  /** Names the program to what is kept on disk; without it, it tells itself where it can. */
  readonly program?: string;
}

export function loadRules(config: ConfigNode, files: readonly string[], options: LoadOptions): LoadedRules {
  const diagnostics: Diagnostic[] = [];
  const variables = readVariables(config);
  const texts = readTexts(files, diagnostics);
  const { setup, ...origin } = createSetup(config, options);
  diagnostics.push(...origin.diagnostics);
  const collector = options.collectsForAnalysis === true ? new RuleCollector() : undefined;
  const context: CompileContext = {
    setup,
    actionOrder: readActionOrder(config, diagnostics),
    variables,
    findKeyword,
    keywordNames,
    isPendingKeyword,
    isPendingProtocol,
    isUnsupportedKeyword,
    observer: collector?.observe,
  };
  const cache = collector === undefined ? RuleCache.of(config, texts, origin, options.program) : undefined;
  const rules = cache?.load(context) ?? compileAll(texts, context);
  if (!rules.isKept) cache?.save(rules, setup);
  diagnostics.push(...rules.diagnostics);
  const { ruleset, total } = rules;
  const thresholds = new Thresholds(globalSpecs(readThresholds(config, variables, diagnostics)));
  const analysed = collector?.rules(ruleset, variables) ?? [];
  return { ruleset, thresholds, files: files.length, total, diagnostics, setup, analysed };
}

function readTexts(files: readonly string[], diagnostics: Diagnostic[]): RuleText[] {
  const texts: RuleText[] = [];
  for (const file of files) {
    if (existsSync(file)) texts.push({ file, bytes: readFileSync(file) });
    else
      diagnostics.push(
        diagnostic('warning', 'rule/no-file', `No rule files match the pattern ${file}`, { file, span: NO_SPAN }),
      );
  }
  return texts;
}

function compileAll(texts: readonly RuleText[], context: CompileContext): CompiledRules {
  const compiler = new RulesetCompiler(context);
  const diagnostics: Diagnostic[] = [];
  let total = 0;
  let bad = 0;
  for (const text of texts) {
    const report = forEachRule(text, (rule) => {
      total++;
      compiler.add(rule);
    });
    diagnostics.push(...report.diagnostics);
    bad += report.badCount;
  }
  const compiled = compiler.finish();
  diagnostics.push(...compiled.diagnostics, ...unsetFlowbits(context.setup));
  const ruleset = { ...compiled, failed: compiled.failed + bad };
  return { ruleset, diagnostics, total: total + bad, isKept: false };
}

function groupOf(config: ConfigNode, path: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, node] of config.get(path)?.children ?? []) result[name] = node.value ?? '';
  return result;
}

function readThresholds(
  config: ConfigNode,
  variables: Variables,
  diagnostics: Diagnostic[],
): ReturnType<typeof parseThresholds>['entries'] {
  const { text, file } = textOf(config, 'threshold-file', 'threshold.config', diagnostics);
  const parsed = parseThresholds(text, file, variables);
  diagnostics.push(...parsed.diagnostics);
  return parsed.entries;
}

function readActionOrder(config: ConfigNode, diagnostics: Diagnostic[]): readonly string[] | undefined {
  const names = config.strings('action-order');
  if (names.length === 0) return undefined;
  const order = actionOrder(names);
  const message = `action-order: ${names.join(', ')} is no order of pass, drop, reject and alert`;
  const place = { file: '', span: NO_SPAN };
  if (order === undefined) diagnostics.push(diagnostic('error', 'config/action-order', message, place));
  return order;
}

/** Flowbits that rules ask for though none sets them: such a rule can never match. */
function unsetFlowbits(setup: RulesetSetup): Diagnostic[] {
  return [...flowbitNames(setup).unset()].map(({ name, sids }) => {
    const message = `flowbit '${name}' is checked but not set. Checked in ${sids[0]!} and ${sids.length - 1} other sigs`;
    const found = diagnostic('warning', 'rule/flowbit-unset', message, { file: '', span: NO_SPAN });
    return { ...found, module: 'detect-flowbits' };
  });
}

function keywordNames(): readonly string[] {
  return [...ALL_KEYWORDS.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]), ...PENDING_KEYWORDS];
}
