import assert from 'node:assert/strict';
import { compileRuleset } from '../../../src/detect/compile/ruleset.ts';
import { actionOrder } from '../../../src/detect/compile/evaluation-order.ts';
import { findKeyword } from '../../../src/keywords/registry.ts';
import { Variables, parseRuleText } from '../../../src/rules/index.ts';
import { TestSetup } from '../../keywords/support.ts';

/** Sids in evaluation order of rules given as `action|options`, numbered from 1. */
function order(rules: readonly string[], actions?: readonly string[]): number[] {
  const text = rules.map((rule, i) => {
    const [action, options] = rule.split('|') as [string, string];
    return `${action} ip any any -> any any (msg:"m"; ${options} sid:${String(i + 1)};)`;
  });
  const compiled = compileRuleset(parseRuleText(text.join('\n'), 'test.rules').rules, {
    setup: new TestSetup(),
    variables: new Variables({}, {}),
    actionOrder: actions,
    findKeyword,
    keywordNames: () => [],
    isPendingKeyword: () => false,
    isPendingProtocol: () => false,
    isUnsupportedKeyword: () => false,
  });
  assert.deepEqual(
    compiled.diagnostics.map(({ message }) => message),
    [],
  );
  return compiled.outlines.map(({ sid }) => sid);
}

describe('evaluation order', () => {
  it('goes by action first', () => {
    assert.deepEqual(order(['alert|', 'reject|', 'drop|', 'pass|', 'rejectboth|']), [4, 3, 2, 5, 1]);
  });
  it('follows action-order', () => {
    const actions = actionOrder(['alert', 'drop']);
    assert.deepEqual(order(['pass|', 'reject|', 'drop|', 'alert|'], actions), [4, 3, 1, 2]);
    assert.equal(actionOrder(['alert', 'alert']), undefined);
    assert.equal(actionOrder(['allow']), undefined);
  });
  it('puts rules that set a flowbit before those that ask for it, whatever their priority', () => {
    const rules = [
      'alert|',
      'alert|priority:1; flowbits:isset,b;',
      'alert|flowbits:isset,a; flowbits:set,b;',
      'alert|priority:9; flowbits:set,a;',
    ];
    assert.deepEqual(order(rules), [4, 3, 2, 1]);
  });
  it('puts writers of flowints and of captures before their readers', () => {
    const rules = ['alert|flowint:count,>,1;', 'alert|priority:9; flowint:count,+,1;'];
    assert.deepEqual(order(rules), [2, 1]);
    assert.deepEqual(order(['alert|pktvar:user,"x";', 'alert|pcre:"/(x)/,pkt:user"; priority:9;']), [2, 1]);
  });
  it('goes by priority, then by sid', () => {
    assert.deepEqual(order(['alert|priority:3;', 'alert|', 'alert|priority:1;']), [3, 1, 2]);
  });
});
