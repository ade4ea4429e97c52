import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasLocalSockets } from '../../src/native/local-socket.ts';
import { LocalWriter } from '../../src/output/local-writer.ts';
import { AlertLines } from '../../src/output/alert-lines.ts';
import { syslogLine } from '../../src/output/syslog.ts';
import { syslogLines } from '../../src/output/syslog-lines.ts';
import { decodedPacket, fakeContext, flowOf, outputNode, raise, signature, temporaryFolder } from './support.ts';
import { CLIENT, SERVER, tcp4 } from '../support/packets.ts';

const SYN = tcp4({ sp: 1000, dp: 80, seq: 1, flags: 2 }, undefined, { src: CLIENT, dst: SERVER });

/** Listens; a connection is only read when `read` is called. */
class Reader {
  readonly connections: Socket[] = [];
  text = '';
  private readonly server: Server;

  constructor(path: string) {
    this.server = createServer({ pauseOnConnect: true }, (socket) => {
      this.connections.push(socket);
      socket.on('error', () => undefined);
    });
    this.server.listen(path);
  }

  async ready(): Promise<void> {
    await once(this.server, 'listening');
  }

  read(): void {
    for (const connection of this.connections) {
      connection.on('data', (data: Buffer) => (this.text += data.toString()));
      connection.resume();
    }
  }

  close(): void {
    for (const connection of this.connections) connection.destroy();
    this.server.close();
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await delay(5);
  assert.ok(holds());
}

const record = (i: number): string => `${JSON.stringify({ i, filler: 'x'.repeat(100 + (i % 977)) })}\n`;
const numbersIn = (text: string): number[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { i: number }).i);

describe('records to a local socket', () => {
  const folder = temporaryFolder();
  before(function () {
    if (!hasLocalSockets()) this.skip();
  });

  it('arrive whole and in order; those that find no room are counted, and nobody waits', async () => {
    const path = join(folder, 'slow.sock');
    const reader = new Reader(path);
    await reader.ready();
    const writer = new LocalWriter({ path, kind: 'stream', mayWait: false });
    await until(() => reader.connections.length === 1);
    const total = 20_000;
    for (let i = 0; i < total; i++) writer.write(record(i));
    assert.ok(writer.failed > 1000 && writer.failed < total, String(writer.failed));
    reader.read();
    await until(() => {
      writer.flush();
      return reader.text.split('\n').length === total - writer.failed + 1;
    });
    const lost = writer.failed;
    writer.write(record(total));
    await until(() => reader.text.endsWith(record(total)));
    assert.deepEqual(numbersIn(reader.text), [...Array(total - lost).keys(), total]);
    writer.close();
    reader.close();
  });

  it('are lost while nobody listens, and begin with a whole one when somebody does', async () => {
    const path = join(folder, 'late.sock');
    let now = 0;
    const writer = new LocalWriter({ path, kind: 'stream', mayWait: false, clock: () => now });
    writer.write(record(1));
    const reader = new Reader(path);
    await reader.ready();
    writer.write(record(2)); // too early for another try
    assert.equal(writer.failed, 2);
    now = 501;
    writer.write(record(3));
    await until(() => reader.connections.length === 1);
    reader.read();
    await until(() => reader.text === record(3));
    // what waits for a reader that goes away is lost as well, the record under way included
    const [connection] = reader.connections;
    connection!.pause();
    for (let i = 4; i < 3000; i++) writer.write(record(i));
    const before = writer.failed;
    connection!.destroy();
    await until(() => {
      writer.flush();
      return writer.failed > before;
    });
    now = 2000;
    reader.text = '';
    writer.write(record(9000));
    await until(() => reader.connections.length === 2);
    reader.read();
    await until(() => reader.text === record(9000));
    writer.close();
    reader.close();
  });

  it('are not waited for again where that was in vain', async () => {
    const path = join(folder, 'stuck.sock');
    const reader = new Reader(path);
    await reader.ready();
    const writer = new LocalWriter({ path, kind: 'stream', mayWait: true, patience: 300 });
    const began = performance.now();
    for (let i = 0; i < 20_000; i++) writer.write(record(i));
    assert.ok(writer.failed > 1000);
    assert.ok(performance.now() - began < 5000);
    writer.close();
    reader.close();
  });

  it('are waited for where packets can wait', async () => {
    const path = join(folder, 'patient.sock');
    const script = `
      const text = [];
      require('node:net').createServer({ pauseOnConnect: true }, (socket) => {
        socket.on('data', (data) => text.push(data));
        setTimeout(() => socket.resume(), 200);
        socket.on('end', () => { console.log(Buffer.concat(text).toString().split('\\n').length - 1); process.exit(); });
      }).listen(${JSON.stringify(path)}, () => console.log('ready'));`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    await until(() => said === 'ready\n');
    const writer = new LocalWriter({ path, kind: 'stream', mayWait: true });
    for (let i = 0; i < 20_000; i++) writer.write(record(i));
    writer.close();
    assert.equal(writer.failed, 0);
    await once(child, 'close');
    assert.equal(said, 'ready\n20000\n');
  });
});

