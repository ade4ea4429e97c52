import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConfig } from '../../src/config/index.ts';

describe('texts of a configuration', () => {
  it('open it as it was, whatever its files say by now', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tayra-texts-'));
    const write = (name: string, text: string): string => {
      const path = join(folder, name);
      writeFileSync(path, `%YAML 1.1\n---\n${text}\n`);
      return path;
    };
    const file = write('main.yaml', 'one: 1\ninclude: part.yaml');
    write('part.yaml', 'two: 2');
    const sources = { file, includes: [write('last.yaml', 'three: 3')] };
    const { texts } = openConfig(sources);
    write('main.yaml', 'one: [');
    rmSync(join(folder, 'part.yaml'));
    write('last.yaml', 'three: 4');
    const again = openConfig({ ...sources, texts });
    assert.equal(again.ok, true);
    assert.deepEqual(
      ['one', 'two', 'three'].map((key) => again.root.string(key)),
      ['1', '2', '3'],
    );
    assert.deepEqual(again.texts, texts);
    assert.equal(openConfig(sources).ok, false);
    rmSync(folder, { recursive: true });
  });
});
