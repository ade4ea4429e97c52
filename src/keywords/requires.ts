// requires: loads a rule only where the engine has the version, feature or keyword it names.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import { requiredArgument } from '../framework/keyword-argument.ts';

const CODE = 'rule/requires-unmet';
type Operator = '<=' | '>=' | '<' | '>';

function checkAll(setup: RulesetSetup, text: string): void {
  for (const part of text.split(',')) {
    const match = /^\s*(\S+)\s*(.*?)\s*$/.exec(part);
    if (match === null || match[2] === '') throw new RuleError('requires: a requirement is empty or has no value');
    const [, kind, value] = match as unknown as [string, string, string];
    if (kind === 'version') checkVersion(setup, value);
    else if (kind === 'feature') check(setup.features.has(value), `feature ${value} is missing`);
    else if (kind === 'keyword') check(setup.hasKeyword(value), `keyword ${value} is missing`);
    else throw new RuleError(`unknown requirement "${kind}"`, 'version, feature or keyword', CODE);
  }
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new RuleError(message, undefined, CODE);
}

function checkVersion(setup: RulesetSetup, value: string): void {
  const holds = value.split('|').map((all) => conditions(all).every((holdsFor) => holdsFor(setup.version)));
  check(holds.includes(true), `version ${setup.version.join('.')} is not ${value}`);
}

type VersionTest = (version: readonly number[]) => boolean;

// `>= 7.0.4 < 8`: operators may touch their version
function conditions(text: string): VersionTest[] {
  const tests: VersionTest[] = [];
  const pattern = /\s*(<=|>=|<|>)\s*(\d+(?:\.\d+){0,2})(?:-\S+)?\s*/y;
  const body = text.trim();
  while (pattern.lastIndex < body.length) {
    const match = pattern.exec(body);
    if (match === null) throw new RuleError(`requires: "${body}" is no version condition`, 'version >= 7.0.4 < 8');
    tests.push(versionTest(match[1] as Operator, match[2]!.split('.').map(Number)));
  }
  if (tests.length === 0) throw new RuleError('requires: a version condition is empty', 'version >= 7.0.4 < 8');
  return tests;
}

function versionTest(operator: Operator, wanted: readonly number[]): VersionTest {
  return (version) => {
    const order = compare(version, wanted);
    if (operator === '<') return order < 0;
    if (operator === '<=') return order <= 0;
    return operator === '>' ? order > 0 : order >= 0;
  };
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export default defineKeyword({
  name: 'requires',
  argument: 'required',
  kind: 'meta',
  summary: 'Loads the rule only where version, feature or keyword are there.',
  page: 'rules/meta.html#requires',
  examples: ['alert tcp any any -> any any (msg:"m"; requires:version >= 7.0.0; sid:1;)'],
  compile(builder, option) {
    if (builder.seen.includes('requires')) throw new RuleError('requires is given twice');
    checkAll(builder.setup, requiredArgument(option));
  },
});
