// A mix of real traffic under the ET Open rules: alerts by sid as Suricata 8 raised them, flows by protocol and events by
// type within one per cent of its counts; what differs more stands in a file, with the reason.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROTOCOLS } from '../../src/app/registry.ts';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { replay } from '../../src/engine/replay.ts';

const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));
const RECORDED = join(SHARED, 'expected/mix-small.json');
const RULES = join(SHARED, 'rules/et-open');
const KNOWN = fileURLToPath(new URL('counts-of-the-mix.known.json', import.meta.url));
const TOLERANCE = 0.01;

type Counts = Record<string, number>;

interface Recorded {
  readonly capture: string;
  readonly alerts: Counts;
  readonly events: Counts;
  readonly flows_by_app_proto: Counts;
}

/** Fewest and most that there may be, and why it is not what was recorded. */
interface Known {
  readonly ours: readonly [fewest: number, most: number];
  readonly why: string;
}

interface Event {
  readonly event_type: string;
  readonly app_proto?: string;
  readonly alert?: { readonly gid: number; readonly signature_id: number };
}

function countBy(events: readonly Event[], nameOf: (event: Event) => string | null): Counts {
  const counts: Counts = {};
  for (const event of events) {
    const name = nameOf(event);
    if (name !== null) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function eventsOf(capture: string): Event[] {
  const folder = mkdtempSync(join(tmpdir(), 'tayra-mix-'));
  try {
    const { root: config } = openConfig({
      settings: [{ path: 'detect.sgh-mpm-caching-path', value: join(folder, 'sgh') }],
    });
    const files = readdirSync(RULES).filter((name) => name.endsWith('.rules'));
    const paths = files.sort().map((name) => join(RULES, name));
    const rules = loadRules(config, paths, { isInline: false });
    const captures = [join(SHARED, capture)];
    replay({ config, captures, rules, logDirectory: folder, isInline: false, checksums: 'none' });
    const lines = readFileSync(join(folder, 'eve.json'), 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Event);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isNear = (own: number, wanted: number): boolean => Math.abs(own - wanted) <= wanted * TOLERANCE;

/** What is further off than it may be, or is known to be and is not any more. */
function offences(ours: Counts, theirs: Counts, known: Readonly<Record<string, Known>>): string[] {
  const names = new Set([...Object.keys(theirs), ...Object.keys(ours), ...Object.keys(known)]);
  return [...names].sort().flatMap((name) => {
    const [own, wanted, exception] = [ours[name] ?? 0, theirs[name] ?? 0, known[name]];
    const counts = `${name}: ${String(own)}, ${String(wanted)} recorded`;
    if (exception === undefined) return isNear(own, wanted) ? [] : [counts];
    if (isNear(own, wanted)) return [`${counts}: no longer an exception`];
    const [fewest, most] = exception.ours;
    return own >= fewest && own <= most ? [] : [counts];
  });
}

describe('counts of a mix of traffic', function () {
  this.timeout(0);
  let recorded: Recorded;
  let known: { flows: Record<string, Known>; events: Record<string, Known> };
  let events: readonly Event[] = [];
  before(function () {
    if (!existsSync(RECORDED)) {
      console.log('      skipped: ../shared/expected/mix-small.json is not there');
      this.skip();
    }
    recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Recorded;
    known = JSON.parse(readFileSync(KNOWN, 'utf8')) as typeof known;
    if (!existsSync(join(SHARED, recorded.capture)) || !existsSync(RULES)) {
      console.log(`      skipped: ../shared/${recorded.capture} or ../shared/rules is not there`);
      this.skip();
    }
    events = eventsOf(recorded.capture);
  });

  it('has the alerts that were recorded, signature by signature', () => {
    const ours = countBy(events, ({ alert }) =>
      alert === undefined ? null : `${String(alert.gid)}:${String(alert.signature_id)}`,
    );
    assert.deepEqual(Object.entries(ours).sort(), Object.entries(recorded.alerts).sort());
  });

  it('has as many flows of each protocol, but for differences with a reason', () => {
    const ours = countBy(events, ({ event_type: type, app_proto: protocol }) =>
      type === 'flow' ? (protocol ?? '-') : null,
    );
    assert.deepEqual(offences(ours, recorded.flows_by_app_proto, known.flows), []);
  });

  it('has as many events of each type that there are records of, but for differences with a reason', () => {
    const told = new Set(PROTOCOLS.flatMap(({ eve = [] }) => eve).map(({ type }) => type));
    for (const type of ['flow', 'alert', 'anomaly', 'fileinfo']) told.add(type);
    const theirs = Object.fromEntries(Object.entries(recorded.events).filter(([type]) => told.has(type)));
    const ours = countBy(events, ({ event_type: type }) => (type === 'stats' ? null : type));
    assert.deepEqual(offences(ours, theirs, known.events), []);
  });
});
