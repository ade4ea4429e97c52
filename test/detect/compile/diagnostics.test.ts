// Every keyword's examples load; what is wrong with a rule is said with its place, its reason and what to do.

import assert from 'node:assert/strict';
import type { Diagnostic } from '../../../src/base/diagnostic.ts';
// the events that rules name are declared beside the code that raises them
import '../../../src/applayer/app-layer.ts';
import '../../../src/layers/registry.ts';
import '../../../src/stream/index.ts';
import { isPendingKeyword, isPendingProtocol, isUnsupportedKeyword } from '../../../src/app/pending.ts';
import { compileRuleset } from '../../../src/detect/compile/ruleset.ts';
import type { Ruleset } from '../../../src/detect/compile/ruleset.ts';
import { KEYWORDS, findKeyword } from '../../../src/keywords/registry.ts';
import { Variables, parseRuleText } from '../../../src/rules/index.ts';
import { TestSetup } from '../../keywords/support.ts';

function load(text: string): Ruleset & { readonly syntax: readonly Diagnostic[] } {
  const { rules, diagnostics } = parseRuleText(text, 'test.rules');
  const compiled = compileRuleset(rules, {
    setup: new TestSetup(),
    variables: new Variables({ HOME_NET: '10.0.0.0/8' }, {}),
    findKeyword,
    keywordNames: () => KEYWORDS.map(({ name }) => name),
    isPendingKeyword,
    isPendingProtocol,
    isUnsupportedKeyword,
  });
  return { ...compiled, syntax: diagnostics };
}

/** These need files, a database or an interpreter that a test of the text alone does not have. */
const NEEDS_FILES = ['iprep', 'dataset', 'datarep', 'geoip', 'luaxform', 'filemd5', 'filesha1', 'filesha256'];

describe('examples of keywords', () => {
  for (const { name, examples } of KEYWORDS.filter(({ name }) => !NEEDS_FILES.includes(name))) {
    it(`of ${name} load`, () => {
      assert.ok(examples.length > 0);
      for (const example of examples) {
        const { diagnostics, syntax } = load(example);
        const errors = [...diagnostics, ...syntax].filter(({ severity }) => severity === 'error');
        assert.deepEqual(errors, [], example);
      }
    });
  }
});

const RULE = (options: string): string => `alert tcp any any -> any any (msg:"m"; ${options} sid:1;)`;
const at = (text: string, part: string): number => text.indexOf(part) + 1;

/** A rule, the text its diagnostic points at, its message and its hint. */
const MISTAKES: readonly (readonly [rule: string, part: string, message: RegExp, hint: RegExp | undefined])[] = [
  [RULE('contnet:"a";'), 'contnet', /unknown rule keyword 'contnet'/, /did you mean content\?/],
  ['alret ip any any -> any any (sid:1;)', 'alret', /invalid action "alret"/, /did you mean alert\?/],
  ['alert tcpp any any -> any any (sid:1;)', 'tcpp', /protocol "tcpp"/, /did you mean tcp\?/],
  [RULE('content:"a"; depth:0;'), '0;', /depth:0 smaller than content/, undefined],
  [RULE('depth:5;'), '5;', /depth needs preceding content/, /write the content first/],
  [RULE('ttl:"5";'), '"5"', /quotes on ttl keyword that doesn't support them/, undefined],
  [RULE('content:abc;'), 'abc', /invalid formatting to content keyword/, /content:"\.\.\."/],
  [RULE('flow:to_sever;'), 'to_sever', /invalid flow option "to_sever"/, /to_server/],
  ['alert tcp any any -> $HOM_NET any (sid:1;)', '$HOM_NET', /\$HOM_NET is not defined/, /HOME_NET/],
  ['alert tcp any any -> any 99999 (sid:1;)', '99999', /at most 65535/, undefined],
  ['alert tcp any any -> any any (msg:"m";)', 'alert', /missing required value "sid"/, /add sid:NUMBER;/],
  [RULE('tcp.hdr;'), 'alert', /setup buffer tcp.hdr but didn't add matches/, /a content belongs after tcp.hdr/],
  [RULE('udp.hdr; content:"a";'), 'alert', /udp.hdr is not in packets of protocol tcp/, undefined],
  [RULE('flow:only_stream; dsize:5;'), 'alert', /can't mix packet keywords/, /nothing to look at in a stream/],
  [RULE('lua:script.lua;'), 'lua', /needs a feature that is not built in/, undefined],
];

describe('a rule that cannot load', () => {
  for (const [rule, part, message, hint] of MISTAKES) {
    it(rule, () => {
      const { diagnostics, syntax } = load(rule);
      const [found, ...others] = [...syntax, ...diagnostics];
      assert.deepEqual(others, []);
      assert.equal(found?.severity, 'error');
      assert.match(found.message, message);
      assert.equal(found.span.column, at(rule, part));
      assert.equal(found.rule, rule);
      if (hint === undefined) assert.equal(found.hint, undefined);
      else assert.match(found.hint ?? '', hint);
    });
  }

  it('names where the same sid is already', () => {
    const { diagnostics, failed } = load([RULE('ttl:1;'), RULE('ttl:2;')].join('\n'));
    assert.equal(failed, 1);
    assert.match(diagnostics[0]?.message ?? '', /^Duplicate signature/);
    assert.equal(diagnostics[0]?.hint, 'sid 1 is also at test.rules:1');
    assert.equal(diagnostics[0].span.line, 2);
  });
});

describe('a rule for another version', () => {
  it('may hold anything', () => {
    const rules = ['alert nothing any any -> $NOTHING any (nothing; requires:keyword nothing; sid:1;)'];
    const { skipped, failed, diagnostics } = load(rules.join('\n'));
    assert.deepEqual({ skipped, failed, diagnostics }, { skipped: 1, failed: 0, diagnostics: [] });
  });

  it('is left out with a warning where an event of it is not known', () => {
    const { skipped, failed, diagnostics } = load(RULE('app-layer-event:dns.nothing;'));
    assert.deepEqual({ skipped, failed }, { skipped: 1, failed: 0 });
    assert.equal(diagnostics[0]?.severity, 'warning');
  });
});

describe('a rule of an application layer that is not there', () => {
  const rule = (options: string): string => `alert http any any -> any any (msg:"m"; ${options} sid:1;)`;

  it('waits', () => {
    const { pending, failed } = load(rule('http.uri; content:"/a"; pcre:"/b/U"; http.host; content:"c";'));
    assert.deepEqual({ pending, failed }, { pending: 1, failed: 0 });
  });
  it('is refused for what is wrong in it all the same', () => {
    const { pending, failed, diagnostics } = load(rule('file_data; content:"a"; pcre:"/b/P";'));
    assert.deepEqual({ pending, failed }, { pending: 0, failed: 1 });
    assert.match(diagnostics[0]?.message ?? '', /use a sticky buffer providing "http request body"/);
  });
});
