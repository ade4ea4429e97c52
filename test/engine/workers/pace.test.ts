import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Pace } from '../../../src/engine/workers/pace.ts';

const FAR = 1 << 14;

describe('Pace', () => {
  const paceOf = (workers: number, captures = 1): Pace => new Pace(Pace.allocate(workers, captures), workers);

  it('lets a worker be ahead, but not far, of those that still read', () => {
    const pace = paceOf(3);
    pace.advance(0, FAR);
    assert.equal(pace.waitForOthers(0), false);
    pace.advance(0, 1);
    assert.equal(pace.waitForOthers(0), true);
    assert.equal(pace.waitForOthers(1), false);
    pace.advance(1, 1);
    assert.equal(pace.waitForOthers(0), true);
    pace.end(2, 0);
    assert.equal(pace.waitForOthers(0), false);
  });

  it('compares beyond the end of the numbers', () => {
    const pace = paceOf(2);
    for (const worker of [0, 1]) pace.advance(worker, 0x7fffffff);
    pace.advance(0, FAR);
    assert.equal(pace.waitForOthers(0), false);
    pace.advance(0, 1);
    assert.equal(pace.waitForOthers(0), true);
    assert.equal(pace.waitForOthers(1), false);
  });

  it('lets those that are through wait for the last one', () => {
    const pace = paceOf(2, 2);
    for (const capture of [0, 1]) {
      assert.equal(pace.waitForTheLast(2), true);
      pace.endCapture(0, capture);
      assert.equal(pace.waitForTheLast(2), true);
      pace.endCapture(1, capture);
    }
    assert.equal(pace.waitForTheLast(2), false);
    pace.end(0, 1);
    assert.equal(pace.waitForTheLast(2), false);
  });

  it('wakes who waits when the slowest has come on', async () => {
    const memory = Pace.allocate(2, 4);
    const pace = new Pace(memory, 2);
    pace.advance(0, FAR + 1);
    const code = `
      const { workerData, parentPort } = require('node:worker_threads');
      const words = new Int32Array(workerData);
      parentPort.postMessage('there');
      const how = Atomics.wait(words, 16, 0, 1000);
      parentPort.postMessage([how === 'timed-out', Atomics.load(words, 16)]);`;
    const worker = new Worker(code, { eval: true, workerData: memory });
    const message = (): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));
    assert.equal(await message(), 'there');
    const woken = message();
    await sleep(50);
    pace.advance(1, 5);
    assert.deepEqual(await woken, [false, 5]);
  });

  it('tells which captures all are through with, which are good, and how many packets there were', () => {
    const pace = paceOf(2, 3);
    pace.endCapture(0, 0);
    pace.endCapture(0, 1);
    assert.equal(pace.captures, 0);
    pace.endCapture(1, 0);
    assert.equal(pace.captures, 1);
    assert.deepEqual([pace.noteBad(1), pace.noteBad(1)], [true, false]);
    pace.endCapture(1, 1);
    assert.deepEqual([pace.isGood(0), pace.isGood(1)], [true, false]);
    pace.end(0, 7);
    pace.end(1, 5);
    assert.ok(pace.captures > 3);
    assert.equal(pace.packets, 12);
  });
});
