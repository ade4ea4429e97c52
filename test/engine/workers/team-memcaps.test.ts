// Memcaps of several workers are told and set as one.

import assert from 'node:assert/strict';
import { Counters, defineCounter } from '../../../src/base/counters.ts';
import { teamMemcaps } from '../../../src/engine/workers/team-memcaps.ts';

describe('memcaps of a team', () => {
  const told = [
    [
      { name: 'stream', bytes: 34, inUse: 10, most: undefined },
      { name: 'defrag', bytes: 50, inUse: 0, most: 60 },
      { name: 'host', bytes: 32, inUse: undefined, most: undefined },
    ],
    [
      { name: 'stream', bytes: 33, inUse: 5, most: undefined },
      { name: 'defrag', bytes: 50, inUse: 7, most: 60 },
      { name: 'host', bytes: 32, inUse: undefined, most: undefined },
    ],
  ];

  it('are sums, but for those that are the same for all', () => {
    const caps = teamMemcaps(told, () => assert.fail());
    assert.deepEqual(
      caps.map((cap) => [cap.name, cap.bytes, cap.inUse()]),
      [
        ['stream', 67, 15],
        ['defrag', 100, 7],
        ['host', 32, undefined],
      ],
    );
  });

  it('are shared out without a rest, within what is possible', () => {
    const set: [string, readonly number[]][] = [];
    const [stream, defrag, host] = teamMemcaps(told, (...args) => set.push(args));
    assert.equal(stream!.set(101), undefined);
    assert.equal(defrag!.set(120), undefined);
    assert.match(defrag!.set(121)!, /cannot be more than at the start: 120b/);
    assert.match(stream!.set(0)!, /Unlimited/);
    assert.match(host!.set(5)!, /cannot be changed/);
    assert.deepEqual(set, [
      ['stream', [51, 50]],
      ['defrag', [60, 60]],
    ]);
  });

  it('stand beside counters that are no sums either', () => {
    const packets = defineCounter('decoder.pkts');
    const bytes = defineCounter('decoder.bytes');
    const average = defineCounter('tayra.test_average', { dividend: bytes, divisor: packets });
    const most = defineCounter('tayra.test_most', 'most');
    const totals = new Counters();
    totals.join((take) => {
      for (const [n, size, largest] of [
        [10, 1000, 90],
        [1, 98, 98],
      ] as const) {
        take(packets, n);
        take(bytes, size);
        take(average, size / n);
        take(most, largest);
      }
    });
    assert.deepEqual([totals.get(packets), totals.get(average), totals.get(most)], [11, 99, 98]);
  });
});
