// The metrics of a live run: its counters, its rules, its interfaces, its process.

import { counterNames } from '../../base/counters.ts';
import type { Counters } from '../../base/counters.ts';
import type { InterfaceCounts } from '../command-socket/interface-commands.ts';
import type { LoadedRules } from '../load-rules.ts';
import { compatibleVersion } from '../version.ts';
import { metricName } from './exposition.ts';
import type { Metric, Sample } from './exposition.ts';

export interface MetricParts {
  readonly counters: Counters;
  /** Milliseconds of the clock. */
  readonly started: number;
  readonly rules: LoadedRules | null;
  /** Microseconds since the epoch, 0 without detection. */
  readonly lastReload: number;
  readonly interfaces: ReadonlyMap<string, InterfaceCounts>;
}

/** Names that only their last part tells apart: one metric each, that part as label. */
const FAMILIES = [
  ['app_layer_flows', /^app_layer\.flow\.(.+)$/, ['protocol'], 'Flows by what they speak.'],
  ['app_layer_transactions', /^app_layer\.tx\.(.+)$/, ['protocol'], 'Transactions by protocol.'],
  ['app_layer_errors', /^app_layer\.error\.(.+?)\.(.+)$/, ['protocol', 'kind'], 'What parsers gave up for.'],
  ['decoder_events', /^decoder\.event\.(.+?)\.(.+)$/, ['layer', 'event'], 'What is wrong with headers.'],
  ['stream_events', /^stream\.(.+)$/, ['event'], 'What is wrong with TCP sessions.'],
  ['ips_drops', /^ips\.drop_reason\.(.+)$/, ['reason'], 'Packets that were stopped, by reason.'],
] as const;

/** Counters that go down too. */
const GAUGE =
  /(?:memuse|memcap\.pressure(?:_max)?|\.active(?:_sessions)?|_pkt_size|open_files|capacity|max_.*|\.expectations)$/;
/** Ours, in Suricata's tree of counters below `tayra`. */
const OWN = /^tayra\./;

export function metricsOf(parts: MetricParts): Metric[] {
  const now = Date.now();
  const { arch, platform, version } = process;
  const build = { version: compatibleVersion().join('.'), node: version, platform, arch };
  return [
    gauge('tayra_build_info', 'Version of Suricata that this is compatible with, and what it runs on.', [
      { labels: build, value: 1 },
    ]),
    gauge('tayra_uptime_seconds', 'Seconds since the start.', [{ value: (now - parts.started) / 1000 }]),
    ...ruleMetrics(parts),
    ...interfaceMetrics(parts.interfaces),
    ...counterMetrics(parts.counters),
    ...processMetrics(),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'gauge', help, samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `${name}_total`, type: 'counter', help, samples };
}

function ruleMetrics({ rules, lastReload }: MetricParts): Metric[] {
  if (rules === null) return [];
  const { outlines, failed, skipped } = rules.ruleset;
  const states = { loaded: outlines.length, failed, skipped };
  return [
    gauge(
      'tayra_rules',
      'Rules in force, and those that did not load.',
      Object.entries(states).map(([state, value]) => ({ labels: { state }, value })),
    ),
    gauge('tayra_last_reload_timestamp_seconds', 'When the rules were loaded.', [{ value: lastReload / 1e6 }]),
  ];
}

function interfaceMetrics(interfaces: MetricParts['interfaces']): Metric[] {
  const samples = (count: keyof InterfaceCounts): Sample[] =>
    [...interfaces].map(([name, counts]) => ({ labels: { interface: name }, value: counts[count] }));
  if (interfaces.size === 0) return [];
  return [
    counter('tayra_interface_packets', 'Packets that the kernel had, those without room included.', samples('packets')),
    counter('tayra_interface_drops', 'Packets that the kernel had no room for.', samples('drops')),
  ];
}

function counterMetrics(counters: Counters): Metric[] {
  const metrics = new Map<string, { metric: Metric; samples: Sample[] }>();
  counterNames().forEach((name, id) => {
    const { family, sample } = placeOf(name, counters.get(id));
    const known = metrics.get(family.name);
    if (known !== undefined) known.samples.push(sample);
    else {
      const samples = [sample];
      metrics.set(family.name, { metric: { ...family, samples }, samples });
    }
  });
  return [...metrics.values()].map(({ metric }) => metric);
}

function placeOf(counterName: string, value: number): { family: Omit<Metric, 'samples'>; sample: Sample } {
  for (const [name, pattern, labels, help] of FAMILIES) {
    const match = pattern.exec(counterName);
    if (match === null) continue;
    const named = Object.fromEntries(labels.map((label, i) => [label, match[i + 1]!]));
    return { family: { name: `tayra_${name}_total`, type: 'counter', help }, sample: { labels: named, value } };
  }
  const base = `tayra_${metricName(counterName.replace(OWN, ''))}`;
  const help = `Counter ${counterName} of the statistics.`;
  const family = GAUGE.test(counterName)
    ? ({ name: base, type: 'gauge', help } as const)
    : ({ name: `${base}_total`, type: 'counter', help } as const);
  return { family, sample: { value } };
}

function processMetrics(): Metric[] {
  const { system, user } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return [
    {
      name: 'process_cpu_seconds_total',
      type: 'counter',
      help: 'Processor time used.',
      samples: [{ value: (system + user) / 1e6 }],
    },
    gauge('process_resident_memory_bytes', 'Memory in use.', [{ value: rss }]),
    gauge('tayra_heap_used_bytes', 'Memory of JavaScript objects in use.', [{ value: heapUsed }]),
  ];
}
