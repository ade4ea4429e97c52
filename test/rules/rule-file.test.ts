import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nearley from 'nearley';
import { parseRuleText, readRuleFile } from '../../src/rules/rule-file.ts';

/** States that the parsers made for the texts that `work` parses: what it cost, whatever the machine. */
function parserStates(work: () => void): number {
  const feed = nearley.Parser.prototype.feed;
  let states = 0;
  nearley.Parser.prototype.feed = function (this: nearley.Parser & { table: { states: unknown[] }[] }, text) {
    try {
      return feed.call(this, text);
    } finally {
      for (const column of this.table) states += column.states.length;
    }
  };
  try {
    work();
  } finally {
    nearley.Parser.prototype.feed = feed;
  }
  return states;
}

describe('rule files', () => {
  it('are read with a byte order mark, and with bytes that are no UTF-8', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tayra-rules-'));
    const path = join(folder, 'a.rules');
    writeFileSync(
      path,
      Buffer.concat([
        Buffer.from([0xef, 0xbb, 0xbf]),
        Buffer.from('alert tcp any any -> any any (msg:"\xe9"; sid:1;)\n', 'latin1'),
      ]),
    );
    try {
      const { rules, diagnostics } = readRuleFile(path);
      assert.deepEqual(diagnostics, []);
      assert.equal(rules[0]!.options[1]!.value, '1');
      assert.equal(rules[0]!.file, path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  it('that do not exist throw what the system says', () => {
    assert.throws(() => readRuleFile('no/such/file.rules'), { code: 'ENOENT' });
  });
  it('refuse a rule beyond all measure and go on', () => {
    const long = `alert tcp any any -> any any (${'a:b;'.repeat(100_000)})`;
    const { rules, badCount, diagnostics } = parseRuleText(`${long}\nalert tcp any any -> any any (sid:1;)`, 'x');
    assert.deepEqual([rules.length, badCount, diagnostics[0]!.code], [1, 1, 'rule/too-long']);
  });
  it('take steps linear in their size, however hostile', () => {
    const hostile = [
      (n: number) => `alert tcp any any -> any any (msg:"${'a\\'.repeat(n)}`,
      (n: number) => `alert tcp ${'['.repeat(n)}1${']'.repeat(n)} any -> any any (sid:1;)`,
      (n: number) => `alert a${':b'.repeat(n)} any any -> any any (sid:1;)`,
      (n: number) => `alert tcp any any \\\n${' -> \\\n'.repeat(n)}`,
      (n: number) => 'alert,'.repeat(n),
    ];
    for (const make of hostile) {
      const steps = (n: number) => parserStates(() => parseRuleText(make(n), 'x'));
      // a constant part makes the growth smaller, never larger; quadratic would be four times as many
      assert.ok(steps(2000) <= 2.2 * steps(1000), make(3));
    }
  });
  it('of more options take more steps, in proportion', () => {
    const steps = (n: number) =>
      parserStates(() => parseRuleText(`alert tcp any any -> any any (${'nocase; '.repeat(n)}sid:1;)`, 'x'));
    assert.ok(steps(200) > 1.5 * steps(100) && steps(200) < 2.5 * steps(100));
  });
});
