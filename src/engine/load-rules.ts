// Loading of rules: files to syntax trees to signatures, with the variables, classes and references of the configuration.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PENDING_KEYWORDS, isPendingKeyword, isPendingProtocol, isUnsupportedKeyword } from '../app/pending.ts';
import { diagnostic, NO_SPAN } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ConfigNode } from '../config/index.ts';
import { actionOrder } from '../detect/compile/evaluation-order.ts';
import { RuleCollector } from '../detect/analysis/index.ts';
import type { AnalysedRule } from '../detect/analysis/index.ts';
import { compileRuleset } from '../detect/compile/ruleset.ts';
import type { Ruleset } from '../detect/compile/ruleset.ts';
import { Thresholds, globalSpecs } from '../detect/threshold/index.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import { flowbitNames } from '../keywords/flowbits.ts';
import { ruleFeatures } from './features.ts';
import { ALL_KEYWORDS, findKeyword } from './keyword-table.ts';
import { protocolDefinition, protocolIds } from './protocol-names.ts';
import {
  Variables,
  parseClassifications,
  parseReferences,
  parseThresholds,
  readConfigFile,
  readRuleFile,
} from '../rules/index.ts';
import type { RuleAst } from '../rules/index.ts';
import { compatibleVersion } from './version.ts';

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
}

const SHIPPED = fileURLToPath(new URL('../../config/', import.meta.url));

export function loadRules(config: ConfigNode, files: readonly string[], options: LoadOptions): LoadedRules {
  const diagnostics: Diagnostic[] = [];
  const variables = readVariables(config);
  const asts: RuleAst[] = [];
  let bad = 0;
  for (const path of files) {
    if (!existsSync(path)) {
      diagnostics.push(
        diagnostic('warning', 'rule/no-file', `No rule files match the pattern ${path}`, { file: path, span: NO_SPAN }),
      );
      continue;
    }
    const file = readRuleFile(path);
    asts.push(...file.rules);
    diagnostics.push(...file.diagnostics);
    bad += file.badCount;
  }
  const setup = createSetup(config, diagnostics, options);
  const collector = options.collectsForAnalysis === true ? new RuleCollector() : undefined;
  const compiled = compileRuleset(asts, {
    setup,
    actionOrder: readActionOrder(config, diagnostics),
    variables,
    findKeyword,
    keywordNames,
    isPendingKeyword,
    isPendingProtocol,
    isUnsupportedKeyword,
    ...(collector !== undefined && { observer: collector.observe }),
  });
  diagnostics.push(...compiled.diagnostics, ...unsetFlowbits(setup));
  const ruleset = { ...compiled, failed: compiled.failed + bad };
  const thresholds = new Thresholds(globalSpecs(readThresholds(config, variables, diagnostics)));
  const analysed = collector?.rules(ruleset.signatures, variables) ?? [];
  return { ruleset, thresholds, files: files.length, total: asts.length + bad, diagnostics, setup, analysed };
}

function groupOf(config: ConfigNode, path: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, node] of config.get(path)?.children ?? []) result[name] = node.value ?? '';
  return result;
}

/** A file named in the configuration, else the one that comes with the program; '' when it cannot be read. */
function textOf(
  config: ConfigNode,
  key: string,
  shipped: string,
  diagnostics: Diagnostic[],
): { text: string; file: string } {
  const file = config.string(key) ?? SHIPPED + shipped;
  if (existsSync(file)) return { text: readConfigFile(file), file };
  diagnostics.push(
    diagnostic('warning', 'config/no-file', `could not open: "${file}": No such file or directory`, {
      file,
      span: NO_SPAN,
    }),
  );
  return { text: '', file };
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

function createSetup(config: ConfigNode, diagnostics: Diagnostic[], options: LoadOptions): RulesetSetup {
  const classes = textOf(config, 'classification-file', 'classification.config', diagnostics);
  const classification = parseClassifications(classes.text, classes.file);
  const systems = textOf(config, 'reference-config-file', 'reference.config', diagnostics);
  const references = parseReferences(systems.text, systems.file);
  diagnostics.push(...classification.diagnostics, ...references.diagnostics);
  const store = new Map<string, unknown>();
  return {
    shared<T>(key: string, create: () => T): T {
      if (!store.has(key)) store.set(key, create());
      return store.get(key) as T;
    },
    classification: (short) => classification.entries.get(short.toLowerCase()),
    reference: (type) => references.systems.get(type.toLowerCase())?.url,
    setting: (path) => config.string(path),
    version: compatibleVersion(),
    features: new Set(ruleFeatures()),
    hasKeyword: (name) => findKeyword(name) !== undefined,
    keyword: findKeyword,
    bufferOf: (keyword) => findKeyword(keyword)?.buffer,
    appProtocols: protocolIds,
    isPendingProtocol,
    protocol: protocolDefinition,
    ruleFolder: config.string('default-rule-path', '') ?? '',
    dataFolder: config.string('default-data-dir', '') ?? '',
    isInline: options.isInline,
    strictKeywords: options.strictKeywords ?? new Set(),
    counters: null,
    demands: new Set(),
  };
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
