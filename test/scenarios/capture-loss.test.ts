// One of several workers that capture from an interface ends before its time: the other has its packets until another
// takes its place.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVER } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { end, until } from './network.ts';
import { LOADED_CONFIG, onGateway } from './on-gateway.ts';
import type { Program } from './program.ts';

const MORTAL = fileURLToPath(new URL('mortal.mjs', import.meta.url));
const CONFIG = `${LOADED_CONFIG.replace('flow, stats', 'flow, stats: { threads: yes }')}
af-packet: [ { interface: inside, threads: 2, cluster-id: 97, cluster-type: cluster_flow } ]
`;
const RULES = `
alert udp any any -> any 53 (msg:"learn"; content:"learn this"; xbits:set,known,track ip_src,expire 3600; sid:1;)
alert udp any any -> any 53 (msg:"known"; content:"who knows"; xbits:isset,known,track ip_src; sid:2;)
alert udp any any -> any 53 (msg:"word"; content:"a word"; sid:3;)
alert tcp any any -> any 81 (msg:"tick"; flow:established,to_server; content:"tick"; sid:4;)
alert http any any -> any any (msg:"page"; flow:to_server; http.uri; content:"/forbidden"; sid:5;)
`;
const OTHER = `${RULES}
alert udp any any -> any 53 (msg:"other"; content:"another word"; sid:6;)
`;
const MEMORY = '--max-old-space-size=300';
/** Datagrams, each of a port of its own, and connections: some of each are either worker's. */
const SOME = 24;
const SEND = `
const [text, count] = process.argv.slice(1);
for (let i = 0; i < Number(count); i++) {
  const socket = require('node:dgram').createSocket('udp4');
  socket.send(text, 53, '${SERVER}', () => socket.close());
}`;
/** Connections that go on and on, each time with enough to be looked at. */
const LISTEN = "require('node:net').createServer((socket) => socket.resume()).listen(81, () => console.log('ready'));";
const TALK = `
for (let i = 0; i < ${String(SOME)}; i++) {
  const socket = require('node:net').connect(81, '${SERVER}', () => setInterval(() => socket.write('tick'.padEnd(3000)), 100));
}`;

interface Event {
  readonly event_type: string;
  readonly src_port?: number;
  readonly alert?: { readonly signature_id: number };
  readonly stats?: {
    readonly capture: { readonly kernel_packets: number };
    readonly threads: Readonly<Record<string, { readonly decoder?: { readonly pkts: number } }>>;
  };
}

describe('the loss of a worker that captures', function () {
  this.timeout(60_000);
  let gateway: Gateway;
  let program: Program;
  const peers: ChildProcess[] = [];
  onGateway('router', (made) => {
    ({ gateway, program } = made);
    program.nodeOptions = [MEMORY, '--import', MORTAL];
    program.write('capture.yaml', CONFIG);
    program.write('capture.rules', RULES);
  });
  after(() => Promise.all(peers.map((peer) => end(peer, 'SIGKILL'))));

  /** Runs a script in a namespace until the end of the tests. */
  function spawnPeer(place: 'client' | 'server', script: string): ChildProcess {
    const [first, ...words] = gateway.inside(place, process.execPath, '-e', script);
    const peer = spawn(first!, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    peers.push(peer);
    return peer;
  }

  const alerts = (sid: number): Event[] =>
    program.events<Event>('alert').filter(({ alert }) => alert?.signature_id === sid);

  /** As many datagrams. @returns once their alerts are there, each once */
  async function seen(text: string, sid: number): Promise<void> {
    const before = alerts(sid).length;
    assert.equal(gateway.run('client', process.execPath, '-e', SEND, text, String(SOME)), '');
    assert.ok(await until(() => alerts(sid).length >= before + SOME), `${program.told} ${String(alerts(sid).length)}`);
    assert.equal(alerts(sid).length, before + SOME);
  }

  /** From now on there is more to see of all connections. */
  async function goOn(): Promise<void> {
    const before = alerts(4).length;
    const ports = (): number =>
      new Set(
        alerts(4)
          .slice(before)
          .map(({ src_port: port }) => port),
      ).size;
    assert.ok(await until(() => ports() === SOME), `${String(ports())} ${program.told}`);
  }

  async function lose(worker: number, how: string): Promise<void> {
    program.told = '';
    const path = join(program.folder, `end-${String(worker)}`);
    program.write(`end-${String(worker)}.new`, how);
    renameSync(`${path}.new`, path);
    assert.ok(await until(() => program.told.includes('its flows are lost')), program.told);
  }

  const isReplaced = (): Promise<boolean> => until(() => program.told.includes('another takes its place'));

  it('leaves its packets to the other, then to the one that takes its place', async () => {
    const words = ['-c', 'capture.yaml', '-S', 'capture.rules', '-l', '.', '-k', 'none', '-i', 'inside'];
    await program.start(gateway.inside('gateway'), ...words, ...program.answering);
    assert.match(program.told, /Threads created -> W: 2/);
    await seen('a word', 3);
    await seen('learn this', 1);
    const server = spawnPeer('server', LISTEN);
    await once(server.stdout!, 'data');
    spawnPeer('client', TALK);
    await goOn();
    for (const [worker, how] of [
      [0, 'throw'],
      [1, 'memory'],
    ] as const) {
      await lose(worker, how);
      await seen('a word', 3);
      assert.ok(await isReplaced(), program.told);
      await seen('a word', 3);
      await goOn();
    }
  });

  it('leaves rules and what they remember as they were', async () => {
    await seen('who knows', 2);
    for (let i = 0; i < 4; i++) {
      const before = alerts(5).length;
      assert.equal(gateway.get('/forbidden').text, 'hello /forbidden');
      assert.ok(await until(() => alerts(5).length === before + 1), program.told);
    }
  });

  it('is followed by the rules of a reload since', async () => {
    program.write('capture.rules', OTHER);
    program.signal('SIGUSR2');
    assert.ok(await until(() => program.told.includes('rule reload complete')), program.told);
    await lose(0, 'exit');
    assert.ok(await isReplaced(), program.told);
    await seen('another word', 6);
  });

  it('is counted, and takes nothing from what was counted before', async () => {
    const { tayra } = program.counters() as { readonly tayra: { readonly workers_lost: number } };
    assert.equal(tayra.workers_lost, 3);
    const { pkts } = program.ask('iface-stat', 'inside') as { readonly pkts: number };
    assert.equal(await program.stop(), 0, program.told);
    const { capture, threads } = program.events<Event>('stats').at(-1)!.stats!;
    assert.ok(capture.kernel_packets >= pkts && pkts > 10 * SOME, `${String(capture.kernel_packets)} ${String(pkts)}`);
    const shares = Object.values(threads).map(({ decoder }) => decoder?.pkts ?? 0);
    assert.equal(shares.filter((packets) => packets > SOME).length, 2, String(shares));
  });
});
