import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { replay } from '../../src/engine/replay.ts';
import { warmUp } from '../../src/engine/warm-up.ts';

const shipped = (name: string): string => fileURLToPath(new URL(`../../pcaps/${name}`, import.meta.url));

describe('warm-up', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-warm-up-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const configOf = (time: string) =>
    openConfig({
      settings: [
        { path: 'tayra.warm-up', value: time },
        { path: 'default-log-dir', value: folder },
      ],
    }).root;

  it('takes the time it may, or none, and leaves nothing behind', () => {
    const times = ['1s', '0'].map((time) => {
      const began = performance.now();
      warmUp(configOf(time), { isInline: false });
      return performance.now() - began;
    });
    assert.ok(times[0]! >= 1000 && times[1]! < 200, times.join());
    assert.deepEqual(readdirSync(folder), []);
  });

  it('has traffic that its rules match, in every way they look at it', () => {
    const config = configOf('0');
    const rules = loadRules(config, [shipped('warm-up.rules')], { isInline: false });
    assert.equal(rules.ruleset.failed, 0);
    const found = new Set<number>();
    const takeRecords = (lines: string): void => {
      for (const [, sid] of lines.matchAll(/"signature_id":(\d+)/g)) found.add(Number(sid));
    };
    const captures = [shipped('warm-up.pcap')];
    replay({ config, rules, captures, logDirectory: folder, isInline: false, checksums: 'none', takeRecords });
    // the third is there for a body that has something else, the last for an address that is not
    const text = readFileSync(shipped('warm-up.rules'), 'utf8');
    const all = [...text.matchAll(/sid:(\d+);/g)].map(([, sid]) => Number(sid));
    assert.deepEqual(
      all.filter((sid) => !found.has(sid)),
      [3, 14],
    );
  });
});
