// One of several workers ends before its time while connections run: another takes its place, and the gateway goes on.

import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Gateway } from './gateway.ts';
import { eventsIn, until } from './network.ts';
import { LOADED_CONFIG, onGateway } from './on-gateway.ts';
import type { Program } from './program.ts';

const MORTAL = fileURLToPath(new URL('mortal.mjs', import.meta.url));
const RULES = `
drop http any any -> any any (msg:"page"; flow:to_server; http.uri; content:"/forbidden"; sid:1;)
drop udp any any -> any 53 (msg:"known"; content:"who knows"; xbits:isset,known,track ip_src; sid:2;)
alert udp any any -> any 53 (msg:"learn"; content:"learn this"; xbits:set,known,track ip_src,expire 3600; sid:3;)
`;
const OTHER = `${RULES}
drop http any any -> any any (msg:"other"; flow:to_server; http.uri; content:"/other"; sid:4;)
`;
/** Enough for the workers, and soon used up by one that wants to. */
const MEMORY = '--max-old-space-size=300';
const CONNECTIONS = 16;
const LOAD = { long: CONNECTIONS, short: 4, bytes: 4 << 20, milliseconds: 40_000 };
/** Requests, each of a flow of its own: some come to either queue. */
const SOME = 4;

interface Event {
  readonly event_type: string;
  readonly flow_id?: number;
  readonly alert?: { readonly signature_id: number };
  readonly stats?: {
    readonly capture: { readonly kernel_packets: number };
    readonly decoder: { readonly pkts: number };
  };
}

interface Counted {
  readonly tayra: { readonly workers_lost: number };
}

describe('the loss of a worker', function () {
  this.timeout(60_000);
  let gateway: Gateway;
  let program: Program;
  onGateway('router', (made) => {
    ({ gateway, program } = made);
    program.nodeOptions = [MEMORY, '--import', MORTAL];
    program.write('inline.yaml', LOADED_CONFIG);
    program.write('inline.rules', RULES);
    // whom nobody serves, nobody passes: what goes on went through a worker
    assert.equal(gateway.firewall('-A FORWARD -j NFQUEUE --queue-balance 3:4'), '');
  });

  const start = (): Promise<void> =>
    program.start(
      gateway.inside('gateway'),
      ...['-c', 'inline.yaml', '-S', 'inline.rules', '-l', '.', '-q', '3', '-q', '4', ...program.answering],
    );

  /** Has a worker end. */
  function end(worker: number, how: string): void {
    const path = join(program.folder, `end-${String(worker)}`);
    program.write(`end-${String(worker)}.new`, how);
    renameSync(`${path}.new`, path);
  }

  /** The same. @returns milliseconds from when that was noticed until another had taken its place */
  async function replace(worker: number, how: string): Promise<number> {
    program.told = '';
    end(worker, how);
    assert.ok(await until(() => program.told.includes('another takes its place')), program.told);
    return Number(/after (\d+) ms/.exec(program.told)![1]);
  }

  function assertRules(): void {
    for (let i = 0; i < SOME; i++) {
      assert.equal(gateway.get('/').text, 'hello /', program.told);
      assert.equal(gateway.get('/forbidden', { timeout: 200 }).error, 'timeout');
      assert.equal(gateway.send('question').text, 'question');
    }
  }

  it('breaks no connection, whatever it ended of', async () => {
    await start();
    assert.match(program.ask('memcap-set', 'flow', '96mb') as string, /updated/);
    const transfers = gateway.transfers(LOAD);
    assert.equal(gateway.send('learn this').text, 'learn this');
    const times = [await replace(0, 'throw'), await replace(1, 'memory'), await replace(0, 'exit')];
    assert.ok(!transfers.isOver, 'it was to be under load');
    // within a second on an idle machine
    assert.ok(Math.max(...times) < 5000, times.join());
    const { whole, broken } = await transfers.finish();
    assert.deepEqual(broken, []);
    assert.ok(whole > 2 * CONNECTIONS);
  });

  it('leaves rules and what they remember as they were', () => {
    assertRules();
    for (let i = 0; i < SOME; i++) assert.equal(gateway.send('who knows').error, 'timeout');
  });

  it('leaves memcaps as they were set, each worker with its share', () => {
    assert.deepEqual(program.ask('memcap-show', 'flow'), { value: '96mb' });
    assert.deepEqual(program.ask('memcap-show', 'stream'), { value: '64mb' });
  });

  it('leaves nobody out who is asked for a flow', async () => {
    const learnt = (): readonly Event[] =>
      program.events<Event>('alert').filter(({ alert }) => alert?.signature_id === 3);
    for (let i = 0; i < SOME; i++) {
      const before = learnt().length;
      gateway.send('learn this');
      assert.ok(await until(() => learnt().length > before), program.told);
      const id = learnt().at(-1)!.flow_id;
      const facts = program.ask('get-flow-stats-by-id', String(id)) as Readonly<Record<string, number>>;
      assert.equal(facts['pkts_toserver'], 1);
    }
  });

  it('is followed by the rules of a reload since', async () => {
    program.write('inline.rules', OTHER);
    program.signal('SIGUSR2');
    assert.ok(await until(() => program.told.includes('rule reload complete')), program.told);
    // nor does it matter what is made of the configuration meanwhile
    program.write('inline.yaml', 'outputs: [');
    await replace(1, 'exit');
    program.write('inline.yaml', LOADED_CONFIG);
    for (let i = 0; i < SOME; i++) assert.equal(gateway.get('/other', { timeout: 200 }).error, 'timeout');
    assertRules();
  });

  it('is counted, and takes nothing from what was counted and written before', async () => {
    const { workers_lost: lost } = (program.counters() as Counted).tayra;
    assert.equal(await program.stop(), 0, program.told);
    const { capture, decoder } = program.events<Event>('stats').at(-1)!.stats!;
    assert.equal(lost, 4);
    // what a thread had not added up yet when it ended is missing
    const { kernel_packets: taken } = capture;
    assert.ok(decoder.pkts > 1000 && taken > 1000, `${String(decoder.pkts)} ${String(taken)}`);
    // each line is whole
    assert.ok(eventsIn<Event>(join(program.folder, 'eve.json')).length > 100);
  });

  it('ends the program when it comes again and again: another starts it anew', async () => {
    await start();
    await replace(0, 'exit');
    await replace(0, 'exit');
    program.told = '';
    end(0, 'throw');
    assert.equal(await program.ended(), 1, program.told);
    assert.match(program.told, /W#01: Error: this worker was to end/);
  });
});
