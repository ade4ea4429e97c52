// Rule syntax: text to syntax trees, sets of addresses and ports, and the files beside rules.
export type { Action, Direction, Hook, Located, RuleAst, RulePlace, RuleText } from './ast.ts';
export { RuleOption } from './ast.ts';
export { forEachRule, parseRuleText, readRuleFile, ruleAt } from './rule-file.ts';
export type { RuleFile } from './rule-file.ts';
export { printRule } from './print-rule.ts';
export { decodeRuleText, encodeRuleText } from './source.ts';
export { AddressSet, PortSet, Variables } from './variables.ts';
export type { VariableGroup, VariableProblem } from './variables.ts';
export { parseClassifications } from './classification.ts';
export type { Classification, ClassificationFile } from './classification.ts';
export { parseReferences } from './reference.ts';
export type { ReferenceFile, ReferenceSystem } from './reference.ts';
export { parseThresholds } from './threshold-file.ts';
export type { GlobalThreshold, RateFilter, Suppress, ThresholdEntry, ThresholdFile, Track } from './threshold-file.ts';
export { readConfigFile } from './config-lines.ts';
export * from './argument.ts';
