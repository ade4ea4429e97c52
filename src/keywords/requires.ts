// requires: loads a rule only where the engine has the version, feature or keyword it names.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import { requiredArgument } from '../framework/keyword-argument.ts';

const CODE = 'rule/requires-unmet';
type Operator = '<=' | '>=' | '<' | '>';

function checkAll(setup: RulesetSetup, text: string): void {
  const versions: string[] = [];
  const others: [kind: string, value: string][] = [];
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const [, kind, value] = /^\s*([^\s<>|]+)\s*(.*?)\s*$/s.exec(part) ?? [];
    if (kind === undefined) throw new RuleError(`requires: "${part.trim()}" is no requirement`);
    if (kind === 'version') versions.push(value!);
    else others.push([kind, value!]);
  }
  if (versions.length > 1) throw new RuleError('requires: version may only be specified once');
  // what cannot be read is an error, whatever else is not met
  const alternatives = versions.map(versionTests);
  for (const [index, alternative] of alternatives.entries()) checkVersion(setup, alternative, versions[index]!);
  for (const [kind, value] of others) {
    if (kind === 'feature') check(setup.features.has(value), `feature ${value} is missing`);
    else if (kind === 'keyword') check(setup.hasKeyword(value), `keyword ${value} is missing`);
    else throw new RuleError(`unknown requirement "${kind}"`, 'version, feature or keyword', CODE);
  }
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new RuleError(message, undefined, CODE);
}

/** All of one of the lists must hold. */
type Alternatives = readonly (readonly VersionTest[])[];

function checkVersion(setup: RulesetSetup, alternatives: Alternatives, value: string): void {
  const holds = alternatives.some((tests) => tests.every((holdsFor) => holdsFor(setup.version)));
  check(holds, `version ${setup.version.join('.')} is not ${value}`);
}

function versionTests(value: string): Alternatives {
  const alternatives = value.split('|').map((text) => text.trim());
  // nothing after the last "|" is no alternative
  if (alternatives.length > 1 && alternatives.at(-1) === '') alternatives.pop();
  return alternatives.map(conditions);
}

type VersionTest = (version: readonly number[]) => boolean;

/** Largest number of a version that can be asked for. */
const MAX_PART = 255;

// `>= 7.0.4 < 8`: operators may touch their version; parts after the third and what follows the number mean nothing
function conditions(text: string): VersionTest[] {
  const tests: VersionTest[] = [];
  const pattern = /\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)*)(?![\d.])([^<>|]*)/y;
  const body = text.trim();
  while (pattern.lastIndex < body.length) {
    const match = pattern.exec(body);
    if (match === null || /^[.\w]/.test(match[3]!) || match[2]!.split('.').some((number) => Number(number) > MAX_PART))
      throw new RuleError(`requires: "${body}" is no version condition`, 'version >= 7.0.4 < 8');
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
