// Records to Redis: the protocol in pieces, a server that misbehaves, and the real one where it is installed.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { log } from '../../src/base/log.ts';
import { openConfig } from '../../src/config/index.ts';
import { RedisClient } from '../../src/output/redis/client.ts';
import { RedisWriter } from '../../src/output/redis/redis-writer.ts';
import { CommandTemplate, ReplyReader, command } from '../../src/output/redis/resp.ts';
import { redisSettings } from '../../src/output/redis/settings.ts';
import type { RedisSettings } from '../../src/output/redis/settings.ts';

const THREAD = new URL('../../dist/cli/redis-thread.js', import.meta.url);
const PROGRAM = fileURLToPath(new URL('../../dist/cli/tayra.js', import.meta.url));

function settingsOf(given: Readonly<Record<string, string>>): RedisSettings {
  const settings = Object.entries(given).map(([key, value]) => ({ path: `out.redis.${key}`, value }));
  return redisSettings(
    openConfig({ settings: [{ path: 'out.filetype', value: 'redis' }, ...settings] }).root.get('out')!,
  );
}

async function until(isSo: () => boolean, limit = 10_000): Promise<void> {
  for (const end = Date.now() + limit; !isSo();) {
    assert.ok(Date.now() < end, 'it did not come about');
    await sleep(5);
  }
}

describe('RESP', () => {
  it('writes commands as arrays of bulk strings, by bytes', () => {
    assert.equal(command(['SET', 'a', 'é']).toString(), '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\né\r\n');
    assert.deepEqual(new CommandTemplate(['LPUSH', 'k']).of(Buffer.from('xyz')), command(['LPUSH', 'k', 'xyz']));
  });

  it('takes replies wherever they are cut', () => {
    const text = '+OK\r\n:12\r\n$3\r\na\r\n\r\n$-1\r\n-ERR no\r\n*2\r\n$1\r\nx\r\n*1\r\n:1\r\n*-1\r\n+last\r\n';
    const expected = [undefined, undefined, undefined, undefined, 'ERR no', undefined, undefined, undefined];
    for (let cut = 0; cut <= text.length; cut++) {
      const replies: (string | undefined)[] = [];
      const reader = new ReplyReader((error) => replies.push(error));
      assert.ok(reader.take(Buffer.from(text.slice(0, cut))) && reader.take(Buffer.from(text.slice(cut))));
      assert.deepEqual(replies, expected, `cut at ${String(cut)}`);
    }
  });

  it('knows what is no reply', () => {
    for (const text of ['HTTP/1.1 200 OK\r\n', '+OK\n', '$x\r\n', '$3\r\nabcde', '*x\r\n', '$99999999\r\n'])
      assert.equal(new ReplyReader(() => undefined).take(Buffer.from(text)), false, text);
  });
});

describe('settings of Redis', () => {
  it('are Suricata’s keys', () => {
    assert.deepEqual(settingsOf({}), {
      server: { host: '127.0.0.1', port: 6379 },
      words: ['LPUSH', 'suricata'],
      login: [],
    });
    const words = (given: Record<string, string>): readonly string[] => settingsOf({ key: 'k', ...given }).words;
    assert.deepEqual(words({ mode: 'rpush' }), ['RPUSH', 'k']);
    assert.deepEqual(words({ mode: 'channel' }), ['PUBLISH', 'k']);
    assert.deepEqual(words({ mode: 'stream' }), ['XADD', 'k', 'MAXLEN', '~', '100000', '*', 'eve']);
    const exact = { mode: 'xadd', 'stream-maxlen': '5', 'stream-trim-exact': 'yes' };
    assert.deepEqual(words(exact), ['XADD', 'k', 'MAXLEN', '=', '5', '*', 'eve']);
    assert.deepEqual(words({ mode: 'xadd', 'stream-maxlen': '0' }), ['XADD', 'k', '*', 'eve']);
    assert.deepEqual(settingsOf({ server: '/run/r.sock', username: 'u', password: 'p' }).login, ['AUTH', 'u', 'p']);
    assert.throws(() => settingsOf({ mode: 'nonsense' }), /is none of list, lpush/);
  });
});

