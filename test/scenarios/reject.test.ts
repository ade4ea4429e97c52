// Rejecting on a real kernel: both ends of a refused conversation are told at once, inline and beside the wire.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { SERVER, SERVER6 } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { until } from './network.ts';
import { onGateway } from './on-gateway.ts';
import type { Program } from './program.ts';

const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [ { alert: { verdict: yes } }, stats ] }
stats: { enabled: yes, interval: 1 }
unix-command: { enabled: no }
`;
const RULES = `
reject http any any -> any any (msg:"client"; flow:to_server; http.uri; content:"/refused"; sid:1;)
rejectboth http any any -> any any (msg:"both"; flow:to_server; http.uri; content:"/both"; sid:2;)
reject udp any any -> any 53 (msg:"datagram"; content:"refused"; sid:3;)
rejectboth http any any -> any any (msg:"slow"; flow:to_server; http.uri; content:"/slow"; sid:4;)
`;

interface Event {
  readonly event_type: string;
  readonly verdict?: { readonly action: string; readonly reject?: readonly string[]; readonly reject_target?: string };
  readonly stats?: {
    readonly ips?: { readonly rejected: number };
  };
}

interface Counted {
  readonly tayra: { readonly reject: { readonly sent: number; readonly errors: number } };
}

describe('rejecting', function () {
  this.timeout(120_000);
  let gateway: Gateway;
  let program: Program;
  onGateway('router', (made) => {
    ({ gateway, program } = made);
    program.write('reject.yaml', CONFIG);
    program.write('reject.rules', RULES);
    assert.equal(gateway.firewall('-A FORWARD -j NFQUEUE --queue-num 0 --queue-bypass'), '');
  });

  const start = (...source: string[]): Promise<void> =>
    program.start(
      gateway.inside('gateway'),
      '-c',
      'reject.yaml',
      '-S',
      'reject.rules',
      '-l',
      '.',
      ...program.answering,
      ...source,
    );

  it('resets the connection of a client at once, over IPv4 and IPv6, and no other', async () => {
    await start('-q', '0');
    for (const host of [SERVER, SERVER6]) {
      assert.equal(gateway.get('/refused', { host }).error, 'ECONNRESET');
      assert.equal(gateway.get('/', { host }).text, 'hello /');
    }
  });

  it('is a reset for curl as well', function () {
    const [name, ...words] = gateway.inside('client', 'curl', '-s', '-m', '5', `http://${SERVER}/refused`);
    const { status, stderr } = spawnSync(name!, words, { encoding: 'utf8' });
    if (stderr.includes('No such file')) this.skip();
    assert.equal(status, 56, 'failure in receiving network data');
  });

  it('resets the side of the server, too, where a rule asks for both', async () => {
    for (const host of [SERVER, SERVER6]) {
      // again and again: a reset that overtakes the end of the handshake is one that the server never hears of
      for (let tries = 0; tries < 10; tries++) {
        gateway.heard = '';
        assert.equal(gateway.get('/both', { host }).error, 'ECONNRESET');
        assert.ok(await until(() => gateway.heard.includes('ECONNRESET'), 3000), `${host}, try ${String(tries)}`);
      }
    }
  });

  it('tells senders of datagrams that it is prohibited', () => {
    assert.equal(gateway.send('refused').error, 'EHOSTUNREACH');
    assert.equal(gateway.send('refused', SERVER6).error, 'EACCES');
    assert.equal(gateway.send('question').text, 'question');
  });

  it('is told of and counted', async () => {
    const { reject } = (program.counters() as Counted).tayra;
    assert.equal(await program.stop(), 0, program.told);
    const verdicts = program.events<Event>('alert').map(({ verdict }) => verdict);
    assert.deepEqual(verdicts[0], { action: 'drop', reject_target: 'to_client', reject: ['tcp-reset'] });
    assert.deepEqual(verdicts.at(-1), { action: 'drop', reject_target: 'to_client', reject: ['icmp-prohib'] });
    const { ips } = program.events<Event>('stats').at(-1)!.stats!;
    assert.equal(ips?.rejected, verdicts.length);
    assert.equal(reject.errors, 0);
    assert.ok(reject.sent >= verdicts.length + 2, 'twice for those that concern both ends');
  });

  it('works beside the wire: who is told gives up, though the request arrived', async () => {
    assert.equal(gateway.firewall('-F FORWARD'), '');
    assert.equal(gateway.get('/slow', { timeout: 5000 }).text, 'at last');
    await start('-i', 'inside');
    for (const host of [SERVER, SERVER6]) {
      gateway.heard = '';
      assert.equal(gateway.get('/slow', { host, timeout: 5000 }).error, 'ECONNRESET');
      assert.equal(gateway.get('/', { host }).text, 'hello /');
    }
    const { reject } = (program.counters() as Counted).tayra;
    assert.equal(await program.stop(), 0, program.told);
    assert.ok(reject.sent >= 4 && reject.errors === 0, JSON.stringify(reject));
  });
});