describe('datagrams', () => {
  const folder = temporaryFolder();
  const python = spawnSync('python3', ['-c', '']).status === 0;
  before(function () {
    if (!hasLocalSockets() || !python) this.skip();
  });

  /** Runs `write` with a socket bound at `path`; what came, one text a datagram. */
  async function received(path: string, count: number, write: () => void): Promise<string[]> {
    const script =
      'import socket,sys,json\n' +
      's=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM);s.bind(sys.argv[1]);s.settimeout(20);print("ready",flush=True)\n' +
      'print(json.dumps([s.recv(1<<20).decode() for i in range(int(sys.argv[2]))]))';
    const child = spawn('python3', ['-c', script, path, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    await until(() => said === 'ready\n');
    write();
    await once(child, 'close');
    return JSON.parse(said.slice('ready\n'.length)) as string[];
  }

  it('are one record each; what is too long for one is counted', async () => {
    const path = join(folder, 'dgram.sock');
    let writer: LocalWriter | undefined;
    const texts = await received(path, 2, () => {
      writer = new LocalWriter({ path, kind: 'datagram', mayWait: true });
      writer.write(record(1));
      writer.write('x'.repeat(8 << 20));
      writer.write(record(2));
    });
    assert.deepEqual(texts, [record(1), record(2)]);
    assert.equal(writer!.failed, 1);
    writer!.write(record(3));
    assert.equal(writer!.failed, 2, 'nobody listens any more');
    writer!.close();
  });

  it('to the system log are alerts in one line each', async () => {
    const path = join(folder, 'log.sock');
    const node = outputNode(folder, 'outputs:\n  - syslog:\n      identity: sensor\n      level: Warning\n');
    const [text] = await received(path, 1, () => {
      const wrap = syslogLines(node, () => new Date(2026, 10, 3, 4, 5, 6));
      const output = new AlertLines(
        new LocalWriter({ path, kind: 'datagram', mayWait: true, wrap }),
        { isInline: false },
        syslogLine,
      );
      const context = fakeContext(folder);
      const p = decodedPacket(SYN);
      flowOf(context.flows, p);
      raise(p, signature({ sid: 7, msg: 'seen', category: 'Misc activity', priority: 3 }));
      output.packet(p);
      output.close();
    });
    const place = '{TCP} 10.0.0.1:1000 -> 10.0.0.2:80';
    assert.equal(
      text,
      `<172>Nov  3 04:05:06 sensor[${String(process.pid)}]: [1:7:0] seen [Classification: Misc activity] [Priority: 3] ${place}`,
    );
  });

  it('to the system log know facilities and levels', () => {
    const line = (yaml: string): string => syslogLines(outputNode(folder, `outputs:\n  - syslog:\n${yaml}`))('x\n');
    assert.match(line('      enabled: yes\n'), /^<174>\w{3} [ \d]\d \d\d:\d\d:\d\d suricata\[\d+\]: x$/);
    assert.match(line('      facility: daemon\n      level: Emergency\n'), /^<24>/);
    assert.throws(() => line('      level: loud\n'), /level: "loud" is none of/);
    assert.throws(() => line('      facility: local8\n'), /facility: "local8" is none of/);
  });
});
