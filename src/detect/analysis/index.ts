// Engine analysis: rules, patterns, flowbits and groups as data and as reports. Nothing here runs with packets.
export { RuleCollector } from './rule.ts';
export type { AnalysedRule } from './rule.ts';
export { dependenciesOf } from './dependencies.ts';
export { ruleObject } from './rule-json.ts';
export { patternsObject } from './patterns-json.ts';
export { flowbitsObject } from './flowbits-json.ts';
export { groupsObject } from './groups-json.ts';
export type { GroupOptions } from './groups-json.ts';
export { ruleReport } from './report.ts';
export { fastPatternReport, fastPatternSummary } from './fast-pattern-report.ts';
