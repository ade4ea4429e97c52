// Engine analysis: writes what is known of the loaded rules into the log folder (`--engine-analysis`, rule_group.json).

import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import {
  dependenciesOf,
  fastPatternReport,
  fastPatternSummary,
  flowbitsObject,
  groupsObject,
  patternsObject,
  ruleObject,
  ruleReport,
} from '../detect/analysis/index.ts';
import type { AnalysedRule, GroupOptions } from '../detect/analysis/index.ts';
import { Variables } from '../rules/index.ts';
import type { PortSet } from '../rules/index.ts';

export interface AnalysisPlan {
  /** rules.json, rules_analysis.txt, patterns.json, flowbits.json */
  readonly rules: boolean;
  /** rules_fast_pattern.txt */
  readonly fastPattern: boolean;
  /** rule_group.json, null for none */
  readonly groups: GroupOptions | null;
}

/** What the configuration wants written; null when it is nothing. */
export function analysisPlan(config: ConfigNode, options: { readonly isAnalysis: boolean }): AnalysisPlan | null {
  const { isAnalysis } = options;
  const plan = {
    rules: isAnalysis && config.bool('engine-analysis.rules', true),
    fastPattern: isAnalysis && config.bool('engine-analysis.rules-fast-pattern', true),
    groups: config.bool('detect.profiling.grouping.dump-to-disk', false) ? groupOptions(config) : null,
  };
  return plan.rules || plan.fastPattern || plan.groups !== null ? plan : null;
}

/** Groups of ports by `detect.profile`. */
const PROFILES: Readonly<Record<string, GroupOptions['max']>> = {
  low: { toclient: 15, toserver: 25 },
  medium: { toclient: 20, toserver: 40 },
  high: { toclient: 75, toserver: 75 },
};
const PREFERRED = { tcp: '53, 80, 139, 443, 445, 1433, 3306, 3389, 6666, 6667, 8080', udp: '53, 135, 5060' };

function groupOptions(config: ConfigNode): GroupOptions {
  const profile = config.string('detect.profile', 'medium');
  const medium = PROFILES['medium']!;
  const custom = {
    toclient: config.int('detect.custom-values.toclient-groups', medium.toclient, { min: 1 }),
    toserver: config.int('detect.custom-values.toserver-groups', medium.toserver, { min: 1 }),
  };
  const preferred = (name: 'tcp' | 'udp'): PortSet =>
    portList(config, `detect.grouping.${name}-whitelist`, PREFERRED[name]);
  return {
    withRules: config.bool('detect.profiling.grouping.include-rules', false),
    withSearch: config.bool('detect.profiling.grouping.include-mpm-stats', false),
    preferred: { tcp: preferred('tcp'), udp: preferred('udp') },
    max: profile === 'custom' ? custom : (PROFILES[profile] ?? medium),
  };
}

function portList(config: ConfigNode, path: string, fallback: string): PortSet {
  const variables = new Variables();
  const given = variables.ports(`[${config.string(path, fallback)}]`);
  if (given.ok) return given.value;
  config.report('config/bad-ports', given.error.message, path, given.error.hint);
  const usual = variables.ports(`[${fallback}]`);
  if (!usual.ok) throw new Error(`bad default for ${path}`);
  return usual.value;
}

/** Writes the files of the plan. Throws when the folder cannot be written to. */
export function writeAnalysis(plan: AnalysisPlan, rules: readonly AnalysedRule[], folder: string): void {
  if (plan.fastPattern) writeFastPatterns(rules, join(folder, 'rules_fast_pattern.txt'));
  if (plan.rules) writeRules(rules, folder);
  if (plan.groups === null) return;
  writeFileSync(join(folder, 'rule_group.json'), `${JSON.stringify(groupsObject(rules, plan.groups))}\n`);
}

function writeFastPatterns(rules: readonly AnalysedRule[], path: string): void {
  writeLines(path, [heading(), ...rules.map(fastPatternReport), fastPatternSummary(rules)]);
  log.info('detect', `Engine-Analysis for fast_pattern printed to file - ${path}`);
}

function writeRules(rules: readonly AnalysedRule[], folder: string): void {
  const report = join(folder, 'rules_analysis.txt');
  writeLines(report, [heading(), ...rules.map(ruleReport)]);
  log.info('detect', `Engine-Analysis for rules printed to file - ${report}`);
  const path = join(folder, 'rules.json');
  const file = openSync(path, 'w');
  // one by one: the text of a large rule set is hundreds of megabytes
  const dependencies = dependenciesOf(rules);
  for (const rule of rules) {
    writeSync(file, `${JSON.stringify(ruleObject(rule, dependencies.get(rule.signature)))}\n`);
  }
  closeSync(file);
  writeFileSync(join(folder, 'patterns.json'), `${JSON.stringify(patternsObject(rules))}\n`);
  const flowbits = flowbitsObject(rules);
  if (flowbits !== null) writeFileSync(join(folder, 'flowbits.json'), `${JSON.stringify(flowbits)}\n`);
}

function writeLines(path: string, parts: readonly string[]): void {
  writeFileSync(path, parts.join(''));
}

function heading(): string {
  const now = new Date();
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${two(now.getDate())}/${two(now.getMonth() + 1)}/${now.getFullYear()}`;
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  const bar = '-'.repeat(67);
  return `${bar}\nDate: ${day} -- ${time}\n${bar}\n`;
}
