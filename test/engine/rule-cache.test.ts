// Compiled rules on disk: the next start comes to the same as the first, and anything that changed makes it compile anew.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { log } from '../../src/base/log.ts';
import { openConfig } from '../../src/config/index.ts';
import type { SignatureOutline } from '../../src/detect/compile/outline.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import type { LoadedRules } from '../../src/engine/load-rules.ts';
import { flowbitNames } from '../../src/keywords/flowbits.ts';

const RULES = [
  'alert tcp $HOME_NET any -> !$HOME_NET [80,8080:8090] (msg:"\u00fcber"; content:"ab|00|"; depth:3; content:!"x"; pcre:"/a+b/R"; sid:1; rev:3;)',
  'alert http any any -> any any (msg:"m"; flow:to_server; http.uri; to_lowercase; content:"/evil"; fast_pattern; http.host; content:"a.b"; flowbits:set,seen; sid:2;)',
  'alert tls any any <> any any (msg:"m"; tls.sni; content:"x.test"; nocase; endswith; flowbits:isset,unseen; sid:3;)',
  'drop ip [192.0.2.1,192.0.2.2] any -> any any (msg:"m"; sid:4;)',
  'alert tcp any any -> any any (msg:"m"; frame:smtp.command_line; content:"EXPN"; sid:5;)',
  'pass pkthdr any any -> any any (msg:"m"; decode-event:ipv4.pkt_too_small; sid:6;)',
  'alert http any any => any any (msg:"m"; http.method; content:"PUT"; http.stat_code; content:"201"; sid:7;)',
  'alert tcp any any -> any any (msg:"bad"; content:"unclosed; sid:8;)',
  'alert tcp any any -> any \\',
  '  25 (msg:"two lines"; content:"RCPT"; dsize:<100; threshold:type limit,track by_src,count 1,seconds 60; sid:9;)',
  'alert tcp any any -> any any (msg:"older"; sid:1; rev:2;)',
];

describe('rule cache', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-rules-'));
    write(RULES);
  });
  afterEach(() => {
    log.configure([]);
    rmSync(folder, { recursive: true });
  });

  const kept = (): string => join(folder, 'kept');
  const keptFiles = (): string[] => readdirSync(kept()).filter((name) => name.endsWith('.rules'));
  const write = (rules: readonly string[]): void => {
    writeFileSync(join(folder, 'test.rules'), `${rules.join('\n')}\n`);
  };

  function load(settings: Readonly<Record<string, string>> = {}, program = 'one'): LoadedRules {
    const all = { 'detect.sgh-mpm-caching': 'yes', 'detect.sgh-mpm-caching-path': kept(), ...settings };
    const { root } = openConfig({ settings: Object.entries(all).map(([path, value]) => ({ path, value })) });
    return loadRules(root, [join(folder, 'test.rules')], { isInline: false, program });
  }

  /** All that can be told of loaded rules, signatures as far as they are data. */
  function told({ ruleset, diagnostics, total, setup }: LoadedRules): unknown {
    const { outlines, failed, pending, skipped } = ruleset;
    const whole = outlines.map(({ iid }) => {
      const { sid, iid: number, msg, text, line, flags, txSteps, payload } = ruleset.signature(iid);
      return { sid, number, msg, text, line, flags, steps: txSteps.length, contents: payload?.contents.length };
    });
    const plain = outlines.map((outline: SignatureOutline) => ({
      ...outline,
      place: [outline.place.text.file, outline.place.start, outline.place.line],
    }));
    const demands = [...setup.demands];
    return { failed, pending, skipped, diagnostics, total, whole, plain, demands, names: flowbitNames(setup).names };
  }

  it('gives the same as compiling', () => {
    const first = told(load());
    assert.equal(keptFiles().length, 1);
    const file = join(kept(), keptFiles()[0]!);
    const before = readFileSync(file);
    assert.deepEqual(told(load()), first);
    assert.deepEqual(readFileSync(file), before, 'what is kept is read, not made again');
    assert.deepEqual(told(load({ 'detect.sgh-mpm-caching': 'no' })), first);
  });

  it('does not serve other rules, variables, settings or programs', () => {
    load();
    load({ 'vars.address-groups.HOME_NET': '10.0.0.0/8' });
    assert.equal(keptFiles().length, 2);
    load({}, 'another');
    assert.equal(keptFiles().length, 3);
    write(['alert tcp any any -> any any (msg:"new"; sid:77;)']);
    assert.deepEqual(
      load().ruleset.outlines.map(({ sid }) => sid),
      [77],
    );
    assert.equal(keptFiles().length, 4);
  });

  it('asks again for the settings that rules asked for', () => {
    write(['alert tcp any any -> any any (msg:"m"; flowbits:set,a; flowbits:set,b; sid:1;)']);
    assert.equal(load().ruleset.failed, 0);
    assert.equal(load({ 'detect.flowbits.max-per-signature': '1' }).ruleset.failed, 1);
    assert.equal(load().ruleset.failed, 0);
  });

  it('compiles what reads files at every start', () => {
    writeFileSync(join(folder, 'hashes.list'), `${'0'.repeat(32)}\n`);
    write(['alert http any any -> any any (msg:"m"; filemd5:hashes.list; sid:1;)']);
    assert.equal(load().ruleset.outlines.length, 1);
    assert.equal(load().ruleset.outlines.length, 1);
    rmSync(join(folder, 'hashes.list'));
    const { ruleset } = load();
    assert.deepEqual([ruleset.outlines.length, ruleset.failed], [0, 1]);
    writeFileSync(join(folder, 'hashes.list'), `${'0'.repeat(32)}\n`);
    assert.equal(load().ruleset.outlines.length, 1, 'a failure is not kept');
  });

  it('survives damage, and says so', () => {
    const first = told(load());
    const path = join(kept(), keptFiles()[0]!);
    const whole = readFileSync(path);
    for (const damaged of [Buffer.alloc(0), whole.subarray(0, 50), Buffer.from(whole).fill(7, 60, 70)]) {
      writeFileSync(path, damaged);
      const said: string[] = [];
      log.configure([{ level: 'warning', write: ({ message }) => said.push(message) }]);
      assert.deepEqual(told(load()), first);
      assert.equal(said.filter((message) => message.includes('damaged')).length, 1);
      assert.deepEqual(readFileSync(path), whole);
    }
  });
});
