// A service that reads captures as clients ask for them (--unix-socket), each into a folder of its own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PcapWriter } from '../../src/pcap/index.ts';
import { ascii, udp4 } from '../support/packets.ts';
import { end, eventsIn, until } from './network.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/tayra.js', import.meta.url));
const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [alert, flow] }
`;
const RULES = `
alert udp any any -> any any (msg:"once a minute"; content:"hello"; threshold:type limit,track by_src,count 1,seconds 60; sid:1;)
alert udp any any -> any any (msg:"marked"; hostbits:isset,bad,src; sid:2;)
`;

interface Event {
  readonly event_type: string;
  readonly alert?: { readonly signature_id: number };
}

describe('capture service', function () {
  this.timeout(60_000);
  let folder: string;
  let child: ChildProcess;
  let told = '';
  before(async function () {
    if (!existsSync(PROGRAM)) {
      console.log('      skipped: not built');
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'tayra-service-'));
    writeFileSync(join(folder, 'service.yaml'), CONFIG);
    writeFileSync(join(folder, 'service.rules'), RULES);
    for (const out of ['one', 'two', 'log']) mkdirSync(join(folder, out));
    const words = ['-c', 'service.yaml', '-S', 'service.rules', '-l', 'log', `--unix-socket=${join(folder, 'socket')}`];
    child = spawn(process.execPath, [PROGRAM, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text: Buffer) => (told += text.toString()));
    assert.ok(await until(() => told.includes('Engine started.')), told);
  });
  after(async () => {
    if ((child as ChildProcess | undefined) === undefined) return;
    await end(child, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** Five packets, the first at that second. @returns the path */
  function capture(name: string, second: number): string {
    const path = join(folder, name);
    const writer = new PcapWriter(path, { linkType: 1 });
    const frame = udp4({}, ascii('hello'));
    for (let i = 0; i < 5; i++) writer.write(frame, 0, frame.length, frame.length, (second + i) * 1e6);
    writer.close();
    return path;
  }

  async function ask(command: string, given: object = {}): Promise<{ message: unknown; return: string }> {
    const client = connect(join(folder, 'socket'));
    client.write(`{"version":"0.2"}\n${JSON.stringify({ command, arguments: given })}\n`);
    let text = '';
    client.on('data', (more: Buffer) => (text += more.toString()));
    assert.ok(await until(() => text.split('\n').length > 2), `${command}: ${text}`);
    client.destroy();
    return JSON.parse(text.split('\n')[1]!) as { message: unknown; return: string };
  }
  const message = async (command: string, given: object = {}): Promise<unknown> => (await ask(command, given)).message;
  const sids = (out: string): number[] =>
    eventsIn<Event>(join(folder, out, 'eve.json')).flatMap(({ alert }) => alert?.signature_id ?? []);
  const isIdle = async (): Promise<void> => {
    for (let i = 0; i < 200; i++) {
      if ((await message('pcap-current')) === 'None' && (await message('pcap-file-number')) === 0) return;
    }
    assert.fail('captures are still under way');
  };

  it('says what is wrong with a request, in the words of Suricata', async () => {
    const path = capture('some.pcap', 1000);
    assert.equal(await message('pcap-file', {}), 'filename is not a string');
    assert.equal(await message('pcap-file', { filename: join(folder, 'no.pcap') }), 'filename does not exist');
    assert.equal(await message('pcap-file', { filename: path }), 'output-dir param is mandatory');
    const away = { filename: path, 'output-dir': join(folder, 'no') };
    assert.deepEqual(await ask('pcap-file', away), { message: 'output-dir does not exist', return: 'NOK' });
    assert.equal(await message('pcap-current'), 'None');
    assert.equal(await message('dump-counters'), 'stats not yet synchronized');
  });

  it('reads captures one after another, each for itself', async () => {
    const [one, two] = [capture('one.pcap', 2000), capture('two.pcap', 2001)];
    for (const [filename, out] of [
      [one, 'one'],
      [two, 'two'],
    ]) {
      const request = { filename, 'output-dir': join(folder, out!) };
      assert.deepEqual(await ask('pcap-file', request), {
        message: 'Successfully added file to list',
        return: 'OK',
      });
    }
    await isIdle();
    assert.deepEqual([sids('one'), sids('two')], [[1], [1]], 'what thresholds counted is not carried over');
    assert.equal(await message('pcap-last-processed'), Math.floor(statSync(two).mtimeMs));
  });

  it('knows marks that clients set on hosts, and deletes what it is told to', async () => {
    const filename = capture('three.pcap', 3000);
    rmSync(join(folder, 'one', 'eve.json'));
    const mark = { ipaddress: '10.0.0.1', hostbit: 'bad', expire: 1e9 };
    assert.equal(await message('add-hostbit', mark), 'hostbit added');
    await ask('pcap-file', { filename, 'output-dir': join(folder, 'one'), 'delete-when-done': true });
    await isIdle();
    assert.deepEqual(sids('one').sort(), [1, 2]);
    assert.equal(existsSync(filename), false);
  });

  it('loads its rules anew for the captures to come', async () => {
    const filename = capture('four.pcap', 3500);
    rmSync(join(folder, 'one', 'eve.json'));
    writeFileSync(join(folder, 'service.rules'), RULES.replace('sid:1', 'sid:11'));
    assert.deepEqual(await ask('reload-rules'), { message: 'done', return: 'OK' });
    await ask('pcap-file', { filename, 'output-dir': join(folder, 'one') });
    await isIdle();
    assert.deepEqual(
      sids('one').sort((a, b) => a - b),
      [2, 11],
      'marks of hosts outlive the reload',
    );
    writeFileSync(join(folder, 'service.rules'), 'alert nonsense');
    assert.equal((await ask('reload-rules')).return, 'NOK');
    writeFileSync(join(folder, 'service.rules'), RULES);
    assert.equal((await ask('reload-rules')).return, 'OK');
  });

  it('goes on with the captures that come into a folder, until it is interrupted', async () => {
    const incoming = join(folder, 'incoming');
    mkdirSync(incoming);
    rmSync(join(folder, 'two', 'eve.json'));
    const request = { filename: incoming, 'output-dir': join(folder, 'two'), delay: 0, 'poll-interval': 0 };
    await ask('pcap-file-continuous', request);
    assert.ok(await until(() => existsSync(join(folder, 'two', 'eve.json'))));
    for (const second of [4000, 5000]) capture(`incoming/${String(second)}.pcap`, second);
    assert.ok(await until(() => sids('two').filter((sid) => sid === 1).length === 2), told);
    assert.equal(await message('pcap-current'), incoming);
    assert.equal(await message('pcap-interrupt'), 'Interrupted');
    await isIdle();
  });

  it('ends when a client says so, and takes its socket away', async () => {
    assert.equal(await message('shutdown'), 'Closing Suricata');
    assert.ok(await until(() => child.exitCode === 0), told);
    assert.equal(existsSync(join(folder, 'socket')), false);
  });
});
