// Inline on a real kernel: what a gateway forwards goes through a netfilter queue, and what rules stop does not arrive.

import assert from 'node:assert/strict';
import { SERVER6 } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { until } from './network.ts';
import { onGateway } from './on-gateway.ts';
import { Program } from './program.ts';

const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log:
      enabled: yes
      filename: eve.json
      types: [ { alert: { verdict: yes } }, drop, http, flow, stats ]
flow-timeouts:
  udp: { new: 1, established: 1, bypassed: 1 }
stats: { enabled: yes, interval: 1 }
unix-command: { enabled: no }
nfq: { fail-open: yes, bypass-mark: 0x40, bypass-mask: 0x40 }
`;
const RULES = `
drop http any any -> any any (msg:"page"; flow:to_server; http.uri; content:"/forbidden"; sid:1;)
drop udp any any -> any 53 (msg:"name"; content:"forbidden"; sid:2;)
drop icmp any any -> any any (msg:"echo"; itype:8; content:"nobody"; sid:3;)
alert udp any any -> any 53 (msg:"let go"; content:"trusted"; bypass; sid:4;)
alert udp any any -> any 53 (msg:"mark"; content:"marked"; nfq_set_mark:0x8/0x8; sid:5;)
`;
const WRITING = 'alert udp any any -> any 53 (msg:"other"; content:"hello"; replace:"HALLO"; sid:9;)\n';
const LARGE = 64 << 20;
/** A client that forgets its connection, as after a crash (TCP_REPAIR), and begins another from the same port. */
const FORGETFUL = `
import socket, sys
def ask():
    s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(4)
    s.bind(("", 5555))
    s.connect((sys.argv[1], 80))
    s.sendall(b"GET /%s HTTP/1.1\\r\\nHost: there\\r\\n\\r\\n" % sys.argv[2].encode())
    if sys.argv[2] == "slow": s.shutdown(socket.SHUT_WR)
    assert b" 200 " in s.recv(1000)
    s.setsockopt(socket.IPPROTO_TCP, 19, 1)
    s.close()