describe('client of Redis', () => {
  let server: Server;
  let port: number;
  let onCommand: (socket: Socket, text: string) => void;
  let clients: RedisClient[] = [];
  beforeEach(async () => {
    log.configure([]);
    clients = [];
    server = createServer((socket) => {
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (more) => {
        text += more.toString();
        const found = text.match(/\*3\r\n\$5\r\nLPUSH\r\n\$1\r\nk\r\n\$\d+\r\n.*?\r\n/g) ?? [];
        for (const one of found) {
          text = text.slice(one.length);
          onCommand(socket, one.trimEnd().split('\r\n').at(-1)!);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  });
  afterEach(() => {
    for (const client of clients) client.close();
    server.close();
  });

  function open(): { client: RedisClient; settled: [string, boolean][]; told: string[] } {
    const settled: [string, boolean][] = [];
    const told: string[] = [];
    const client = new RedisClient(
      { server: { host: '127.0.0.1', port }, words: ['LPUSH', 'k'], login: [] },
      {
        settled: (record, isTaken) => settled.push([record.toString(), isTaken]),
        changed: (message) => told.push(message),
      },
    );
    clients.push(client);
    return { client, settled, told };
  }

  it('sends again what was not confirmed when a connection breaks, in order', async () => {
    const seen: string[] = [];
    let isBreaking = true;
    onCommand = (socket, record) => {
      seen.push(record);
      if (record === 'b' && isBreaking) {
        isBreaking = false;
        socket.destroy();
      } else if (!socket.destroyed) socket.write(':1\r\n');
    };
    const { client, settled, told } = open();
    for (const record of ['a', 'b', 'c']) client.add(Buffer.from(record));
    await until(() => settled.length === 3);
    assert.deepEqual(
      settled.map(([record, isTaken]) => record + String(isTaken)),
      ['atrue', 'btrue', 'ctrue'],
    );
    assert.deepEqual(seen.slice(-2), ['b', 'c']);
    assert.equal(told.at(-1), 'connected again');
    assert.equal(client.waiting, 0);
  });

  it('goes on behind a record that is refused, and waits where the server cannot take any', async () => {
    let busy = 1;
    onCommand = (socket, record) => {
      if (record === 'bad') socket.write('-WRONGTYPE no list\r\n');
      else if (record === 'later' && busy-- > 0) socket.write('-LOADING in a moment\r\n');
      else socket.write(':1\r\n');
    };
    const { client, settled, told } = open();
    for (const record of ['a', 'bad', 'later', 'd']) client.add(Buffer.from(record));
    await until(() => settled.length === 4);
    assert.deepEqual(settled, [
      ['a', true],
      ['bad', false],
      ['later', true],
      ['d', true],
    ]);
    assert.ok(told.some((text) => text.startsWith('WRONGTYPE')) && told.some((text) => text.startsWith('LOADING')));
  });

  it('waits for a server that is not there yet, and gives one up that speaks nonsense', async () => {
    server.close();
    const { client, settled, told } = open();
    client.add(Buffer.from('a'));
    await until(() => told.length > 0);
    let isRude = true;
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(isRude ? 'hello\r\n' : ':1\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await until(() => told.includes('what comes back is not RESP'));
    isRude = false;
    await until(() => settled.length === 1);
  });
});

describe('writer to Redis', function () {
  this.timeout(60_000);
  let folder: string;
  let redis: ChildProcess | undefined;
  let path: string;
  before(function () {
    log.configure([]);
    const problem = !existsSync(THREAD)
      ? 'not built'
      : spawnSync('redis-server', ['--version']).status !== 0
        ? 'redis-server is not installed'
        : '';
    if (problem !== '') {
      console.log(`      skipped: ${problem}`);
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'tayra-redis-'));
    path = join(folder, 'redis.sock');
  });
  after(async () => {
    await stop();
    if ((folder as string | undefined) !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  async function start(...more: string[]): Promise<void> {
    const words = ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'yes', '--dir', folder];
    redis = spawn('redis-server', [...words, '--appendfsync', 'no', ...more], { stdio: 'ignore' });
    await until(() => /PONG|NOAUTH/.test(cli('PING')));
  }

  async function stop(): Promise<void> {
    if (redis === undefined) return;
    const over = new Promise((resolve) => redis!.once('exit', resolve));
    redis.kill('SIGTERM');
    await over;
    redis = undefined;
  }

  function cli(...words: string[]): string {
    return spawnSync('redis-cli', ['-s', path, ...words], { encoding: 'utf8' }).stdout;
  }

  const open = (given: Record<string, string>, more: { maxWaiting?: number; mayWait?: boolean } = {}): RedisWriter =>
    new RedisWriter({
      settings: settingsOf({ server: path, ...given }),
      mayWait: more.mayWait ?? false,
      thread: THREAD,
      patience: 3000,
      ...(more.maxWaiting !== undefined && { maxWaiting: more.maxWaiting }),
    });

  it('puts all records there, in order, by list and stream', async () => {
    await start();
    for (const [mode, count, first] of [
      ['rpush', ['LLEN', 'k1'], ['LINDEX', 'k1', '0']],
      ['list', ['LLEN', 'k2'], ['LINDEX', 'k2', '-1']],
      ['stream', ['XLEN', 'k3'], ['XRANGE', 'k3', '-', '+', 'COUNT', '1']],
    ] as const) {
      const writer = open({ mode, key: count[1] });
      for (let i = 0; i < 5000; i++) writer.write(`{"number":${String(i)},"text":"é"}\n`);
      writer.write('{"a":1}\n{"b":2}\n');
      writer.close();
      assert.equal(writer.failed, 0);
      assert.equal(cli(...count), '5002\n', mode);
      assert.match(cli(...first), /\{"number":0,"text":"(?:é|\\xc3\\xa9)"\}/, mode);
      if (mode === 'stream') assert.match(cli(...first), /^\d+-\d+\neve\n/);
    }
  });

  it('loses nothing while the server is away, up to its bound, and counts what is beyond', async () => {
    const writer = open({ mode: 'rpush', key: 'k4' }, { maxWaiting: 20_000 });
    const record = `${'x'.repeat(99)}\n`;
    for (let i = 0; i < 50; i++) writer.write(record);
    writer.flush();
    await until(() => cli('LLEN', 'k4') === '50\n');
    await stop();
    for (let i = 0; i < 100; i++) writer.write(record);
    assert.equal(writer.failed, 0);
    for (let i = 0; i < 200; i++) writer.write(record);
    assert.ok(writer.failed > 90 && writer.failed < 110, String(writer.failed));
    const { failed } = writer;
    await start();
    writer.close();
    assert.equal(writer.failed, failed);
    assert.equal(cli('LLEN', 'k4'), `${String(350 - failed)}\n`);
  });

  it('waits for the server where packets come from files, and counts what the server refuses', () => {
    const writer = open({ mode: 'rpush', key: 'k5' }, { maxWaiting: 20_000, mayWait: true });
    for (let i = 0; i < 2000; i++) writer.write(`${'y'.repeat(99)}\n`);
    writer.close();
    assert.deepEqual([writer.failed, cli('LLEN', 'k5')], [0, '2000\n']);
    cli('SET', 'k6', 'no list');
    const refused = open({ mode: 'rpush', key: 'k6' });
    for (let i = 0; i < 3; i++) refused.write('{}\n');
    refused.close();
    assert.equal(refused.failed, 3);
  });

  it('is where the program’s records go that asks for it', () => {
    const file = join(folder, 'redis.yaml');
    const redisKeys = `{ server: ${path}, mode: stream, key: k8 }`;
    writeFileSync(
      file,
      `%YAML 1.1\n---\noutputs:\n  - eve-log: { enabled: yes, filetype: redis, redis: ${redisKeys}, types: [dns, flow] }\n`,
    );
    const capture = fileURLToPath(new URL('../../pcaps/demo.pcap', import.meta.url));
    const words = ['-c', file, '--disable-detection', '-l', folder, '-r', capture];
    const { status, stdout } = spawnSync(process.execPath, [PROGRAM, ...words], { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
    const types = cli('XRANGE', 'k8', '-', '+').match(/"event_type":"\w+"/g) ?? [];
    assert.deepEqual([...new Set(types)].sort(), ['"event_type":"dns"', '"event_type":"flow"']);
    assert.equal(cli('XLEN', 'k8'), `${String(types.length)}\n`);
  });

  it('logs in with a password', async () => {
    await stop();
    await start('--requirepass', 'secret');
    const writer = open({ mode: 'rpush', key: 'k7', password: 'secret' });
    writer.write('{}\n');
    writer.close();
    assert.equal(writer.failed, 0);
    assert.equal(cli('-a', 'secret', 'LLEN', 'k7'), '1\n');
  });
});
