// What one end may say again and again costs as much each time, and leaves a bounded number of transactions.
import assert from 'node:assert/strict';
import { FLOODS } from './floods.ts';
import { Growth } from './growth.ts';
import type { Measured } from './growth.ts';

const COUNT = 1000;
const TIMES = 4;
/** Of the time so many times as much may take; what grows with the square takes TIMES as many again. */
const MOST_TIMES = 2 * TIMES;
/** Milliseconds that a garbage collection may come to. */
const SLACK = 150;
/** Other work on the machine may get in the way of one or two. */
const ATTEMPTS = 4;
/** The largest limit of a protocol, and what one flight of segments brings. */
const MOST_LIVE = 1024 + 600;

const isSteep = (few: Measured, many: Measured): boolean => many.time > few.time * MOST_TIMES + SLACK;

describe('conversations that go on and on', () => {
  let growth: Growth;
  before(() => {
    growth = new Growth();
    assert.deepEqual(growth.problems, []);
  });
  after(() => {
    growth.end();
  });

  for (const flood of FLOODS)
    it(flood.name, () => {
      const few = growth.measure(flood, COUNT);
      let many = growth.measure(flood, TIMES * COUNT);
      for (let i = 1; i < ATTEMPTS && isSteep(few, many); i++) many = growth.measure(flood, TIMES * COUNT);
      const seen = `${few.time.toFixed(0)} ms, ${String(TIMES)} times as many ${many.time.toFixed(0)} ms`;
      assert.ok(!isSteep(few, many), seen);
      assert.ok(many.live <= MOST_LIVE, `${String(many.live)} transactions`);
    });
});
