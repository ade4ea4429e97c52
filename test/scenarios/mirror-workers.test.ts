// Mirrors of a cloud on several workers: real datagrams of the loopback, whose outer ports differ by direction.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KernelSocket, SOCK_DGRAM, kernelSocketReason } from '../../src/native/kernel-socket.ts';
import { PacketBatch, openCaptureFile } from '../../src/pcap/index.ts';
import { AF_INET, socketAddress } from '../../src/wire/sockaddr.ts';
import { ascii, concat, ethernet, hex, icmp4, ipv4, udp, udp4, udp6 } from '../support/packets.ts';
import { until } from './network.ts';
import { Program, isBuilt } from './program.ts';

const MORTAL = fileURLToPath(new URL('mortal.mjs', import.meta.url));
const WARM_UP = fileURLToPath(new URL('../../pcaps/warm-up.pcap', import.meta.url));
const WARM_UP_RULES = fileURLToPath(new URL('../../pcaps/warm-up.rules', import.meta.url));
const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [alert, flow, stats: { threads: yes }] }
stats: { enabled: yes, interval: 1 }
unix-command: { enabled: no }
tayra: { warm-up: 0, mirrors: { threads: THREADS } }
`;
const RULES = 'alert udp any any -> any any (msg:"m"; content:"hello"; sid:100;)\n';
const OTHER = `${RULES}alert udp any any -> any any (msg:"o"; content:"other"; sid:101;)\n`;
/** How many copies of the shipped traffic, each between hosts of its own. */
const COPIES = 12;
const ADDRESSES = 14 + 12;

interface Event {
  readonly event_type: string;
  readonly timestamp: string;
  readonly vni?: number;
  readonly proto?: string;
  readonly src_ip?: string;
  readonly dest_ip?: string;
  readonly src_port?: number;
  readonly dest_port?: number;
  readonly app_proto?: string;
  readonly in_iface?: string;
  readonly alert?: { readonly signature_id: number };
  readonly flow?: Readonly<Record<string, unknown>>;
  readonly stats?: {
    readonly capture: { readonly kernel_packets: number; readonly kernel_drops: number };
    readonly decoder: { readonly pkts: number };
    readonly threads: Readonly<Record<string, { readonly decoder?: { readonly pkts: number } }>>;
  };
}

interface Mirrored {
  readonly frame: Uint8Array;
  readonly vni: number;
}

/** The shipped traffic, copy after copy, and what only all packets of two hosts together tell. */
function traffic(): Mirrored[] {
  const all: Mirrored[] = [];
  const batch = new PacketBatch(new Uint8Array(1 << 20));
  const opened = openCaptureFile(WARM_UP, { data: batch.data, offset: 0, size: 1 << 20 });
  assert.ok(opened.ok);
  while (opened.reader.next(batch) > 0)
    for (let copy = 0; copy < COPIES; copy++)
      for (let i = 0; i < batch.count; i++) {
        const frame = batch.data.slice(batch.offset[i], batch.offset[i]! + batch.length[i]!);
        // the third byte of both addresses
        if (frame[12] === 8 && frame[13] === 0) frame[ADDRESSES + 2] = frame[ADDRESSES + 6] = copy;
        all.push({ frame, vni: copy % 3 });
      }
  opened.reader.close();
  for (let i = 0; i < COPIES; i++) {
    const there = { src: `10.1.2.${String(i)}`, dst: `10.9.${String(i)}.7` };
    const datagram = udp({ sp: 4000, dp: 5000 }, concat(new Uint8Array(12), ascii('__hel'), ascii('lo__')));
    const [first, second] = [datagram.subarray(0, 24), datagram.subarray(24)];
    const whole = { ...there, protocol: 17, id: 7 };
    all.push({ frame: ethernet(0x0800, ipv4({ ...whole, moreFragments: true }, first)), vni: 1 });
    all.push({ frame: ethernet(0x0800, ipv4({ ...whole, fragmentOffset: 24 }, second)), vni: 1 });
    const about = udp4({ sp: 6000, dp: 9 }, ascii('nobody'), there);
    const quote = concat(new Uint8Array(4), about.subarray(14));
    all.push({ frame: about, vni: 1 });
    all.push({ frame: icmp4(3, 3, quote, { src: `172.16.${String(i)}.1`, dst: there.src }), vni: 1 });
    const there6 = { src: `2001:db8::${i.toString(16)}`, dst: 'fd00::1' };
    all.push({ frame: udp6({ sp: 1, dp: 2 }, ascii('hello'), there6), vni: 2 });
    all.push({ frame: udp6({ sp: 2, dp: 1 }, ascii('hello'), { src: there6.dst, dst: there6.src }), vni: 2 });
  }
  return all;
}

describe('traffic mirrors on several workers', function () {
  this.timeout(120_000);
  let program: Program;
  /** Of as many tunnels: who encapsulates takes one by the packet's addresses, other ones by direction. */
  let senders: KernelSocket[] = [];
  let port = 0;
  let sent = 0;

  before(async function () {
    if (!isBuilt() || kernelSocketReason !== '') {
      console.log(`      skipped: ${isBuilt() ? kernelSocketReason : 'not built'}`);
      this.skip();
    }
    program = new Program();
    program.nodeOptions = ['--import', MORTAL];
    port = await freePort();
    senders = Array.from({ length: 4 }, () => KernelSocket.open(AF_INET, SOCK_DGRAM, 0) as KernelSocket);
  });
  after(async () => {
    for (const sender of senders) sender.close();
    await (program as Program | undefined)?.remove();
  });

  function freePort(): Promise<number> {
    return new Promise((resolve) => {
      const socket = createSocket('udp4');
      socket.bind(0, '127.0.0.1', () => {
        const { port: free } = socket.address();
        socket.close(() => {
          resolve(free);
        });
      });
    });
  }

  async function start(threads: number, rules: string): Promise<void> {
    program.write('mirror.yaml', CONFIG.replace('THREADS', String(threads)));
    sent = 0;
    const words = ['run', '-c', 'mirror.yaml', '-r', rules, '--out', '.', '-k', 'none', ...program.answering];
    await program.start([], ...words, '--listen', `vxlan://127.0.0.1:${String(port)}`);
    assert.match(program.told, new RegExp(`Threads created -> W: ${String(threads)}`));
  }

  function send({ frame, vni }: Mirrored): void {
    const datagram = concat(hex('08 00 00 00 00 00 00 00'), frame);
    datagram[6] = vni;
    const sender = senders[(frame[ADDRESSES + 3]! + 3 * frame[ADDRESSES + 7]!) % senders.length]!;
    assert.equal(sender.send(datagram, 0, datagram.length, socketAddress('127.0.0.1', port)!.bytes), datagram.length);
    sent++;
  }

  /** One datagram between each of some hosts. */
  function greet(word: string): void {
    for (let i = 0; i < COPIES; i++)
      send({ frame: udp4({}, ascii(word), { src: `10.1.2.${String(i)}`, dst: `10.9.${String(i)}.7` }), vni: 1 });
  }

  const alerts = (sid: number): number =>
    program.events<Event>('alert').filter(({ alert }) => alert?.signature_id === sid).length;
  const taken = (): number => (program.counters() as Required<Event>['stats']).capture.kernel_packets;

  /** What is to be the same on any number of workers, in an order of its own. */
  function outcome(): Readonly<Record<'alerts' | 'flows', string[]>> {
    const of = (event: Event): unknown[] => {
      const { app_proto: protocol, dest_ip: to, dest_port: toPort, proto, src_ip: from, src_port: fromPort } = event;
      return [event.vni, proto, from, fromPort, to, toPort, protocol, event.in_iface];
    };
    const counts = ({ flow }: Event): unknown[] =>
      ['pkts_toserver', 'pkts_toclient', 'bytes_toserver', 'bytes_toclient', 'state', 'alerted'].map(
        (name) => flow![name],
      );
    const told = program.events<Event>('alert').map((event) => [event.alert!.signature_id, ...of(event)]);
    const flows = program.events<Event>('flow').map((event) => [...of(event), ...counts(event)]);
    return { alerts: told.map(String).sort(), flows: flows.map(String).sort() };
  }

  async function outcomeOn(threads: number): Promise<ReturnType<typeof outcome>> {
    program.write('all.rules', readFileSync(WARM_UP_RULES, 'utf8') + RULES);
    await start(threads, 'all.rules');
    for (const one of traffic()) send(one);
    assert.ok(await until(() => taken() === sent), program.told);
    assert.equal(await program.stop(), 0, program.told);
    const { stats } = program.events<Event>('stats').at(-1)!;
    assert.deepEqual(stats!.capture, { kernel_packets: sent, kernel_drops: 0, errors: 0 });
    assert.equal(stats!.decoder.pkts, sent);
    const shares = Object.values(stats!.threads).map(({ decoder }) => decoder?.pkts ?? 0);
    const atWork = shares.filter((packets) => packets > sent / 10);
    assert.equal(atWork.length, threads, JSON.stringify(shares));
    return outcome();
  }

  it('tell the same alerts and flows as on one', async () => {
    const one = await outcomeOn(1);
    const two = await outcomeOn(2);
    assert.ok(one.alerts.length > 20 * COPIES, String(one.alerts.length));
    assert.equal(one.flows.length, 9 * COPIES);
    assert.deepEqual(two.alerts, one.alerts);
    assert.deepEqual(two.flows, one.flows);
  });

  it('have the run mode that was asked for, whatever their number', async () => {
    program.write('mirror.rules', RULES);
    await start(1, 'mirror.rules');
    assert.equal(program.ask('running-mode'), 'workers');
    assert.equal(await program.stop(), 0, program.told);
  });

  it('answer commands as one, and all go over to other rules', async () => {
    program.write('mirror.rules', RULES);
    await start(2, 'mirror.rules');
    const name = `vxlan://127.0.0.1:${String(port)}`;
    greet('hello');
    assert.ok(await until(() => alerts(100) === COPIES), program.told);
    assert.deepEqual(program.ask('iface-list'), { count: 1, ifaces: [name] });
    assert.ok(await until(() => (program.ask('iface-stat', name) as { pkts: number }).pkts === COPIES), program.told);
    program.write('mirror.rules', OTHER);
    program.signal('SIGUSR2');
    assert.ok(await until(() => program.told.includes('rule reload complete')), program.told);
    greet('other');
    assert.ok(await until(() => alerts(101) === COPIES), program.told);
  });

  it('keep what comes while another takes the place of one that ended', async () => {
    for (const [worker, how] of [
      [0, 'exit'],
      [1, 'throw'],
    ] as const) {
      const before = alerts(100);
      program.told = '';
      program.write(`end-${String(worker)}.new`, how);
      renameSync(join(program.folder, `end-${String(worker)}.new`), join(program.folder, `end-${String(worker)}`));
      assert.ok(await until(() => program.told.includes('its flows are lost')), program.told);
      assert.doesNotMatch(program.told, /another takes its place/);
      greet('hello');
      assert.ok(await until(() => program.told.includes('another takes its place')), program.told);
      greet('hello');
      assert.ok(await until(() => alerts(100) === before + 2 * COPIES), program.told);
    }
    assert.ok(await until(() => taken() === sent), program.told);
    const { tayra } = program.counters() as { readonly tayra: { readonly workers_lost: number } };
    assert.equal(tayra.workers_lost, 2);
  });

  it('count what they had no room for, where it is looked for', async () => {
    const large = { frame: udp4({}, new Uint8Array(60_000)), vni: 1 };
    program.signal('SIGSTOP');
    // twice what the kernel keeps at most
    for (let i = 0; i < 5000; i++) send(large);
    program.signal('SIGCONT');
    assert.ok(await until(() => taken() === sent), `${String(taken())} of ${String(sent)}`);
    const { kernel_drops: drops } = (program.counters() as Required<Event>['stats']).capture;
    assert.ok(drops > 0);
    const socket = join(program.folder, 'command.socket');
    const { status, stdout } = spawnSync(process.execPath, [Program.path, 'drops', '--socket', socket], {
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stdout, new RegExp(`${String(drops)} packets \\(.*\\)  capture.kernel_drops`));
    assert.equal(await program.stop('SIGTERM'), 0, program.told);
    assert.deepEqual(program.events<Event>('stats').at(-1)!.stats!.capture, {
      kernel_packets: sent,
      kernel_drops: drops,
      errors: 0,
    });
  });

  it('look at what came before they are to end', async () => {
    await start(2, 'mirror.rules');
    program.signal('SIGSTOP');
    for (let i = 0; i < 100; i++) greet('hello');
    const end = Date.now();
    program.signal('SIGTERM');
    await until(() => Date.now() > end + 300);
    program.signal('SIGCONT');
    assert.equal(await program.stop(), 0, program.told);
    assert.equal(alerts(100), sent);
    // the time is that of the kernel
    for (const { timestamp } of program.events<Event>('alert')) assert.ok(Date.parse(timestamp) <= end, timestamp);
  });

  it('do not take packets of another program', async () => {
    await start(2, 'mirror.rules');
    const second = new Program();
    second.write('mirror.yaml', CONFIG.replace('THREADS', '2'));
    second.write('mirror.rules', RULES);
    const words = ['run', '-c', 'mirror.yaml', '-r', 'mirror.rules', '--out', '.'];
    await assert.rejects(second.start([], ...words, '--listen', `vxlan://127.0.0.1:${String(port)}`));
    assert.match(second.told, /EADDRINUSE: another program listens there/);
    assert.equal(await second.ended(), 1);
    await second.remove();
    greet('hello');
    assert.ok(await until(() => alerts(100) === COPIES), program.told);
    assert.equal(await program.stop(), 0, program.told);
  });
});
