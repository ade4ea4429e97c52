import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RateTracker } from '../../src/flow/rate-tracker.ts';

const SECOND = 1e6;
const LIMIT = { bytes: 1000, interval: 10 };
/** Whether the last of the packets (seconds, bytes) reaches the limit. */
const last = (...packets: readonly (readonly [seconds: number, bytes: number])[]): boolean => {
  const rates = new RateTracker(LIMIT);
  return packets.map(([at, bytes]) => rates.isReached(0, 0, bytes, at * SECOND)).at(-1)!;
};

describe('RateTracker', () => {
  it('asks for as many bytes within the interval, or more', () => {
    assert.deepEqual([last([0, 999]), last([0, 1000]), last([0, 500], [0.1, 500])], [false, true, true]);
  });

  it('counts whole seconds, as Suricata does', () => {
    assert.deepEqual([last([0, 500], [9.999, 500]), last([0, 500], [10, 500])], [true, false]);
    assert.deepEqual([last([0.3, 500], [9.9, 500]), last([0.9, 500], [10.1, 500])], [true, false]);
  });

  it('slides: what is older than the interval counts no longer, what is younger does', () => {
    assert.equal(last([0, 400], [9.5, 590], [10.5, 300]), false);
    assert.equal(last([0, 400], [9.5, 590], [10.5, 300], [11.5, 300]), true);
    assert.equal(last([0, 900], [60, 900], [69, 90], [69.5, 10]), true);
  });

  it('tells flows and directions apart, swaps and forgets them', () => {
    const rates = new RateTracker(LIMIT);
    const counts = (f: number, direction: 0 | 1, bytes: number): boolean =>
      rates.isReached(f, direction, bytes, SECOND);
    assert.deepEqual([counts(0, 0, 900), counts(0, 1, 900), counts(1, 0, 900)], [false, false, false]);
    rates.release(0);
    assert.equal(counts(0, 0, 900), false);
    rates.swap(0);
    assert.equal(counts(0, 0, 900), false);
    assert.equal(counts(0, 1, 100), true);
    rates.swap(1); // one direction has none yet
    assert.equal(counts(1, 1, 100), true);
  });

  it('sums up what came in the seconds of the interval', () => {
    const packets = fc.array(fc.tuple(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 1, max: 400 })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(packets, (steps) => {
        const rates = new RateTracker({ bytes: 1000, interval: 5 });
        let now = 0;
        const seen: [number, number][] = [];
        for (const [gap, bytes] of steps) {
          now += gap * 0.25;
          seen.push([Math.floor(now), bytes]);
          const sum = seen.filter(([at]) => at > Math.floor(now) - 5).reduce((total, [, size]) => total + size, 0);
          assert.equal(rates.isReached(7, 1, bytes, now * SECOND), sum >= 1000);
        }
      }),
    );
  });
});
