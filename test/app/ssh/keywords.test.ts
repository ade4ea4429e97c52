import assert from 'node:assert/strict';
import ssh from '../../../src/app/ssh/index.ts';
import { compileRuleset } from '../../../src/detect/compile/ruleset.ts';
import type { Ruleset } from '../../../src/detect/compile/ruleset.ts';
import { findKeyword } from '../../../src/engine/keyword-table.ts';
import { SigFlag } from '../../../src/framework/signature.ts';
import { Variables, parseRuleText } from '../../../src/rules/index.ts';
import { TestSetup } from '../../keywords/support.ts';

const DIGEST = '2dd6531c7e89d3c925db9214711be76a';

function load(options: string, setup = new TestSetup()): Ruleset {
  const { rules } = parseRuleText(`alert ssh any any -> any any (msg:"m"; ${options} sid:1;)`, 'test.rules');
  return compileRuleset(rules, {
    setup,
    variables: new Variables({}, {}),
    findKeyword,
    keywordNames: () => [],
    isUnsupportedKeyword: () => false,
    isPendingKeyword: () => false,
    isPendingProtocol: () => false,
  });
}

const messages = ({ diagnostics }: Ruleset): string => diagnostics.map(({ message }) => message).join('\n');

describe('keywords of SSH', () => {
  for (const { name, examples } of ssh.keywords!) {
    for (const example of examples) {
      it(`${name} compiles its example`, () => {
        const options = example.slice(example.indexOf('(msg:"m";') + 9, example.indexOf('sid:'));
        assert.deepEqual(load(options).diagnostics, []);
      });
    }
  }

  it('say that rules want fingerprints', () => {
    const setup = new TestSetup();
    load('ssh.software; content:"x";', setup);
    assert.deepEqual([...setup.demands], []);
    load('ssh.hassh.server.string; content:"x";', setup);
    assert.deepEqual([...setup.demands], ['hassh']);
  });

  it('on fingerprints are refused where the configuration makes none', () => {
    const setup = new TestSetup();
    setup.settings.set('app-layer.protocols.ssh.hassh', 'no');
    assert.match(messages(load(`ssh.hassh; content:"${DIGEST}";`, setup)), /hassh support is not enabled/);
  });

  it('on digests look for whole ones', () => {
    assert.match(messages(load('ssh.hassh; content:"2dd6";')), /32 characters/);
    assert.equal(messages(load('ssh.hassh; to_lowercase; content:"2dd6";')), '');
  });

  it('make the rule one of their direction', () => {
    const flags = (options: string): number => load(options).outlines[0]!.flags & (SigFlag.toServer | SigFlag.toClient);
    assert.equal(flags('ssh.hassh.string; content:"x";'), SigFlag.toServer);
    assert.equal(flags('ssh.hassh.server.string; content:"x";'), SigFlag.toClient);
    assert.equal(flags('ssh.proto; content:"x";'), 0);
  });

  it('of two directions do not go together', () => {
    const both = 'ssh.hassh.string; content:"x"; ssh.hassh.server.string; content:"x";';
    assert.match(messages(load(both)), /conflicting directions/);
    assert.match(messages(load(`flow:to_client; ssh.hassh.string; content:"x";`)), /conflicting directions/);
  });

  it('that are obsolete name their successors', () => {
    assert.match(messages(load('ssh.protoversion:2_compat;')), /use now ssh\.proto/);
    assert.match(messages(load('ssh.softwareversion:PuTTY;')), /use now ssh\.software/);
  });
});
