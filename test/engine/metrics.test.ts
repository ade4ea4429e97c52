// Metrics: the text that Prometheus reads, the names of our counters in it, and the server.

import assert from 'node:assert/strict';
import { get, request } from 'node:http';
import fc from 'fast-check';
import { Counters, defineCounter } from '../../src/base/counters.ts';
import { ConfigNode, openConfig } from '../../src/config/index.ts';
import { CONTENT_TYPE, exposition, metricName } from '../../src/engine/metrics/exposition.ts';
import type { Metric } from '../../src/engine/metrics/exposition.ts';
import { metricsOf } from '../../src/engine/metrics/metrics.ts';
import { MetricsServer } from '../../src/engine/metrics/server.ts';
import { metricsAddress } from '../../src/engine/settings/index.ts';

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s; // carriage returns may stand in labels
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

interface Read {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

/** A reader of the format, as strict as its description; throws for what it does not allow. */
function read(text: string): Read[] {
  assert.ok(text === '' || text.endsWith('\n'));
  const found: Read[] = [];
  let family = '';
  for (const line of text.split('\n').slice(0, -1)) {
    if (line.startsWith('#')) {
      const [, name] = /^# (?:HELP|TYPE) (\S+) (?:\S.*)?$/.exec(line) ?? [];
      assert.ok(name !== undefined, line);
      family = name;
      continue;
    }
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    assert.equal(name, family, line);
    const number = value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value);
    found.push({ name: name, labels: readLabels(labels), value: number });
  }
  return found;
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const match = LABEL.exec(text);
    assert.ok(match !== null, text);
    const unescaped = match[2]!.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
    Object.defineProperty(labels, match[1]!, { value: unescaped, enumerable: true });
  }
  return labels;
}

describe('metrics', () => {
  it('are text that gives back what went in, whatever labels, helps and values are', () => {
    const name = fc.string({ minLength: 1 }).map(metricName);
    const labels = fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), fc.string({ unit: 'binary' }), { maxKeys: 3 });
    const sample = fc.record({ labels, value: fc.double() });
    const metric = fc.record({
      name,
      type: fc.constantFrom('counter' as const, 'gauge' as const),
      help: fc.string({ unit: 'binary', minLength: 1 }).map((text) => `h${text.replace(/\r|\u2028|\u2029/g, '')}`),
      samples: fc.array(sample, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(metric, { maxLength: 4 }), (metrics: Metric[]) => {
        const expected = metrics.flatMap((one) =>
          one.samples.map(({ labels: given, value }) => ({ name: one.name, labels: { ...given }, value: value + 0 })),
        );
        const found = read(exposition(metrics));
        assert.equal(found.length, expected.length);
        found.forEach(({ name: n, labels: l, value }, i) => {
          assert.equal(n, expected[i]!.name);
          assert.deepEqual({ ...l }, expected[i]!.labels);
          assert.ok(Object.is(value, expected[i]!.value) || value === expected[i]!.value);
        });
      }),
    );
  });

  it('are the counters of the statistics, those that only go up as such, events and protocols as labels', () => {
    const ids = {
      pkts: defineCounter('decoder.pkts'),
      memuse: defineCounter('tcp.memuse'),
      flow: defineCounter('app_layer.flow.http'),
      event: defineCounter('decoder.event.ipv4.pkt_too_small'),
      lost: defineCounter('tayra.records_lost'),
    };
    const counters = new Counters();
    Object.values(ids).forEach((id, i) => {
      counters.set(id, i + 1);
    });
    const metrics = metricsOf({
      counters,
      started: Date.now() - 5000,
      rules: null,
      lastReload: 0,
      interfaces: new Map([['eth"0', { packets: 9, drops: 2 }]]),
    });
    const names = metrics.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, 'each name stands once');
    for (const { name, type } of metrics) assert.equal(name.endsWith('_total'), type === 'counter', name);
    const samples = read(exposition(metrics));
    const value = (name: string, labels: Record<string, string> = {}): number | undefined =>
      samples.find(
        (one) => one.name === name && Object.entries(labels).every(([label, is]) => one.labels[label] === is),
      )?.value;
    assert.equal(value('tayra_decoder_pkts_total'), 1);
    assert.equal(value('tayra_tcp_memuse'), 2);
    assert.equal(value('tayra_app_layer_flows_total', { protocol: 'http' }), 3);
    assert.equal(value('tayra_decoder_events_total', { layer: 'ipv4', event: 'pkt_too_small' }), 4);
    assert.equal(value('tayra_records_lost_total'), 5);
    assert.equal(value('tayra_interface_drops_total', { interface: 'eth"0' }), 2);
    assert.ok(value('tayra_uptime_seconds')! >= 5);
    assert.ok(value('process_resident_memory_bytes')! > 1e6);
  });

  it('are served at /metrics alone, and fetched anew each time', async () => {
    let asked = 0;
    const server = await MetricsServer.open({ host: '127.0.0.1', port: 0 }, () => [
      { name: 'asked_total', type: 'counter', help: 'h', samples: [{ value: ++asked }] },
    ]);
    assert.ok(server instanceof MetricsServer);
    const fetchText = (path: string, method = 'GET'): Promise<[number, string, string | undefined]> =>
      new Promise((resolve, reject) => {
        const options = { port: server.port, host: '127.0.0.1', path, method };
        const call = method === 'GET' ? get(options) : request(options).end();
        call.on('error', reject).on('response', (response) => {
          let text = '';
          response.on('data', (more: Buffer) => (text += more.toString()));
          response.on('end', () => {
            resolve([response.statusCode!, text, response.headers['content-type']]);
          });
        });
      });
    assert.deepEqual(await fetchText('/metrics'), [
      200,
      '# HELP asked_total h\n# TYPE asked_total counter\nasked_total 1\n',
      CONTENT_TYPE,
    ]);
    assert.match((await fetchText('/metrics?x=1'))[1], /asked_total 2/);
    assert.equal((await fetchText('/'))[0], 404);
    assert.equal((await fetchText('/metrics', 'POST'))[0], 405);
    const second = await MetricsServer.open({ host: '127.0.0.1', port: server.port }, () => []);
    assert.ok(typeof second === 'string' && second.includes('EADDRINUSE'));
    await server.close();
  });

  it('are given where the configuration says, on this machine alone without', () => {
    const address = (...settings: [string, string][]): ReturnType<typeof metricsAddress> =>
      metricsAddress(openConfig({ settings: settings.map(([path, value]) => ({ path, value })) }).root);
    assert.equal(metricsAddress(new ConfigNode('')), undefined);
    assert.deepEqual(address(['tayra.metrics.enabled', 'yes']), { host: '127.0.0.1', port: 9917 });
    const listen = (value: string): ReturnType<typeof metricsAddress> =>
      address(['tayra.metrics.enabled', 'yes'], ['tayra.metrics.listen', value]);
    assert.deepEqual(listen('[::]:80'), { host: '::', port: 80 });
    assert.deepEqual(listen('0.0.0.0:9000'), { host: '0.0.0.0', port: 9000 });
    assert.deepEqual(listen('nonsense'), { host: '127.0.0.1', port: 9917 });
  });
});
