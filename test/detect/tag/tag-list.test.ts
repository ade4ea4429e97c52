import assert from 'node:assert/strict';
import { TagList } from '../../../src/detect/tag/tag-list.ts';
import type { TagMetric } from '../../../src/detect/tag/tag-list.ts';

const SECOND = 1e6;
const spec = (count: number, metric: TagMetric) => ({ scope: 'session', count, metric, side: 'src' }) as const;

describe('tags of one session', () => {
  it('count the packet that they were set with, which is not logged again', () => {
    const list = new TagList();
    list.set(spec(3, 'packets'), 1, 0);
    const taken = [1, 2, 3, 4, 5].map(() => list.takes(100, 0));
    assert.deepEqual(taken, [false, true, true, false, false]);
    assert.equal(list.length, 0);
  });

  it('count anew with each match of their rule, for nine matches', () => {
    const list = new TagList();
    const taken: boolean[] = [];
    for (let i = 0; i < 17; i++) {
      list.set(spec(5, 'packets'), 1, 0);
      taken.push(list.takes(100, 0));
    }
    // set with the first, begun anew up to the tenth, which is the first of the last five; then a new one
    assert.deepEqual(taken, [false, ...new Array<boolean>(13).fill(true), false, false, true]);
  });

  it('are of one rule each: a packet is logged as long as one of them goes on', () => {
    const list = new TagList();
    list.set(spec(2, 'packets'), 1, 0);
    list.set(spec(4, 'packets'), 2, 0);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => list.takes(100, 0)),
      [false, true, true, true, false],
    );
  });

  it('end with the packet that is beyond their bytes, though never with their first', () => {
    const list = new TagList();
    list.set(spec(200, 'bytes'), 1, 0);
    assert.deepEqual(
      [1500, 40, 40].map((length) => list.takes(length, 0)),
      [false, false, false],
    );
    list.set(spec(200, 'bytes'), 1, 0);
    assert.deepEqual(
      [74, 74, 52, 1].map((length) => list.takes(length, 0)),
      [false, true, true, false],
    );
  });

  it('end when their time is over, or never', () => {
    const list = new TagList();
    list.set(spec(1, 'seconds'), 1, 0);
    assert.deepEqual(
      [0, SECOND / 2, SECOND, SECOND + 1].map((now) => list.takes(100, now)),
      [false, true, true, false],
    );
    list.set(spec(0, 'packets'), 1, 0);
    for (let i = 0; i < 1000; i++) list.takes(100, i * SECOND);
    assert.equal(list.takes(100, 5000 * SECOND), true);
    assert.equal(list.isOver(5000 * SECOND), false);
  });

  it('are no more than fifty', () => {
    const list = new TagList();
    for (let iid = 0; iid < 80; iid++) list.set(spec(0, 'packets'), iid, 0);
    assert.equal(list.length, 50);
  });
});
