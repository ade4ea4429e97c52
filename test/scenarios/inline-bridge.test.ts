// A bridge on a real kernel: two wires of one network meet in the program, which passes on what rules let through.

import assert from 'node:assert/strict';
import { SERVER, SERVER6 } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { until } from './network.ts';
import { onGateway } from './on-gateway.ts';
import type { Program } from './program.ts';

const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [ { alert: { verdict: yes } }, drop, stats ] }
stats: { enabled: yes, interval: 1 }
unix-command: { enabled: no }
`;
const TAP = `${CONFIG}af-packet:
  - { interface: inside, copy-mode: tap, copy-iface: outside }
  - { interface: outside, copy-mode: tap, copy-iface: inside }
`;
const RULES = `
drop http any any -> any any (msg:"page"; flow:to_server; http.uri; content:"/forbidden"; sid:1;)
rejectboth http any any -> any any (msg:"refused"; flow:to_server; http.uri; content:"/refused"; sid:2;)
alert udp any any -> any 53 (msg:"other"; content:"hello"; replace:"HALLO"; sid:3;)
reject udp any any -> any 53 (msg:"prohibited"; content:"refused"; sid:4;)
`;
const LARGE = 64 << 20;

interface Event {
  readonly event_type: string;
  readonly in_iface?: string;
  readonly vlan?: readonly number[];
  readonly alert?: { readonly signature_id: number; readonly action: string };
  readonly drop?: { readonly reason: string; readonly shadow?: boolean };
  readonly stats?: {
    readonly capture: {
      readonly kernel_packets: number;
      readonly kernel_drops: number;
      readonly afpacket: { readonly send_errors: number };
    };
    readonly ips?: Readonly<Record<'accepted' | 'blocked' | 'rejected' | 'replaced', number>>;
  };
}

interface Counted {
  readonly tayra: { readonly reject: { readonly sent: number; readonly errors: number } };
}

describe('inline on a bridge', function () {
  this.timeout(120_000);
  let gateway: Gateway;
  let program: Program;
  onGateway('bridge', (made) => {
    ({ gateway, program } = made);
    program.write('bridge.yaml', CONFIG);
    program.write('tap.yaml', TAP);
    program.write('bridge.rules', RULES);
  });

  const start = (...more: string[]): Promise<void> =>
    program.start(
      gateway.inside('gateway'),
      ...[
        'inline',
        '--bridge',
        'inside:outside',
        '-c',
        'bridge.yaml',
        '-r',
        'bridge.rules',
        '--out',
        '.',
        ...program.answering,
        ...more,
      ],
    );

  it('joins two wires, and stops what rules stop, over IPv4 and IPv6', async () => {
    assert.notEqual(gateway.get('/', { timeout: 700 }).text, 'hello /', 'nobody joins them yet');
    await start();
    // who asked in vain for the other's address waits before asking again
    assert.ok(await until(() => gateway.get('/').text === 'hello /'), program.told);
    for (const host of [SERVER, SERVER6]) {
      assert.equal(gateway.get('/', { host }).text, 'hello /', program.told);
      assert.equal(gateway.get('/forbidden', { host }).error, 'timeout');
      assert.equal(gateway.send('question', host).text, 'question');
      assert.equal(gateway.ping(host).text, 'answered');
    }
    assert.ok(await until(() => program.events('drop').length >= 2), program.told);
    assert.deepEqual([...new Set(program.events<Event>('drop').map(({ in_iface }) => in_iface))], ['inside']);
  });

  it('tells both ends that they are refused, though it has no address', async () => {
    for (const host of [SERVER, SERVER6]) {
      gateway.heard = '';
      assert.equal(gateway.get('/refused', { host }).error, 'ECONNRESET');
      assert.ok(await until(() => gateway.heard.includes('ECONNRESET')), gateway.heard);
    }
    assert.equal(gateway.send('refused').error, 'EHOSTUNREACH');
    assert.equal(gateway.send('refused', SERVER6).error, 'EACCES');
  });

  it('sends packets on as rules write them, with checksums that hold', () => {
    for (const host of [SERVER, SERVER6]) assert.equal(gateway.send('hello you', host).text, 'HALLO you');
  });

  it('passes a large page on whole', () => {
    const first = gateway.get(`/large/${String(LARGE)}`, { timeout: 30_000 });
    const second = gateway.get(`/large/${String(LARGE)}`, { host: SERVER6, timeout: 30_000 });
    assert.equal(first.bytes, LARGE, first.error);
    assert.equal(first.sha256, second.sha256);
  });

  it('keeps tags, also of packets that rules write into', async () => {
    assert.equal(await gateway.sendTagged(7, 'question'), '7 question');
    assert.equal(await gateway.sendTagged(9, 'hello you'), '9 HALLO you');
    assert.ok(await until(() => program.events<Event>('alert').some(({ vlan }) => vlan?.[0] === 9)), program.told);
  });

  it('survives an interface that goes down', async () => {
    assert.equal(gateway.ip('gateway', 'link set outside down'), '');
    assert.ok(await until(() => program.told.includes('outside: ENETDOWN; waiting for it to come back')), program.told);
    assert.equal(gateway.ip('gateway', 'link set outside up'), '');
    assert.ok(await until(() => program.told.includes('outside: the interface is back')), program.told);
    assert.ok(await until(() => gateway.get('/').text === 'hello /'));
  });

  it('ends with its counts, and nothing passes any more', async () => {
    const { reject } = (program.counters() as Counted).tayra;
    assert.equal(await program.stop(), 0, program.told);
    const { capture, ips } = program.events<Event>('stats').at(-1)!.stats!;
    assert.equal(capture.kernel_drops, 0);
    assert.equal(ips!.replaced, 3);
    assert.ok(ips!.rejected >= 4 && ips!.blocked >= 2, JSON.stringify(ips));
    assert.ok(reject.sent >= 6 && reject.errors === 0, JSON.stringify(reject));
    assert.equal(gateway.get('/', { timeout: 700 }).status, undefined);
  });

  it('stops nothing in shadow mode', async () => {
    await start('--shadow');
    assert.equal(gateway.get('/forbidden').text, 'hello /forbidden');
    assert.equal(gateway.get('/refused').text, 'hello /refused');
    assert.equal(await program.stop(), 0);
    assert.ok(program.events<Event>('drop').length >= 2);
    assert.ok(program.events<Event>('drop').every(({ drop }) => drop?.shadow === true));
  });

  it('only watches as a tap, with Suricata’s configuration', async () => {
    await program.start(
      gateway.inside('gateway'),
      ...['-c', 'tap.yaml', '-S', 'bridge.rules', '-l', '.', '--af-packet'],
    );
    assert.equal(gateway.get('/forbidden').text, 'hello /forbidden', program.told);
    assert.equal(await program.stop(), 0);
    assert.deepEqual(program.events('drop'), []);
    const [alert] = program.events<Event>('alert');
    assert.deepEqual([alert?.alert?.signature_id, alert?.alert?.action], [1, 'allowed']);
  });
});