ask()
ask()
`;

interface Event {
  readonly event_type: string;
  readonly src_ip?: string;
  readonly in_iface?: string;
  readonly alert?: { readonly signature_id: number; readonly action: string };
  readonly verdict?: { readonly action: string };
  readonly drop?: { readonly reason: string };
  readonly flow?: { readonly reason: string; readonly state: string };
  readonly stats?: {
    readonly capture: { readonly kernel_packets: number; readonly kernel_drops: number; readonly errors: number };
    readonly ips: Readonly<Record<'accepted' | 'blocked' | 'rejected' | 'replaced', number>>;
  };
}

describe('inline on a queue', function () {
  this.timeout(120_000);
  let gateway: Gateway;
  let program: Program;
  onGateway('router', async (made) => {
    ({ gateway, program } = made);
    program.write('inline.yaml', CONFIG);
    program.write('inline.rules', RULES);
    program.write('writing.rules', WRITING);
    assert.equal(gateway.firewall('-A FORWARD -m mark --mark 0x8/0x8 -j DROP'), '');
    assert.equal(gateway.firewall('-t mangle -A FORWARD -j NFQUEUE --queue-balance 3:4 --queue-bypass'), '');
    await start();
  });

  async function start(rules = 'inline.rules', ...more: string[]): Promise<void> {
    const words = ['-c', 'inline.yaml', '-S', rules, '-l', '.', '-q', '3', '-q', '4', ...more];
    await program.start(gateway.inside('gateway'), ...words);
  }

  it('lets pages through and stops one, for IPv4 and IPv6', async () => {
    for (const host of ['10.97.2.2', SERVER6]) {
      assert.equal(gateway.get('/', { host }).text, 'hello /', program.told);
      assert.equal(gateway.get('/forbidden/x', { host }).error, 'timeout');
      assert.equal(gateway.get('/other', { host }).text, 'hello /other');
    }
    assert.ok(await until(() => program.events('drop').length >= 2), program.told);
    const [first] = program.events<Event>('alert').filter(({ alert }) => alert?.signature_id === 1);
    assert.deepEqual([first?.alert?.action, first?.verdict?.action], ['blocked', 'drop']);
    assert.equal(program.events<Event>('drop')[0]?.drop?.reason, 'rules');
    assert.ok(program.events<Event>('alert').every(({ in_iface }) => in_iface === undefined));
  });

  it('lets datagrams and echoes through and stops some, for IPv4 and IPv6', () => {
    for (const host of ['10.97.2.2', SERVER6]) {
      assert.equal(gateway.send('question', host).text, 'question');
      assert.equal(gateway.send('forbidden', host).error, 'timeout');
      assert.equal(gateway.ping(host).text, 'answered');
    }
  });

  it('sets the marks that rules ask for, and that of flows which are not looked at any more', () => {
    assert.equal(gateway.send('marked').error, 'timeout', 'the firewall drops what is marked');
    assert.equal(gateway.firewall('-A FORWARD -m mark --mark 0x40/0x40 -p udp -j DROP'), '');
    assert.equal(gateway.send('trusted').error, 'timeout');
    assert.equal(gateway.send('question').text, 'question');
    assert.equal(gateway.firewall('-D FORWARD -m mark --mark 0x40/0x40 -p udp -j DROP'), '');
  });

  it('ends flows by the clock', async () => {
    const isOver = ({ flow }: Event): boolean => flow?.reason === 'timeout';
    assert.ok(await until(() => program.events<Event>('flow').some(isOver)), program.told);
  });

  it('forwards a large page whole, in large packets', () => {
    const direct = gateway.get(`/large/${String(LARGE)}`, { timeout: 30_000 });
    assert.equal(direct.bytes, LARGE, direct.error);
    assert.equal(gateway.firewall('-t mangle -I FORWARD -j ACCEPT'), '');
    const unseen = gateway.get(`/large/${String(LARGE)}`, { timeout: 30_000 });
    assert.equal(gateway.firewall('-t mangle -D FORWARD 1'), '');
    assert.equal(direct.sha256, unseen.sha256);
  });

  it('forwards a page whole to a client that closes its window, when what it answers to probes is lost', () => {
    const path = `/large/${String(LARGE >> 2)}`;
    const whole = gateway.get(path, { timeout: 10_000 });
    for (const [tables, host, window] of [
      ['iptables', '10.97.2.2', '0>>22&0x3C@12&0xFFFF=0'],
      ['ip6tables', SERVER6, '52&0xFFFF=0'],
    ] as const) {
      const answers = `-i inside -p tcp --tcp-flags ALL ACK -m u32 --u32 ${window}`;
      const rules = [`${answers} -m limit --limit 1/hour --limit-burst 1 -j ACCEPT`, `${answers} -j DROP`];
      const change = (how: string): void => {
        for (const rule of rules)
          assert.equal(gateway.run('gateway', tables, '-w', '-t', 'raw', how, 'PREROUTING', ...rule.split(' ')), '');
      };
      change('-A');
      const seen = gateway.get(path, { host, timeout: 10_000, rest: 1000 });
      change('-D');
      assert.equal(seen.bytes, LARGE >> 2, seen.error);
      assert.equal(seen.sha256, whole.sha256);
    }
  });

  it('lets a client that forgot its connection begin another from the same port', () => {
    for (const host of ['10.97.2.2', SERVER6])
      for (const path of ['open', 'slow'])
        assert.equal(gateway.run('client', 'python3', '-c', FORGETFUL, host, path), '', program.told);
  });

  it('forwards a page whole over a path that is narrow and loses packets', () => {
    const loss = '-m statistic --mode random --probability 0.02 -j DROP';
    const path = `/large/${String(LARGE >> 4)}`;
    const whole = gateway.get(path);
    assert.equal(gateway.ip('client', 'link set wire mtu 1280'), '');
    assert.equal(gateway.firewall(`-t raw -A PREROUTING ${loss}`), '');
    for (const host of ['10.97.2.2', SERVER6]) {
      const seen = gateway.get(path, { host, timeout: 30_000 });
      assert.equal(seen.bytes, LARGE >> 4, seen.error);
      assert.equal(seen.sha256, whole.sha256);
    }
    assert.equal(gateway.firewall(`-t raw -D PREROUTING ${loss}`), '');
    assert.equal(gateway.ip('client', 'link set wire mtu 1500'), '');
  });

  it('ends with everything written, and the counts add up', async () => {
    assert.equal(await program.stop(), 0, program.told);
    const { capture, ips } = program.events<Event>('stats').at(-1)!.stats!;
    assert.deepEqual([capture.kernel_drops, capture.errors], [0, 0]);
    const decided = ips.accepted + ips.blocked + ips.rejected + ips.replaced;
    assert.equal(decided, capture.kernel_packets);
    assert.ok(ips.blocked >= 6, JSON.stringify(ips));
  });

  it('sends packets on as rules write them, with checksums that hold', async () => {
    await start('writing.rules');
    for (const host of ['10.97.2.2', SERVER6]) assert.equal(gateway.send('hello you', host).text, 'HALLO you');
    assert.equal(gateway.get(`/large/${String(1 << 20)}`).bytes, 1 << 20);
    assert.equal(await program.stop(), 0);
    assert.equal(program.events<Event>('stats').at(-1)?.stats?.ips.replaced, 2);
  });

  it('does so with rules that come by a reload, while nothing else is disturbed', async () => {
    program.write('changing.rules', RULES);
    await start('changing.rules');
    assert.equal(gateway.send('hello you').text, 'hello you');
    program.write('changing.rules', WRITING);
    program.signal('SIGUSR2');
    assert.ok(await until(() => gateway.send('hello you').text === 'HALLO you'), program.told);
    assert.equal(gateway.send('hello you', SERVER6).text, 'HALLO you');
    assert.equal(gateway.get('/forbidden').text, 'hello /forbidden');
    assert.equal(await program.stop(), 0);
  });

  it('lets traffic flow again at once when it is killed and the queue is passed by', async () => {
    await start();
    assert.equal(gateway.get('/forbidden').error, 'timeout');
    await program.stop('SIGKILL');
    assert.equal(gateway.get('/forbidden', { timeout: 1000 }).text, 'hello /forbidden');
  });

  it('lets nothing through when it is killed and the queue is not passed by', async () => {
    assert.equal(gateway.firewall('-t mangle -F FORWARD'), '');
    assert.equal(gateway.firewall('-t mangle -A FORWARD -j NFQUEUE --queue-num 3'), '');
    await start();
    assert.equal(gateway.get('/').text, 'hello /');
    await program.stop('SIGKILL');
    assert.equal(gateway.get('/', { timeout: 1000 }).error, 'timeout');
  });

  it('says why a queue cannot be had', async () => {
    await start();
    const second = new Program();
    second.write('inline.yaml', CONFIG);
    const words = ['-c', 'inline.yaml', '-S', '/dev/null', '-l', '.', '-q', '3'];
    await assert.rejects(second.start(gateway.inside('gateway'), ...words));
    assert.match(second.told, /queue 3: another program has it/);
    await second.remove();
    assert.equal(gateway.get('/').text, 'hello /');
    assert.equal(await program.stop('SIGTERM'), 0);
  });
});
