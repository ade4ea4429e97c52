// Live capture on a real kernel: packets of a cable in a namespace become events while they come.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Network, end, eventsIn, until } from './network.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/tayra.js', import.meta.url));
/** A question for the address of tayra.test (RFC 1035 section 4). */
const QUESTION = Buffer.from('12340100000100000000000005746179726104746573740000010001', 'hex');
const RULES = 'alert udp any any -> 10.98.0.2 53 (msg:"question"; content:"tayra"; nocase; sid:1;)\n';
const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log:
      enabled: yes
      filename: eve.json
      types: [alert, dns, flow, stats]
flow-timeouts:
  udp: { new: 1, established: 1 }
stats: { enabled: yes, interval: 1 }
unix-command: { enabled: yes, filename: FOLDER/command.socket }
af-packet: [{ interface: default, threads: THREADS }]
`;

interface Event {
  readonly event_type: string;
  readonly in_iface?: string;
  readonly vlan?: readonly number[];
  readonly flow?: { readonly pkts_toserver: number; readonly reason: string };
  readonly stats?: {
    readonly capture?: { readonly kernel_packets: number; readonly kernel_drops: number };
    readonly detect?: { readonly engines: readonly { readonly rules_loaded: number }[] };
  };
}

interface Answer {
  readonly message: { readonly pkts: number; readonly drop: number; readonly decoder: { readonly pkts: number } };
  readonly return: string;
}

for (const threads of [1, 2])
  describe(`live capture on ${threads === 1 ? 'one thread' : `${threads} threads`}`, function () {
    this.timeout(120_000);
    let network: Network;
    let folder: string;
    let child: ChildProcess;
    let told = '';
    before(async function () {
      const made = existsSync(PROGRAM) ? Network.create() : 'not built';
      if (typeof made === 'string') {
        console.log(`      skipped: no network namespace here (${made.trim()})`);
        this.skip();
      }
      network = made;
      folder = mkdtempSync(join(tmpdir(), 'tayra-live-'));
      writeFileSync(join(folder, 'live.yaml'), CONFIG.replace('FOLDER', folder).replace('THREADS', String(threads)));
      writeFileSync(join(folder, 'live.rules'), RULES);
      await start('-i', 'far');
    });
    after(async () => {
      // where set-up was skipped there is nothing to take down
      if ((network as Network | undefined) === undefined) return;
      await end(child, 'SIGKILL');
      network.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Runs the program until it captures. */
    async function start(...more: string[]): Promise<void> {
      const common = [process.execPath, PROGRAM, '-c', 'live.yaml', '-S', 'live.rules', '-l', folder];
      const [program, ...words] = network.inside(...common, ...more);
      told = '';
      child = spawn(program!, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [child.stdout!, child.stderr!])
        stream.on('data', (text: Buffer) => (told += text.toString()));
      assert.ok(await until(() => told.includes('Engine started.')), told);
    }

    /** What the command socket says to commands, one after another. */
    async function answers(...commands: object[]): Promise<Answer[]> {
      const client = connect(join(folder, 'command.socket'));
      client.write([{ version: '0.2' }, ...commands].map((one) => `${JSON.stringify(one)}\n`).join(''));
      let text = '';
      client.on('data', (more: Buffer) => (text += more.toString()));
      assert.ok(await until(() => text.split('\n').length > commands.length + 1), text);
      client.destroy();
      const lines = text.trimEnd().split('\n').slice(1);
      return lines.map((line) => JSON.parse(line) as Answer);
    }

    const events = (type: string, file = 'eve.json'): Event[] =>
      eventsIn<Event>(join(folder, file)).filter((event) => event.event_type === type);

    it('raises alerts and records while packets come, each once, with the interface', async () => {
      assert.equal(network.send('10.98.0.2', 53, QUESTION, 20), '');
      assert.ok(await until(() => events('alert').length >= 20), told);
      assert.equal(events('alert').length, 20);
      assert.equal(events('dns').length, 20);
      assert.ok(events('alert').every((event) => event.in_iface === 'far'));
    });

    it('ends flows by the clock, without any packet to tell the time', async () => {
      const isOver = ({ flow }: Event): boolean => flow?.pkts_toserver === 20 && flow.reason === 'timeout';
      assert.ok(await until(() => events('flow').some(isOver)), JSON.stringify(events('flow')));
    });

    it('sees VLAN tags that the kernel took out', async function () {
      const problem = network.sendTagged(5, 53, QUESTION);
      if (problem !== undefined) {
        console.log(`      skipped: ${problem}`);
        this.skip();
      }
      assert.ok(await until(() => events('dns').some(({ vlan }) => vlan?.[0] === 5)), told);
    });

    it('survives an interface that goes down, and one that goes away and comes back', async () => {
      const before = events('alert').length;
      assert.equal(network.ip('link set far down'), '');
      assert.ok(await until(() => told.includes('far: the interface went down')), told);
      assert.equal(network.ip('link set far up'), '');
      assert.ok(await until(() => told.includes('far: the interface is back')), told);
      assert.equal(network.send('10.98.0.2', 53, QUESTION), '');
      assert.ok(await until(() => events('alert').length === before + 1), told);
      told = '';
      assert.equal(network.ip('link del near'), '');
      assert.ok(await until(() => told.includes('far: the interface went down')), told);
      assert.equal(network.plug(), '');
      assert.ok(await until(() => told.includes('far: the interface is back')), told);
      assert.equal(network.send('10.98.0.2', 53, QUESTION), '');
      assert.ok(await until(() => events('alert').length === before + 2), told);
    });

    it('begins new logs at SIGHUP, and none of the old is lost', async () => {
      renameSync(join(folder, 'eve.json'), join(folder, 'eve.1.json'));
      child.kill('SIGHUP');
      assert.ok(await until(() => existsSync(join(folder, 'eve.json'))), told);
      assert.equal(network.send('10.98.0.2', 53, QUESTION), '');
      assert.ok(await until(() => events('alert').length === 1), told);
      assert.equal(events('alert', 'eve.1.json').length, 22);
    });

    it('loads rules anew at SIGUSR2, and keeps those it has when that fails', async () => {
      const before = events('alert').length;
      writeFileSync(join(folder, 'live.rules'), RULES + RULES.replace('sid:1', 'sid:2'));
      child.kill('SIGUSR2');
      assert.ok(await until(() => told.includes('rule reload complete')), told);
      assert.equal(network.send('10.98.0.2', 53, QUESTION), '');
      assert.ok(await until(() => events('alert').length === before + 2), told);
      writeFileSync(join(folder, 'live.rules'), 'alert nonsense\n');
      child.kill('SIGUSR2');
      assert.ok(await until(() => told.includes('rule reload failed')), told);
      writeFileSync(join(folder, 'live.rules'), RULES);
      const [reload, stats] = await answers({ command: 'reload-rules' }, { command: 'ruleset-stats' });
      assert.deepEqual(reload, { message: 'done', return: 'OK' });
      assert.deepEqual(stats?.message, [{ id: 0, rules_loaded: 1, rules_failed: 0, rules_skipped: 0 }]);
      assert.equal(network.send('10.98.0.2', 53, QUESTION), '');
      assert.ok(await until(() => events('alert').length === before + 3), told);
      assert.ok(await until(() => events('stats').at(-1)?.stats?.detect?.engines[0]?.rules_loaded === 1));
    });

    it('answers on its command socket while it captures, and while nothing comes', async () => {
      const [stat, counters] = await answers(
        { command: 'iface-stat', arguments: { iface: 'far' } },
        { command: 'dump-counters' },
      );
      assert.ok(stat!.message.pkts >= 22 && stat!.message.drop === 0, JSON.stringify(stat));
      assert.ok(counters!.message.decoder.pkts >= 22);
    });

    it('ends at SIGINT with everything written, and the kernel’s counts', async () => {
      assert.equal(network.send('10.98.0.2', 53, QUESTION, 5), '');
      assert.equal(await end(child, 'SIGINT'), 0, told);
      assert.equal(events('alert').length, 9);
      const { capture } = events('stats').at(-1)!.stats!;
      assert.ok(capture!.kernel_packets >= 27);
      assert.equal(capture!.kernel_drops, 0);
      assert.match(told, /far: \d+ packets, \d+ bytes; kernel: \d+ packets, 0 drops/);
    });

    it('captures from several interfaces, what the filter takes, and tells them apart', async () => {
      rmSync(join(folder, 'eve.json'));
      await start('-i', 'far', '--af-packet=near', 'udp', 'port', '53');
      assert.equal(network.send('10.98.0.2', 5353, QUESTION, 3), '');
      assert.equal(network.send('10.98.0.2', 53, QUESTION, 3), '');
      assert.equal(await end(child, 'SIGTERM'), 0, told);
      const of = (name: string): number => events('alert').filter((event) => event.in_iface === name).length;
      assert.deepEqual([of('near'), of('far')], [3, 3]);
      const counts = events('flow').map(({ in_iface, flow }) => [in_iface, flow!.pkts_toserver]);
      assert.deepEqual(counts.sort(), [
        ['far', 3],
        ['near', 3],
      ]);
    });
  });
