import assert from 'node:assert/strict';
import { Counters, defineCounter } from '../../src/base/counters.ts';
import { MemoryPressure } from '../../src/engine/memory-pressure.ts';

describe('memory pressure', () => {
  it('is that of the fullest part, in percent, and its peak is kept', () => {
    const [a, b, c] = ['tayra.test_a', 'tayra.test_b', 'tayra.test_c'].map((name) => defineCounter(name));
    const counters = new Counters();
    const caps = { 'tayra.test_a': 1000, 'tayra.test_b': 10, 'tayra.test_c': 0 };
    const parts = Object.entries(caps).map(([counter, cap]) => ({ counter, cap: () => cap }));
    const pressure = new MemoryPressure(counters, parts);
    const seen = (...used: number[]): number[] => {
      [a, b, c].forEach((id, i) => {
        counters.set(id!, used[i]!);
      });
      pressure.update();
      return ['memcap.pressure', 'memcap.pressure_max'].map((name) => counters.byName(name));
    };
    assert.deepEqual(seen(0, 0, 99), [0, 0]);
    assert.deepEqual(seen(509, 3, 99), [50, 50]);
    assert.deepEqual(seen(100, 2, 99), [20, 50]);
  });
});
