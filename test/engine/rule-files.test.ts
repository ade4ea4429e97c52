// Files of rules that are not there, or not as they should be: told, and no reason to end.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { ruleFiles } from '../../src/engine/rule-files.ts';

const RULE = 'alert ip any any -> any any (msg:"m"; sid:1;)\n';

describe('files of rules', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-rules-'));
    for (const name of ['b.rules', 'a.rules', 'other.txt']) writeFileSync(join(folder, name), RULE);
    mkdirSync(join(folder, 'empty'));
    mkdirSync(join(folder, 'odd.rules'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const filesOf = (...names: string[]): string[] => {
    const exclusive = names.map((name) => join(folder, name));
    return ruleFiles(openConfig({}).root, { exclusive }).map((path) => path.slice(folder.length + 1));
  };

  it('are those of a pattern or a folder, in order; what is of no file stays as it is', () => {
    assert.deepEqual(filesOf('[ab].rules', 'other.txt'), ['a.rules', 'b.rules', 'other.txt']);
    assert.deepEqual(filesOf(''), ['a.rules', 'b.rules', 'odd.rules']);
    assert.deepEqual(filesOf('none*.rules', 'none/*.rules', 'other.txt/*.rules', 'empty', 'a[.rules'), [
      'none*.rules',
      'none/*.rules',
      'other.txt/*.rules',
      'empty/*.rules',
      'a[.rules',
    ]);
  });

  it('are told where they cannot be read, and the others are loaded', () => {
    const { root } = openConfig({ settings: [{ path: 'classification-file', value: join(folder, 'empty') }] });
    const files = ['a.rules', 'none.rules', 'odd.rules'].map((name) => join(folder, name));
    const { ruleset, diagnostics } = loadRules(root, files, { isInline: false });
    assert.equal(ruleset.outlines.length, 1);
    const told = diagnostics.map(({ code, severity, message }) => `${severity} ${code} ${message}`).join('\n');
    assert.match(told, /warning config\/no-file could not open: ".*empty": EISDIR/);
    assert.match(told, /warning rule\/no-file No rule files match the pattern .*none.rules/);
    assert.match(told, /error rule\/no-file cannot be read: EISDIR/);
  });
});
