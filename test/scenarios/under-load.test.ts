// Start, stop, reload and sudden death while many connections carry bytes: none of them is broken.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway, Transfers } from './gateway.ts';
import { until } from './network.ts';
import { LOADED_CONFIG, onGateway } from './on-gateway.ts';
import type { Program } from './program.ts';

const RULES = `
drop http any any -> any any (msg:"page"; flow:to_server; http.uri; content:"/forbidden"; sid:1;)
alert http any any -> any any (msg:"checksum"; flow:to_client; file.data; content:"0123456789abcdef"; sid:2;)
`;
const OPEN = '-A FORWARD -j NFQUEUE --queue-balance 3:4 --queue-bypass';
const CLOSED = '-A FORWARD -j NFQUEUE --queue-balance 3:4';
const CONNECTIONS = 24;
const LOAD = { long: CONNECTIONS, short: 4, bytes: 4 << 20, milliseconds: 40_000 };
const RELOADS = 3;

interface Event {
  readonly event_type: string;
  readonly drop?: { readonly reason: string };
  readonly stats?: { readonly capture: { readonly kernel_packets: number } };
}

async function reload(program: Program): Promise<void> {
  program.told = '';
  program.signal('SIGUSR2');
  assert.ok(await until(() => program.told.includes('rule reload complete')), program.told);
}

/** It sees packets, sooner or later: ends that had no answer wait for a while. No exception stops one. */
async function assertSeesThem(program: Program): Promise<void> {
  const seen = (): number => program.events<Event>('stats').at(-1)?.stats?.capture.kernel_packets ?? 0;
  assert.ok(await until(() => seen() > 100, 8000), `${String(seen())} packets`);
  // those of rules ask for the forbidden page, again and again; packets behind the end of a session may be none of it
  const reasons = program.events<Event>('drop').map(({ drop }) => drop!.reason);
  assert.deepEqual(
    reasons.filter((reason) => !['rules', 'flow drop', 'stream error'].includes(reason)),
    [],
  );
}

async function assertWhole(transfers: Transfers): Promise<void> {
  assert.ok(!transfers.isOver, 'it was to be under load to the end');
  const { whole, broken } = await transfers.finish();
  assert.deepEqual(broken, []);
  assert.ok(whole > 2 * CONNECTIONS, `${String(whole)} transfers`);
}

describe('a gateway under load', function () {
  this.timeout(60_000);
  let gateway: Gateway;
  let program: Program;
  onGateway('router', (made) => {
    ({ gateway, program } = made);
    program.write('inline.yaml', LOADED_CONFIG);
    program.write('inline.rules', RULES);
  });
  afterEach(async () => {
    await program.stop('SIGKILL');
    assert.equal(gateway.firewall('-F FORWARD'), '');
  });

  const start = (...more: string[]): Promise<void> =>
    program.start(
      gateway.inside('gateway'),
      ...['inline', '--queue', '3:4', '-c', 'inline.yaml', '-r', 'inline.rules', '--out', '.', ...more],
    );

  it('is started, reloaded, stopped, killed and started anew, failing open', async () => {
    assert.equal(gateway.firewall(OPEN), '');
    const transfers = gateway.transfers(LOAD);
    await sleep(1000);
    await start();
    for (let times = 0; times < RELOADS; times++) await reload(program);
    await assertSeesThem(program);
    assert.equal(await program.stop('SIGTERM'), 0, program.told);
    await sleep(300);
    await start();
    await sleep(500);
    await program.stop('SIGKILL');
    assert.equal(gateway.get('/forbidden', { timeout: 1000 }).text, 'hello /forbidden', 'nobody is there');
    await start();
    await sleep(500);
    assert.equal(gateway.get('/forbidden', { timeout: 300 }).error, 'timeout');
    await reload(program);
    await assertWhole(transfers);
  });

  it('is killed and started anew, failing closed: what is under way waits', async () => {
    assert.equal(gateway.firewall(CLOSED), '');
    await start('--fail-closed');
    const transfers = gateway.transfers(LOAD);
    await sleep(1500);
    await program.stop('SIGKILL');
    assert.equal(gateway.get('/', { timeout: 1000 }).error, 'timeout', 'nothing passes');
    await start('--fail-closed');
    assert.equal(gateway.get('/', { timeout: 3000 }).text, 'hello /');
    await reload(program);
    await assertSeesThem(program);
    assert.equal(await program.stop('SIGTERM'), 0, program.told);
    await start('--fail-closed');
    await assertWhole(transfers);
  });
});

describe('a bridge under load', function () {
  this.timeout(60_000);
  let gateway: Gateway;
  let program: Program;
  onGateway('bridge', (made) => {
    ({ gateway, program } = made);
    program.write('bridge.yaml', LOADED_CONFIG);
    program.write('bridge.rules', RULES);
  });

  const start = (): Promise<void> =>
    program.start(
      gateway.inside('gateway'),
      ...['inline', '--bridge', 'inside:outside', '-c', 'bridge.yaml', '-r', 'bridge.rules', '--out', '.'],
    );

  it('is reloaded, stopped, killed and started anew: what is under way waits', async () => {
    await start();
    assert.ok(await until(() => gateway.get('/').text === 'hello /'), program.told);
    const transfers = gateway.transfers(LOAD);
    await sleep(1000);
    for (let times = 0; times < RELOADS; times++) await reload(program);
    await assertSeesThem(program);
    assert.equal(await program.stop('SIGTERM'), 0, program.told);
    assert.notEqual(gateway.get('/', { timeout: 300 }).text, 'hello /', 'nobody joins the wires');
    await start();
    await sleep(500);
    await program.stop('SIGKILL');
    assert.notEqual(gateway.get('/', { timeout: 300 }).text, 'hello /', 'nobody joins the wires');
    await start();
    assert.equal(gateway.get('/forbidden', { timeout: 300 }).error, 'timeout');
    await assertWhole(transfers);
  });
});
