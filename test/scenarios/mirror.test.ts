// The end of a traffic mirror: VXLAN and Geneve on ordinary UDP sockets of the loopback, without privileges.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ascii, udp4 } from '../support/packets.ts';
import { end, eventsIn, until, isForAnybody } from './network.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/tayra.js', import.meta.url));
const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [alert, flow, stats] }
stats: { enabled: yes, interval: 1 }
unix-command: { enabled: no }
tayra: { metrics: { enabled: yes, listen: "127.0.0.1:METRICS" } }
`;
const RULES = 'alert udp any any -> any any (msg:"m"; content:"hello"; sid:1;)\n';

interface Event {
  readonly event_type: string;
  readonly vni?: number;
  readonly in_iface?: string;
  readonly src_ip?: string;
  readonly flow_id?: number;
  readonly flow?: { readonly pkts_toserver: number };
  readonly stats?: { readonly capture?: { readonly kernel_packets: number; readonly kernel_drops: number } };
}

const FRAME = Buffer.from(udp4({}, ascii('hello')));
const ETHERNET = 14;

function vxlan(vni: number, frame: Uint8Array): Buffer {
  const header = Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUIntBE(vni, 4, 3);
  return Buffer.concat([header, frame]);
}

/** With an option, as those of cloud gateways have. @param type 0x6558: Ethernet, 0x0800: IPv4 */
function geneve(vni: number, type: number, inner: Uint8Array): Buffer {
  const header = Buffer.from([2, 0, type >> 8, type & 255, 0, 0, 0, 0, 1, 8, 1, 1, 0, 0, 0, 7]);
  header.writeUIntBE(vni, 4, 3);
  return Buffer.concat([header, inner]);
}

describe('traffic mirror', function () {
  this.timeout(60_000);
  let folder: string;
  let child: ChildProcess;
  let told = '';
  const ports = { vxlan: 0, geneve: 0, metrics: 0 };
  before(async function () {
    if (!existsSync(PROGRAM)) {
      console.log('      skipped: not built');
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'tayra-mirror-'));
    chmodSync(folder, 0o777);
    for (const kind of ['vxlan', 'geneve', 'metrics'] as const) ports[kind] = await freePort();
    writeFileSync(join(folder, 'mirror.yaml'), CONFIG.replace('METRICS', String(ports.metrics)));
    writeFileSync(join(folder, 'mirror.rules'), RULES);
    await start(
      '--listen',
      `vxlan://127.0.0.1:${String(ports.vxlan)}`,
      '--listen',
      `geneve://[::1]:${String(ports.geneve)}`,
    );
    if (told.includes('EADDRNOTAVAIL')) this.skip();
  });
  after(async () => {
    if ((child as ChildProcess | undefined) === undefined) return;
    await end(child, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  function freePort(): Promise<number> {
    return new Promise((resolve) => {
      const socket = createSocket('udp4');
      socket.bind(0, '127.0.0.1', () => {
        const { port } = socket.address();
        socket.close(() => {
          resolve(port);
        });
      });
    });
  }

  async function start(...more: string[]): Promise<void> {
    told = '';
    rmSync(join(folder, 'eve.json'), { force: true });
    const words = ['run', '-c', join(folder, 'mirror.yaml'), '-r', join(folder, 'mirror.rules'), '--out', folder];
    // no privileges are needed: where the test has some, it gives them up
    const as = process.getuid?.() === 0 && isForAnybody(PROGRAM) ? { uid: 65_534, gid: 65_534 } : {};
    child = spawn(process.execPath, [PROGRAM, ...words, ...more], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...as,
    });
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text: Buffer) => (told += text.toString()));
    assert.ok(await until(() => told.includes('Engine started.') || child.exitCode !== null), told);
  }

  function send(kind: 'vxlan' | 'geneve', ...datagrams: readonly Buffer[]): Promise<void> {
    const socket = createSocket(kind === 'vxlan' ? 'udp4' : 'udp6');
    const address = kind === 'vxlan' ? '127.0.0.1' : '::1';
    const sent = datagrams.map(
      (one) =>
        new Promise<void>((resolve, reject) => {
          socket.send(one, ports[kind], address, (error) => {
            if (error === null) resolve();
            else reject(error);
          });
        }),
    );
    return Promise.all(sent).then(() => {
      socket.close();
    });
  }
  const events = (type: string): Event[] =>
    eventsIn<Event>(join(folder, 'eve.json')).filter((event) => event.event_type === type);

  it('takes off what is around packets, and tells the network they came from', async () => {
    await send('vxlan', vxlan(7, FRAME), vxlan(0xabcdef, FRAME));
    assert.ok(await until(() => events('alert').length === 2), told);
    assert.deepEqual(
      events('alert').map(({ vni }) => vni),
      [7, 0xabcdef],
    );
    const [first, second] = events('alert');
    assert.equal(first!.in_iface, `vxlan://127.0.0.1:${String(ports.vxlan)}`);
    assert.equal(first!.src_ip, '10.0.0.1');
    assert.notEqual(first!.flow_id, second!.flow_id, 'the same addresses in two networks are two flows');
  });

  it('takes Geneve with Ethernet and with IP inside', async () => {
    const before = events('alert').length;
    await send('geneve', geneve(9, 0x6558, FRAME), geneve(9, 0x0800, FRAME.subarray(ETHERNET)));
    assert.ok(await until(() => events('alert').length === before + 2), told);
    const [first, second] = events('alert').slice(-2);
    assert.deepEqual([first!.vni, second!.vni], [9, 9]);
    assert.equal(first!.flow_id, second!.flow_id);
  });

  it('lets pass what is no packet', async () => {
    const before = events('alert').length;
    const broken = vxlan(1, FRAME);
    broken[0] = 0; // no network is named
    await send('vxlan', Buffer.from('x'), broken, vxlan(1, FRAME.subarray(0, 5)), vxlan(5, FRAME));
    await send('geneve', Buffer.from([0x40, 0, 8, 0, 0, 0, 0, 0, 1]), geneve(1, 0x1234, FRAME));
    assert.ok(await until(() => events('alert').length === before + 1), told);
    assert.equal(events('alert').at(-1)!.vni, 5);
  });

  it('gives its metrics while packets come', async () => {
    const response = await fetch(`http://127.0.0.1:${String(ports.metrics)}/metrics`);
    const text = await response.text();
    assert.match(text, /^tayra_detect_alert_total 5$/m);
    assert.match(text, /^tayra_mirror_no_packet_total 5$/m);
    assert.match(text, /^tayra_interface_packets_total\{interface="vxlan:\/\/127.0.0.1:\d+"\} 6$/m);
    assert.match(text, /^tayra_rules\{state="loaded"\} 1$/m);
  });

  it('counts, and tells flows with their network at the end', async () => {
    assert.equal(await end(child, 'SIGTERM'), 0, told);
    const flows = events('flow').map(({ vni, flow }) => [vni, flow!.pkts_toserver]);
    assert.deepEqual(flows.sort(), [
      [0xabcdef, 1],
      [5, 1],
      [7, 1],
      [9, 2],
    ]);
    const { capture } = events('stats').at(-1)!.stats!;
    assert.deepEqual([capture!.kernel_packets, capture!.kernel_drops], [10, 0]);
  });

  it('looks only at the networks that a filter names', async () => {
    await start('--listen', `vxlan://127.0.0.1:${String(ports.vxlan)}`, 'vni 7 or (vni 8 and tcp)');
    await send('vxlan', vxlan(6, FRAME), vxlan(7, FRAME), vxlan(8, FRAME), vxlan(7, FRAME));
    assert.ok(await until(() => events('alert').length === 2), told);
    assert.equal(await end(child, 'SIGTERM'), 0, told);
    assert.deepEqual(
      events('alert').map(({ vni }) => vni),
      [7, 7],
    );
  });

  it('says why it cannot listen', async () => {
    const taken = createSocket('udp4');
    await new Promise<void>((resolve) => {
      taken.bind(ports.vxlan, '127.0.0.1', resolve);
    });
    await start('--listen', `vxlan://127.0.0.1:${String(ports.vxlan)}`);
    assert.equal(child.exitCode, 1);
    assert.match(told, /EADDRINUSE: another program listens there/);
    taken.close();
    await start('--listen', 'gre://127.0.0.1');
    assert.equal(child.exitCode, 1);
    assert.match(told, /must be vxlan:\/\/ADDR:PORT or geneve:\/\/ADDR:PORT/);
  });
});
