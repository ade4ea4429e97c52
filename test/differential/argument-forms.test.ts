// Forms of keyword arguments: what loads here is what Suricata loads, but for the differences that are known.
// Runs where Suricata 8 is installed; SURICATA_PEER names its program.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
// the events that rules name are declared beside the code that raises them
import '../../src/applayer/app-layer.ts';
import '../../src/layers/registry.ts';
import '../../src/stream/index.ts';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { HASH_LISTS, argumentForms } from './argument-forms.ts';

const PEER = process.env['SURICATA_PEER'] ?? join(homedir(), '.cache', 'suricata-peer', 'suricata8');
/** By `keyword:value`, the reason. */
const KNOWN = new URL('argument-forms.known.json', import.meta.url);
/** Of the released version compared with; its successors may know more. */
const PEER_VERSION = /^This is Suricata version 8\./m;

/** Lines of rules that the peer refuses. */
function refusedByPeer(file: string, folder: string): Set<number> {
  const args = ['-T', '-S', file, '-l', join(folder, 'log'), '--set', `default-rule-path=${folder}`];
  const { stdout, stderr } = spawnSync(PEER, args, { encoding: 'utf8' });
  const lines = (stdout + stderr).matchAll(/error parsing signature .* from file .* at line (\d+)/g);
  return new Set([...lines].map((match) => Number(match[1])));
}

/** Lines that are refused here; a rule that waits for an application layer is not. */
function refusedHere(file: string, folder: string): Set<number> {
  const config = openConfig({ settings: [{ path: 'default-rule-path', value: folder }] }).root;
  const { diagnostics } = loadRules(config, [file], { isInline: false });
  return new Set(diagnostics.filter(({ severity }) => severity === 'error').map(({ span }) => span.line));
}

describe('forms of arguments', function () {
  this.timeout(0);
  let folder = '';
  before(function () {
    if (!existsSync(PEER) || !PEER_VERSION.test(spawnSync(PEER, ['-V'], { encoding: 'utf8' }).stdout)) {
      console.log('      skipped: Suricata 8 is not installed');
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'tayra-forms-'));
    mkdirSync(join(folder, 'log'));
    for (const [name, text] of Object.entries(HASH_LISTS)) writeFileSync(join(folder, name), text);
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('are judged as by Suricata', () => {
    const forms = argumentForms();
    const file = join(folder, 'forms.rules');
    writeFileSync(file, forms.map(({ rule }) => `${rule}\n`).join(''));
    const peer = refusedByPeer(file, folder);
    assert.ok(peer.size > 1000 && peer.size < forms.length, 'the peer judged the rules');
    const refused = refusedHere(file, folder);
    const known = JSON.parse(readFileSync(KNOWN, 'utf8')) as Record<string, string>;
    const found = forms.flatMap(({ keyword, value }, index) => {
      const name = `${keyword}:${value}`;
      const isRefused = refused.has(index + 1);
      if (isRefused === peer.has(index + 1)) return [];
      return Object.hasOwn(known, name) ? [] : [`${name} is ${isRefused ? 'refused' : 'accepted'}`];
    });
    assert.deepEqual(found, []);
  });
});
