// `tayra inline --setup` on a real kernel: its own firewall rules come and go, nobody is locked out, shadow mode stops nothing.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { SERVER, SERVER6 } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { until } from './network.ts';
import { onGateway } from './on-gateway.ts';
import { Program } from './program.ts';

const CONFIG = `%YAML 1.1
---
outputs:
  - fast: { enabled: yes, filename: fast.log }
  - eve-log: { enabled: yes, filename: eve.json, types: [ { alert: { verdict: yes } }, drop, stats ] }
stats: { enabled: yes, interval: 1 }
unix-command: { enabled: no }
`;
const RULES = `
drop http any any -> any any (msg:"page"; flow:to_server; http.uri; content:"/forbidden"; sid:1;)
reject udp any any -> any 53 (msg:"name"; content:"refused"; sid:2;)
`;

interface Event {
  readonly event_type: string;
  readonly alert?: { readonly action: string };
  readonly verdict?: { readonly action: string; readonly shadow?: boolean };
  readonly drop?: { readonly reason: string; readonly shadow?: boolean };
  readonly stats?: { readonly ips: Readonly<Record<'accepted' | 'blocked', number>> };
}

interface Counted {
  readonly tayra: Readonly<Record<'late_passed' | 'late_dropped', number>>;
}

describe('tayra inline', function () {
  this.timeout(120_000);
  let gateway: Gateway;
  let program: Program;
  onGateway('router', (made) => {
    ({ gateway, program } = made);
    program.write('inline.yaml', CONFIG);
    program.write('inline.rules', RULES);
  });
  afterEach(async () => {
    await program.stop('SIGKILL');
    teardown();
  });

  const start = (...more: string[]): Promise<void> =>
    program.start(
      gateway.inside('gateway'),
      'inline',
      '-c',
      'inline.yaml',
      '-r',
      'inline.rules',
      '--out',
      '.',
      ...more,
    );

  function teardown(): string {
    const [name, ...words] = gateway.inside('gateway', process.execPath, Program.path, 'inline', '--teardown');
    return spawnSync(name!, words, { encoding: 'utf8' }).stdout;
  }

  /** Rules that this program may have made, in both families. */
  function rules(): string[] {
    return ['iptables', 'ip6tables'].flatMap((tool) => {
      const [name, ...words] = gateway.inside('gateway', tool, '-t', 'mangle', '-S');
      const { stdout } = spawnSync(name!, words, { encoding: 'utf8' });
      return stdout.split('\n').filter((line) => line.includes('TAYRA'));
    });
  }

  it('queues what is forwarded by rules of its own, says so, and takes them away at the end', async () => {
    await start('--setup');
    assert.match(program.told, /packets of FORWARD are queued/);
    assert.match(program.told, /never queued: TCP port 22/);
    assert.match(program.told, /while nobody attends to the queues packets pass/);
    for (const host of [SERVER, SERVER6]) {
      assert.equal(gateway.get('/', { host }).text, 'hello /');
      assert.equal(gateway.get('/forbidden', { host }).error, 'timeout');
    }
    assert.ok(rules().length >= 10);
    assert.equal(await program.stop(), 0, program.told);
    assert.deepEqual(rules(), []);
    assert.equal(gateway.get('/forbidden').text, 'hello /forbidden');
  });

  it('leaves out what is excluded', async () => {
    await start('--setup', '--exclude', `${SERVER}:80`);
    assert.equal(gateway.get('/forbidden').text, 'hello /forbidden');
    assert.equal(gateway.get('/forbidden', { host: SERVER6 }).error, 'timeout');
  });

  it('does not stop the network when it is killed; what it left is removed by the next start', async () => {
    await start('--setup');
    await program.stop('SIGKILL');
    assert.equal(gateway.get('/forbidden', { timeout: 1000 }).text, 'hello /forbidden');
    assert.ok(rules().length > 0);
    await start('--setup', '--queue', '2:3');
    assert.match(program.told, /rules that an earlier run left were removed/);
    assert.ok(!rules().some((rule) => rule.includes('QUEUE-0')), rules().join('\n'));
    assert.equal(gateway.get('/forbidden').error, 'timeout');
    assert.equal(await program.stop('SIGTERM'), 0);
    assert.deepEqual(rules(), []);
  });

  it('is taken down by --teardown after a crash that stopped the network, as it was told to', async () => {
    await start('--setup', '--fail-closed');
    assert.match(program.told, /while nobody attends to the queues packets are dropped/);
    assert.equal(gateway.get('/').text, 'hello /');
    await program.stop('SIGKILL');
    assert.equal(gateway.get('/', { timeout: 700 }).error, 'timeout');
    assert.match(teardown(), /the rules of tayra are removed/);
    assert.equal(gateway.get('/').text, 'hello /');
    assert.match(teardown(), /there were no rules of tayra/);
  });

  it('does not take the queues of one that is at work', async () => {
    await start('--setup');
    const second = new Program();
    await assert.rejects(second.start(gateway.inside('gateway'), 'inline', '--setup', '--queue', '5'));
    assert.match(second.told, /process \d+ has set the firewall up here and is still at work/);
    await second.remove();
    assert.equal(gateway.get('/forbidden').error, 'timeout', 'the first still decides');
  });

  it('stops nothing in shadow mode, and tells what it would have', async () => {
    await start('--setup', '--shadow');
    assert.equal(gateway.get('/forbidden').text, 'hello /forbidden');
    assert.equal(gateway.send('refused').text, 'refused');
    assert.equal(await program.stop(), 0);
    assert.ok(await until(() => program.events('drop').length >= 2));
    assert.ok(program.events<Event>('drop').every(({ drop }) => drop?.shadow === true));
    assert.deepEqual(program.events<Event>('alert')[0]?.verdict, { action: 'drop', shadow: true });
    assert.ok(program.events<Event>('alert').every(({ alert }) => alert?.action === 'allowed'));
    assert.match(program.read('fast.log'), /\[wDrop\]/);
    assert.ok(program.events<Event>('stats').at(-1)!.stats!.ips.blocked >= 2, 'counted as it was decided');
  });

  it('lets packets pass, or drops them, that waited too long while it was busy', async () => {
    for (const [policy, seen] of [
      ['ignore', { text: 'question' }],
      ['drop-packet', { error: 'timeout' }],
    ] as const) {
      await start('--setup', '--budget', '200', '--set', `exception-policy=${policy}`, ...program.answering);
      assert.deepEqual(gateway.send('question'), { text: 'question' });
      program.pause(600);
      assert.deepEqual(gateway.send('question'), seen, policy);
      assert.deepEqual(gateway.send('question'), { text: 'question' });
      const { late_passed, late_dropped } = (program.counters() as Counted).tayra;
      assert.deepEqual([late_passed, late_dropped], policy === 'ignore' ? [1, 0] : [0, 1]);
      assert.equal(await program.stop(), 0);
    }
  });
});
