// Alerts of the ET Open rules that load, capture by capture, against those that Suricata raised.
// Runs the captures with alerts and a sample of the others; TAYRA_ALL_CAPTURES=1 runs all of them.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openConfig } from '../../src/config/index.ts';
import { Thresholds } from '../../src/detect/threshold/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import type { LoadedRules } from '../../src/engine/load-rules.ts';
import { replay } from '../../src/engine/replay.ts';

const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));
const RECORDED = join(SHARED, 'expected/alerts-by-capture.jsonl');
/** Differences with a reason: a pcapng capture with interfaces of several link types is read whole (docs/deviations.md). */
const KNOWN = fileURLToPath(new URL('alerts-of-captures.known.json', import.meta.url));
/** Of the captures without an alert, every n-th is run. */
const SAMPLE = 50;

/** Number of alerts by `gid:sid`. */
type Alerts = Record<string, number>;

interface Recorded {
  readonly file: string;
  readonly alerts: Alerts;
}

const config = (folder: string) =>
  openConfig({
    settings: [
      // as the recording had it
      { path: 'vars.address-groups.HOME_NET', value: '[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]' },
      { path: 'stream.reassembly.memcap', value: '64mb' },
      { path: 'detect.sgh-mpm-caching-path', value: join(folder, 'sgh') },
    ],
  }).root;

function recorded(): Recorded[] {
  const lines = readFileSync(RECORDED, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Recorded);
}

/** Alerts of the rules that load; those of other rules are left out on either side. */
function narrowed(alerts: Alerts, sids: ReadonlySet<string>): Alerts {
  return Object.fromEntries(
    Object.entries(alerts)
      .filter(([sid]) => sids.has(sid))
      .sort(),
  );
}

function alertsIn(eve: string): Alerts {
  const counts: Alerts = {};
  for (const line of readFileSync(eve, 'utf8').split('\n')) {
    if (!line.includes('"event_type":"alert"')) continue;
    const { alert } = JSON.parse(line) as { alert: { gid: number; signature_id: number } };
    const key = `${String(alert.gid)}:${String(alert.signature_id)}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function run(file: string, rules: LoadedRules, folder: string): Alerts {
  rmSync(join(folder, 'eve.json'), { force: true });
  replay({
    config: config(folder),
    captures: [join(SHARED, file)],
    rules: { ...rules, thresholds: new Thresholds() },
    logDirectory: folder,
    isInline: false,
    checksums: 'none',
  });
  return alertsIn(join(folder, 'eve.json'));
}

/** `sid: ours instead of theirs`, for each that differs. */
function differences(ours: Alerts, theirs: Alerts): string[] {
  const sids = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
  return sids
    .filter((sid) => ours[sid] !== theirs[sid])
    .map((sid) => `${sid}: ${String(ours[sid] ?? 0)} instead of ${String(theirs[sid] ?? 0)}`);
}

describe('alerts of real captures', function () {
  this.timeout(0);
  let folder = '';
  before(function () {
    if (!existsSync(RECORDED)) {
      console.log('      skipped: ../shared/expected is not there');
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'tayra-alerts-'));
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('are those that Suricata raised, but for the differences that are known', () => {
    const files = readdirSync(join(SHARED, 'rules/et-open')).filter((name) => name.endsWith('.rules'));
    const paths = files.sort().map((name) => join(SHARED, 'rules/et-open', name));
    const rules = loadRules(config(folder), paths, { isInline: false });
    const sids = new Set(rules.ruleset.outlines.map(({ gid, sid }) => `${String(gid)}:${String(sid)}`));
    const known = JSON.parse(readFileSync(KNOWN, 'utf8')) as Record<string, string[]>;
    const isAll = process.env['TAYRA_ALL_CAPTURES'] !== undefined;
    const found: Record<string, string[]> = {};
    const expected: Record<string, string[]> = {};
    recorded().forEach(({ file, alerts }, i) => {
      const theirs = narrowed(alerts, sids);
      const isChosen = isAll || Object.keys(theirs).length > 0 || known[file] !== undefined || i % SAMPLE === 0;
      if (!isChosen) return;
      if (known[file] !== undefined) expected[file] = known[file];
      const differing = differences(narrowed(run(file, rules, folder), sids), theirs);
      if (differing.length > 0) found[file] = differing;
    });
    assert.deepEqual(found, expected);
  });
});
