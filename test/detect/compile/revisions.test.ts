import { deepEqual, equal } from 'node:assert/strict';
import { compileRuleset } from '../../../src/detect/compile/ruleset.ts';
import type { Ruleset } from '../../../src/detect/compile/ruleset.ts';
import { findKeyword } from '../../../src/keywords/registry.ts';
import { Variables, parseRuleText } from '../../../src/rules/index.ts';
import { TestSetup } from '../../keywords/support.ts';

function load(...revisions: readonly number[]): Ruleset {
  const text = revisions.map((rev) => `alert tcp any any -> any any (msg:"r${rev}"; sid:1; rev:${rev};)`).join('\n');
  return compileRuleset(parseRuleText(text, 'test.rules').rules, {
    setup: new TestSetup(),
    variables: new Variables(),
    findKeyword,
    keywordNames: () => [],
    isPendingKeyword: () => false,
    isPendingProtocol: () => false,
    isUnsupportedKeyword: () => false,
  });
}

describe('rules of the same number', () => {
  it('are replaced by a newer revision', () => {
    const { outlines, signature, failed } = load(1, 3, 2);
    equal(outlines.length, 1);
    deepEqual([signature(0).msg, signature(0).iid], ['r3', 0]);
    equal(failed, 1);
  });

  it('are refused when the revision is not newer', () => {
    const { outlines, failed, diagnostics } = load(2, 2);
    deepEqual([outlines.length, failed, diagnostics.at(-1)!.code], [1, 1, 'rule/duplicate-sid']);
  });
});
