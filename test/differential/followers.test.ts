// Flow records are the same whether the transactions of their protocols are looked at or not: what follows flows where
// nobody looks counts, changes and fails like the parsers.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { replay } from '../../src/engine/replay.ts';

const SHIPPED = fileURLToPath(new URL('../../pcaps/', import.meta.url));
const SHARED = fileURLToPath(new URL('../../../shared/pcaps/', import.meta.url));

function capturesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/** The flow records of captures, in order. @param types event types beside them */
const flowsOf = (captures: readonly string[], types: readonly string[]): string[] => recordsOf(captures, types, 'flow');

/** The records of one type, in order, where flows and those of `types` are written. */
function recordsOf(captures: readonly string[], types: readonly string[], wanted: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tayra-followers-'));
  try {
    const file = join(folder, 'config.yaml');
    const listed = ['flow', ...types].map((type) => `        - ${type}\n`).join('');
    writeFileSync(file, `%YAML 1.1\n---\noutputs:\n  - eve-log:\n      enabled: yes\n      types:\n${listed}`);
    const { root: config } = openConfig({ file });
    const rules = loadRules(config, [], { isInline: false });
    replay({ config, captures, rules, logDirectory: folder, isInline: false, checksums: 'none' });
    const lines = readFileSync(join(folder, 'eve.json'), 'utf8').split('\n');
    return lines.filter((line) => line.includes(`"event_type":"${wanted}"`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compare(captures: readonly string[]): void {
  const followed = flowsOf(captures, []);
  const parsed = flowsOf(captures, ['http', 'tls', 'dns', 'smtp', 'anomaly']);
  assert.ok(followed.length > 0);
  assert.equal(followed.length, parsed.length);
  followed.forEach((line, i) => {
    assert.equal(line, parsed[i]);
  });
}

describe('followers', () => {
  it('stand in only for the protocols that no record is asked of', () => {
    const captures = capturesIn(SHIPPED);
    const all = recordsOf(captures, ['http', 'dns', 'tls'], 'dns');
    assert.ok(all.length > 0);
    assert.deepEqual(recordsOf(captures, ['dns'], 'dns'), all);
  });

  it('leave the flow records of the shipped captures as they are', () => {
    compare(capturesIn(SHIPPED));
  });

  it('leave the flow records of real captures as they are', function () {
    this.timeout(120_000);
    if (!existsSync(SHARED)) this.skip();
    compare(capturesIn(SHARED));
  });
});
