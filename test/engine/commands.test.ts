// Commands that look into a run or change it, with the answers that Suricata 8 gives to the same.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { log } from '../../src/base/log.ts';
import { ConfigNode } from '../../src/config/index.ts';
import { createCommands } from '../../src/engine/command-socket/commands.ts';
import type { Command } from '../../src/engine/command-socket/server.ts';
import { RunControl } from '../../src/engine/control.ts';
import { F } from '../../src/framework/flows.ts';
import { ascii, udp4 } from '../support/packets.ts';
import { LiveRun } from './live-run.ts';

const RULES = [
  'alert udp any any -> any any (msg:"m"; udp.hdr; dataset:set,seen,type string,state seen.lst; sid:1;)',
  'alert udp any any -> any any (msg:"m"; ip.src; dataset:isset,hosts,type ip; sid:2;)',
  'alert udp any any -> any any (msg:"m"; hostbits:isset,bad,src; sid:3;)',
  'alert udp any any -> any any (msg:"m"; content:"xyz"; xbits:set,worse,track ip_src,expire 60; sid:4;)',
];

describe('commands on a run', () => {
  let folder: string;
  let live: LiveRun;
  let commands: ReadonlyMap<string, Command>;
  beforeEach(() => {
    log.configure([]);
    folder = mkdtempSync(join(tmpdir(), 'tayra-commands-'));
    live = new LiveRun(folder, RULES);
    const { run, reloader } = live;
    commands = createCommands({
      config: new ConfigNode(''),
      control: new RunControl(),
      started: Date.now(),
      captureMode: 'AF_PACKET_DEV',
      runningMode: 'single',
      run: () => run,
      rules: () => run.rules,
      lastReload: () => run.lastReload,
      reloader,
      update: () => undefined,
      more: [],
    });
  });
  afterEach(() => {
    live.run.finish();
    rmSync(folder, { recursive: true });
  });

  /** `OK` or `NOK` with the message. */
  async function ask(command: string, given: Record<string, unknown> = {}): Promise<[string, unknown]> {
    const { isOk, message } = await commands.get(command)!(given);
    return [isOk ? 'OK' : 'NOK', message];
  }
  const expectAnswer = async (command: string, given: object, ...answer: unknown[]): Promise<void> => {
    assert.deepEqual(await ask(command, { ...given }), answer);
  };

  const HOST = '10.0.0.1';
  const frame = udp4({}, ascii('hello'));

  it('memcap-*: what parts of the engine may use', async () => {
    const [, list] = await ask('memcap-list');
    const names = (list as { name: string }[]).map(({ name }) => name).sort();
    const applications = ['applayer-proto-http', 'applayer-proto-http-byterange', 'ftp'];
    assert.deepEqual(
      names,
      [...applications, 'defrag', 'flow', 'host', 'ippair', 'stream', 'stream-reassembly'].sort(),
    );
    await expectAnswer('memcap-show', { config: 'stream' }, 'OK', { value: '64mb' });
    const unknown = "Memcap value not found. Use 'memcap-list' to show all";
    await expectAnswer('memcap-show', { config: 'nothing' }, 'NOK', unknown);
    await expectAnswer('memcap-set', { config: 'nothing', memcap: '1mb' }, 'NOK', unknown);
    await expectAnswer('memcap-set', { memcap: '1mb' }, 'NOK', 'memcap key is not a string');
    await expectAnswer('memcap-set', { config: 'flow', memcap: 5 }, 'NOK', 'memcap value is not a string');
    const unread = 'error parsing memcap specified, value not changed';
    await expectAnswer('memcap-set', { config: 'flow', memcap: 'abc' }, 'NOK', unread);
    const unlimited = "Unlimited value is not allowed for 'flow'";
    await expectAnswer('memcap-set', { config: 'flow', memcap: '0' }, 'NOK', unlimited);
    const set = "memcap value for 'stream' updated: 2621440000 ";
    await expectAnswer('memcap-set', { config: 'stream', memcap: '2500mb' }, 'OK', set);
    await expectAnswer('memcap-show', { config: 'stream' }, 'OK', { value: '2gb' });
  });

  it('memcap-set: holds from the next packet on, for less and for more', async () => {
    const { counters, pipeline } = live.run.worker;
    /** Packets more that found no room for a flow, of forty. */
    const refusedOfForty = (): number => {
      const before = counters.byName('flow.memcap');
      live.feed(...Array.from({ length: 40 }, (_, i) => udp4({ sp: 1000 + i }, ascii('x'))));
      return counters.byName('flow.memcap') - before;
    };
    const set = (config: string, memcap: string | number): Promise<[string, unknown]> =>
      ask('memcap-set', { config, memcap: String(memcap) });
    live.feed(frame);
    pipeline.updateGauges();
    const perFlow = counters.byName('flow.memuse');
    assert.equal((await set('flow', 20 * perFlow))[0], 'OK');
    assert.ok(refusedOfForty() > 0);
    pipeline.updateGauges();
    assert.match(
      String((await set('flow', 2 * perFlow))[1]),
      /^memcap value specified for 'flow' is less than the mem/,
    );
    assert.equal((await set('flow', '1mb'))[0], 'OK');
    assert.equal(refusedOfForty(), 0);
    assert.match(String((await set('defrag', '1gb'))[1]), /cannot be more than at the start: 32mb/);
    assert.match(String((await set('host', '64mb'))[1]), /cannot be changed while running/);
  });

  it('dataset-*: entries of sets that rules ask', async () => {
    const hosts = { setname: 'hosts', settype: 'ip' };
    const entry = { ...hosts, datavalue: HOST };
    assert.deepEqual(live.feed(frame), [1]);
    await expectAnswer('dataset-add', entry, 'OK', 'data added');
    await expectAnswer('dataset-add', entry, 'OK', 'data already in set');
    assert.deepEqual(live.feed(frame), [2]);
    await expectAnswer('dataset-lookup', { ...entry, datavalue: `::ffff:${HOST}` }, 'OK', 'item found in set');
    await expectAnswer('dataset-remove', entry, 'OK', 'data removed');
    await expectAnswer('dataset-remove', entry, 'NOK', 'failed to remove data');
    await expectAnswer('dataset-lookup', entry, 'NOK', 'item not found in set');
    assert.deepEqual(live.feed(frame), []);
    await expectAnswer('dataset-add', { ...entry, datavalue: 'x' }, 'NOK', 'failed to add data');
    await expectAnswer('dataset-add', { ...entry, settype: 'md5' }, 'NOK', 'set not found or wrong type');
    await expectAnswer('dataset-add', { ...entry, settype: 'no' }, 'NOK', 'unknown settype');
    await expectAnswer('dataset-add', hosts, 'NOK', 'datavalue is not string');
    await expectAnswer('dataset-add', { settype: 'ip' }, 'NOK', 'setname is not a string');
    await expectAnswer('dataset-add', { setname: 'hosts' }, 'NOK', 'settype is not a string');
    await expectAnswer('dataset-dump', {}, 'OK', 'datasets dump done');
    assert.equal(readFileSync(join(folder, 'seen.lst'), 'utf8').trimEnd().split('\n').length, 1);
    await expectAnswer('dataset-clear', { setname: 'seen', settype: 'string' }, 'OK', 'dataset cleared');
    assert.deepEqual(live.feed(frame), [1]);
    await expectAnswer('dataset-add-json', { ...entry, datajson: '{"why":"test"}' }, 'OK', 'data added');
    await expectAnswer('dataset-add-json', { ...entry, datajson: '{' }, 'NOK', 'failed to add data');
  });

  it('*-hostbit: marks of hosts that rules set and ask', async () => {
    const host = { ipaddress: HOST };
    const bad = { ...host, hostbit: 'bad' };
    await expectAnswer('list-hostbit', host, 'NOK', 'host not found');
    await expectAnswer('add-hostbit', { ...host, hostbit: 'no' }, 'NOK', 'hostbit not found');
    await expectAnswer('add-hostbit', { ...bad, expire: '6' }, 'NOK', 'expire is not an integer');
    await expectAnswer('add-hostbit', { ...host, expire: 6 }, 'NOK', 'hostbit is not a string');
    await expectAnswer('add-hostbit', { ipaddress: '1.2.3' }, 'NOK', 'invalid address string');
    await expectAnswer('add-hostbit', {}, 'NOK', 'ipaddress is not an string');
    await expectAnswer('remove-hostbit', bad, 'NOK', 'host not found');
    await expectAnswer('add-hostbit', { ...bad, expire: 60 }, 'OK', 'hostbit added');
    await expectAnswer('list-hostbit', host, 'OK', { count: 1, hostbits: [{ name: 'bad', expire: 60 }] });
    assert.deepEqual(live.feed(frame), [1, 3]);
    await expectAnswer('remove-hostbit', bad, 'OK', 'hostbit removed');
    await expectAnswer('list-hostbit', host, 'OK', { count: 0, hostbits: [] });
    assert.deepEqual(live.feed(frame), []);
    const worse = { ipaddress: 'fe80::1', hostbit: 'worse', expire: 5 };
    await expectAnswer('add-hostbit', worse, 'OK', 'hostbit added');
    const listed = { count: 1, hostbits: [{ name: 'worse', expire: 5 }] };
    await expectAnswer('list-hostbit', { ipaddress: 'fe80:0::1' }, 'OK', listed);
  });

  it('get-flow-stats-by-id: a flow that is open', async () => {
    live.feed(frame, frame);
    const id = live.run.worker.flows.double(0, F.id);
    await expectAnswer('get-flow-stats-by-id', { flow_id: id }, 'OK', {
      pkts_toclient: 0,
      pkts_toserver: 2,
      bytes_toclient: 0,
      bytes_toserver: 2 * frame.length,
      age: 0,
    });
    await expectAnswer('get-flow-stats-by-id', { flow_id: 1 }, 'NOK', 'Not found');
    await expectAnswer('get-flow-stats-by-id', { flow_id: 'x' }, 'NOK', 'flow_id is not an integer');
  });

  it('reload-rules: answers when it is done, or why it is not', async () => {
    live.write([RULES[1]!]);
    await expectAnswer('reload-rules', {}, 'OK', 'done');
    const stats = { id: 0, rules_loaded: 1, rules_failed: 0, rules_skipped: 0 };
    await expectAnswer('ruleset-stats', {}, 'OK', [stats]);
    live.write(['alert nonsense']);
    const both = [ask('ruleset-reload-nonblocking'), ask('reload-rules')];
    assert.deepEqual(await Promise.all(both), [
      ['OK', 'done'],
      ['NOK', 'Reload already in progress'],
    ]);
    while (live.reloader.isBusy) await new Promise((resolve) => setImmediate(resolve));
    await expectAnswer('ruleset-reload-rules', {}, 'NOK', 'none of 1 rules could be loaded');
  });
});
