// The command socket: whole and broken messages of clients, old and new, and sockets that are there already.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counters } from '../../src/base/counters.ts';
import { openConfig } from '../../src/config/index.ts';
import { createCommands } from '../../src/engine/command-socket/commands.ts';
import type { CommandTarget } from '../../src/engine/command-socket/commands.ts';
import { interfaceCommands } from '../../src/engine/command-socket/interface-commands.ts';
import { CommandSocket } from '../../src/engine/command-socket/server.ts';
import { RunControl } from '../../src/engine/control.ts';
import { commandSocketSettings } from '../../src/engine/settings/index.ts';

const control = new RunControl();
const target: CommandTarget = {
  config: openConfig({ settings: [{ path: 'some.key', value: 'seven' }] }).root,
  rules: () => null,
  lastReload: () => 0,
  run: () => undefined,
  control,
  captureMode: 'AF_PACKET_DEV',
  runningMode: 'single',
  started: Date.now(),
  update: () => undefined,
  more: interfaceCommands(
    {
      interfaces: ['eth0', 'eth1'],
      update: () => undefined,
      countsOf: (name) => (name === 'eth0' ? { packets: 5, drops: 2 } : undefined),
    },
    new Counters(),
  ),
};

/** What comes back until the server closes, or so many characters are there. */
function received(socket: Socket, isWhole: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (more: string) => {
      text += more;
      if (!isWhole(text)) return;
      socket.destroy();
      resolve(text);
    });
    socket.on('close', () => {
      resolve(text);
    });
    socket.on('error', reject);
  });
}

const lines = (count: number) => (text: string) => text.split('\n').length > count;

describe('command socket', () => {
  let folder: string;
  let path: string;
  let opened: CommandSocket;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-socket-'));
    path = join(folder, 'run', 'command.socket');
    const socket = await CommandSocket.open(path, createCommands(target));
    assert.ok(socket instanceof CommandSocket);
    opened = socket;
  });
  afterEach(async () => {
    await opened.close();
    rmSync(folder, { recursive: true });
  });

  const ask = async (messages: string, isWhole: (text: string) => boolean): Promise<string> => {
    const socket = connect(path);
    socket.write(messages);
    return received(socket, isWhole);
  };
  /** The answers to commands of a client of today. */
  const answers = async (...commands: object[]): Promise<unknown[]> => {
    const messages = [{ version: '0.2' }, ...commands].map((message) => `${JSON.stringify(message)}\n`).join('');
    const text = await ask(messages, lines(commands.length + 1));
    const all = text.trimEnd().split('\n');
    return all.slice(1).map((line) => JSON.parse(line) as unknown);
  };

  it('is for its owner and group, and gone when it is closed', async () => {
    assert.equal(statSync(path).mode & 0o777, 0o660);
    await opened.close();
    assert.equal(existsSync(path), false);
  });

  it('answers in the words of Suricata', async () => {
    const asked = [
      { command: 'conf-get', arguments: { variable: 'some.key' } },
      { command: 'conf-get', arguments: { variable: 'no.key' } },
      { command: 'conf-get' },
      { command: 'iface-list' },
      { command: 'iface-stat', arguments: { iface: 'eth0' } },
      { command: 'iface-stat', arguments: { iface: 'lo' } },
      { command: 'ruleset-stats' },
      { command: 'no-such-command' },
      { nothing: 1 },
    ];
    assert.deepEqual(await answers(...asked), [
      { message: 'seven', return: 'OK' },
      { message: 'Unable to get value', return: 'NOK' },
      { message: 'variable is not a string', return: 'NOK' },
      { message: { count: 2, ifaces: ['eth0', 'eth1'] }, return: 'OK' },
      { message: { pkts: 5, 'invalid-checksums': 0, drop: 2, bypassed: 0 }, return: 'OK' },
      { message: 'Iface does not exist', return: 'NOK' },
      { message: [], return: 'OK' },
      { message: 'Unknown command', return: 'NOK' },
      { message: 'Unknown command', return: 'NOK' },
    ]);
  });

  it('lists every command it takes, each of which answers', async () => {
    const [list] = (await answers({ command: 'command-list' })) as { message: { count: number; commands: string[] } }[];
    const { count, commands } = list!.message;
    assert.equal(count, commands.length);
    const all = (await answers(...commands.map((command) => ({ command })))) as { return: string }[];
    assert.ok(all.every(({ return: outcome }) => outcome === 'OK' || outcome === 'NOK'));
    assert.deepEqual([control.isStopping, control.wantsReopen], [true, true]);
  });

  it('takes messages in pieces, wherever they are cut', async () => {
    const text = '{"version":"0.2"}\n{"command":"iface-list"}\n{"command":"running-mode"}\n';
    for (let cut = 1; cut < text.length; cut++) {
      const socket = connect(path);
      socket.setNoDelay(true);
      socket.write(text.slice(0, cut));
      setImmediate(() => socket.write(text.slice(cut)));
      const [, list, mode] = (await received(socket, lines(3))).split('\n');
      assert.match(list!, /eth1/);
      assert.match(mode!, /single/);
    }
  });

  it('talks to older clients, whose messages have no line ends', async () => {
    const socket = connect(path);
    const all = received(socket, (text) => text.endsWith('"OK"}') && text.includes('single'));
    socket.write('{"version":"0.1"}');
    setTimeout(() => socket.write('{"command":"running-mode"}'), 50);
    assert.equal(await all, '{"return":"OK"}{"message":"single","return":"OK"}');
  });

  it('sends clients away that speak something else', async () => {
    assert.equal(await ask('{"version":"9"}\n', () => false), '{"return":"NOK"}');
    assert.equal(await ask('hello\n', () => false), '');
    assert.equal(await ask('x'.repeat(70_000), () => false), '');
    assert.equal((await answers({ command: 'running-mode' })).length, 1);
  });

  it('takes the place of a socket that nobody listens to, and of none that somebody does', async () => {
    assert.equal(await CommandSocket.open(path, createCommands(target)), 'another program listens there');
    const left = join(folder, 'left.socket');
    const server = createServer().listen(left);
    await new Promise((resolve) => server.once('listening', resolve));
    renameSync(left, join(folder, 'kept')); // closing would take it away, a crash does not
    server.close();
    renameSync(join(folder, 'kept'), left);
    writeFileSync(join(folder, 'kept'), '');
    const again = await CommandSocket.open(left, createCommands(target));
    assert.ok(again instanceof CommandSocket);
    await again.close();
    assert.equal(typeof (await CommandSocket.open(join(folder, 'kept', 'x.socket'), createCommands(target))), 'string');
  });

  it('is where the configuration says, and where clients of Suricata look without', () => {
    const settings = (enabled: string, filename?: string): ReturnType<typeof commandSocketSettings> =>
      commandSocketSettings(
        openConfig({
          settings: [
            { path: 'unix-command.enabled', value: enabled },
            ...(filename === undefined ? [] : [{ path: 'unix-command.filename', value: filename }]),
          ],
        }).root,
      );
    assert.equal(settings('no'), undefined);
    assert.deepEqual(settings('auto'), { path: '/run/suricata/suricata-command.socket', isRequired: false });
    assert.deepEqual(settings('yes', '/x/y.socket'), { path: '/x/y.socket', isRequired: true });
    assert.equal(settings('yes', 'z.socket')!.path, '/run/suricata/z.socket');
  });
});
