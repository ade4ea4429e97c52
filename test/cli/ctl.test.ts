// tayra ctl and tayra drops: what is typed, what goes over the socket, what comes of it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandClient, ConnectionError } from '../../src/cli/command-client.ts';
import { parseCtl } from '../../src/cli/ctl.ts';
import { createCommands } from '../../src/engine/command-socket/commands.ts';
import { captureCommands } from '../../src/engine/command-socket/capture-commands.ts';
import { interfaceCommands } from '../../src/engine/command-socket/interface-commands.ts';
import { CommandSocket, ok, refused } from '../../src/engine/command-socket/server.ts';
import type { Command } from '../../src/engine/command-socket/server.ts';
import { COMMAND_USAGE } from '../../src/engine/command-socket/usage.ts';
import { RunControl } from '../../src/engine/control.ts';
import { Counters } from '../../src/base/counters.ts';
import { ConfigNode } from '../../src/config/index.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/tayra.js', import.meta.url));

function tayra(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...words], (error, out, err) => {
      resolve({ status: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

describe('tayra ctl', () => {
  let folder: string;
  let path: string;
  let server: CommandSocket;
  let lost = 0;
  const commands = new Map<string, Command>([
    ['echo', (given) => ok(given)],
    ['iface-stat', (given) => ok(given)],
    ['memcap-set', () => refused('no')],
    ['slow', () => new Promise((resolve) => setTimeout(() => resolve(ok('late')), 50))],
    ['iface-list', () => ok({ count: 1, ifaces: ['lo'] })],
    [
      'dump-counters',
      () => ok({ uptime: 1, capture: { kernel_packets: 100, kernel_drops: lost }, decoder: { pkts: 90, invalid: 0 } }),
    ],
  ]);
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-ctl-'));
    path = join(folder, 'command.socket');
    server = (await CommandSocket.open(path, commands)) as CommandSocket;
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('reads values in the order of the command, or by their names', () => {
    const given = (...words: string[]): unknown => {
      const read = parseCtl(words);
      return typeof read === 'string' ? read : read.given;
    };
    assert.deepEqual(given('iface-stat', 'eth0'), { iface: 'eth0' });
    const entry = { setname: 'seen', settype: 'string', datavalue: 'eA==' };
    assert.deepEqual(given('dataset-add', 'seen', 'string', 'eA=='), entry);
    assert.deepEqual(given('dataset-add', 'datavalue=eA==', 'setname=seen', 'string'), entry);
    const mark = { ipaddress: 'fe80::1', hostbit: 'bad', expire: 60 };
    assert.deepEqual(given('add-hostbit', 'fe80::1', 'bad', '60'), mark);
    assert.deepEqual(given('pcap-file', 'a.pcap', 'out', 'delete-when-done=yes'), {
      filename: 'a.pcap',
      'output-dir': 'out',
      'delete-when-done': true,
    });
    assert.equal(given('add-hostbit', 'fe80::1', 'bad', 'x'), 'add-hostbit: expire must be a number');
    assert.equal(given('add-hostbit', 'fe80::1'), 'add-hostbit: hostbit is missing');
    assert.equal(given('uptime', '5'), 'uptime: "5" is one too many');
    assert.equal(given('--nonsense'), 'unknown option --nonsense');
    assert.equal(given('--socket'), '--socket needs a value');
    assert.equal(given(), 'no command given (tayra ctl --help lists them)');
  });

  it('knows the arguments of all commands there are, and no others', () => {
    const taken = createCommands({
      config: new ConfigNode(''),
      control: new RunControl(),
      started: 0,
      captureMode: '',
      runningMode: '',
      run: () => undefined,
      rules: () => null,
      lastReload: () => 0,
      update: () => undefined,
      more: [
        ...interfaceCommands({ interfaces: [], update: () => undefined, countsOf: () => undefined }, new Counters()),
        ...captureCommands({
          add: () => undefined,
          interrupt: () => undefined,
          current: undefined,
          waiting: [],
          lastProcessed: 0,
        }),
      ],
    });
    const synonyms = ['help', 'ruleset-reload-rules'];
    const nothing = [...taken.keys()].filter((name) => /tenant|bypassed/.test(name));
    const described = [...COMMAND_USAGE.keys(), ...synonyms, ...nothing].sort();
    assert.deepEqual(described, [...taken.keys()].sort());
  });

  it('asks one thing after another, and waits for what takes long', async () => {
    const client = await CommandClient.open(path);
    const asked = [client.ask('slow'), client.ask('echo', { a: 'b' }), client.ask('nothing')];
    assert.deepEqual(await Promise.all(asked), [
      { isOk: true, message: 'late' },
      { isOk: true, message: { a: 'b' } },
      { isOk: false, message: 'Unknown command' },
    ]);
    client.close();
  });

  it('says who does not answer', async () => {
    await assert.rejects(CommandClient.open(join(folder, 'nobody')), ConnectionError);
    const rude = createServer((socket) => socket.end('hello\n')).listen(join(folder, 'rude'));
    await assert.rejects(CommandClient.open(join(folder, 'rude')), ConnectionError);
    rude.close();
  });

  it('tells by its exit status what came of it', async function () {
    if (!existsSync(PROGRAM)) this.skip();
    const done = await tayra('ctl', '--socket', path, '--compact', 'iface-stat', 'eth0');
    assert.deepEqual(done, { status: 0, out: '{"iface":"eth0"}\n', err: '' });
    const no = await tayra('ctl', '-s', path, 'memcap-set', 'flow', '1mb');
    assert.deepEqual(no, { status: 1, out: '', err: '"no"\n' });
    assert.equal((await tayra('ctl', '-s', path, 'memcap-set', 'flow')).status, 2);
    assert.equal((await tayra('ctl', '-s', join(folder, 'nobody'), 'uptime')).status, 3);
    assert.match((await tayra('ctl', '--help')).out, /memcap-set config memcap/);
  });

  it('shows where packets are lost', async function () {
    if (!existsSync(PROGRAM)) this.skip();
    const none = await tayra('drops', '--socket', path, '--json');
    const places = JSON.parse(none.out) as { stage: string; counter: string; lost: number }[];
    assert.ok(places.some(({ stage, counter }) => stage === 'card lo' && counter === 'rx_dropped'));
    assert.deepEqual(
      places.filter(({ stage, lost: count }) => !stage.startsWith('card') && count > 0),
      [],
    );
    lost = 25;
    const some = await tayra('drops', '--socket', path);
    assert.equal(some.status, 1);
    assert.match(
      some.out,
      /^ring\s+\n {2}25 packets \(25\.00 %\) {2}capture\.kernel_drops\n {4}why: .*\n {4}what: .*ring/m,
    );
    assert.match(some.out, /^decode\s+nothing lost$/m);
    assert.equal((await tayra('drops', '--nonsense')).status, 2);
    assert.equal((await tayra('drops', '--socket', join(folder, 'nobody'))).status, 3);
  });
});
