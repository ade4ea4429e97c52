// Bytes that the application layer has no use for: they are followed, not kept, and it hears how many there were.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Conversation } from './support.ts';

/** Nobody reads the bytes but the application layer, which has no use for `length` bytes behind `head`. */
function passing(length: number, head = 'head'): Conversation {
  const c = new Conversation((options) => {
    options.rawInspection = false;
    options.reassembly.checkOverlapDifferentData = false;
  });
  c.uselessBehind = (bytes) => (bytes.endsWith(head) ? length : 0);
  c.shake();
  c.say('c', 'A', 1, 1, { data: head });
  c.say('s', 'A', 1, 1 + head.length);
  return c;
}

describe('bytes without use', () => {
  it('are passed over, whole segments without being kept', () => {
    const c = passing(2000);
    c.say('c', 'A', 5, 1, { data: 'x'.repeat(1000) });
    assert.equal(c.engine.usage().segments, 0);
    assert.equal(c.engine.usage().bytes, 0);
    c.say('s', 'A', 1, 1005);
    c.say('c', 'A', 1005, 1, { data: 'x'.repeat(1000) + 'tail' });
    c.say('s', 'A', 1, 2009);
    assert.deepEqual(c.delivered[0], ['head', '[1000 passed]', '[1000 passed]', 'tail']);
  });

  it('may come with many segments before anything is acknowledged', () => {
    const c = passing(40_000);
    for (let i = 0; i < 40; i++) c.say('c', 'A', 5 + i * 1000, 1, { data: 'x'.repeat(1000) });
    c.say('c', 'A', 40_005, 1, { data: 'tail' });
    c.say('s', 'A', 1, 40_009);
    assert.deepEqual(c.delivered[0], ['head', '[40000 passed]', 'tail']);
  });

  it('may be missing: that is a gap all the same', () => {
    const c = passing(3000);
    c.say('c', 'A', 5, 1, { data: 'x'.repeat(1000) });
    c.say('c', 'A', 2005, 1, { data: 'x'.repeat(1000) });
    c.say('c', 'A', 3005, 1, { data: 'tail' });
    assert.deepEqual(c.say('s', 'A', 1, 3009), ['reassembly_seq_gap']);
    assert.deepEqual(c.delivered[0], ['head', '[1000 passed]', '[1000 missing]', '[1000 passed]', 'tail']);
  });

  it('may come out of order and twice', () => {
    const c = passing(3000);
    c.say('c', 'A', 2005, 1, { data: 'x'.repeat(1000) });
    c.say('c', 'A', 1005, 1, { data: 'x'.repeat(1000) });
    c.say('c', 'A', 5, 1, { data: 'x'.repeat(1000) });
    c.say('c', 'A', 505, 1, { data: 'x'.repeat(1000) });
    c.say('c', 'A', 3005, 1, { data: 'tail' });
    c.say('s', 'A', 1, 3009);
    const passed = c.delivered[0].slice(1, -1).map((text) => Number(/^\[(\d+) passed\]$/.exec(text)![1]));
    assert.equal(
      passed.reduce((sum, length) => sum + length, 0),
      3000,
    );
    assert.deepEqual([c.delivered[0][0], c.delivered[0].at(-1)], ['head', 'tail']);
  });

  it('are kept where rules read the stream', () => {
    const c = new Conversation();
    c.uselessBehind = (bytes) => (bytes === 'head' ? 4 : 0);
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'head' });
    c.say('s', 'A', 1, 5);
    c.say('c', 'A', 5, 1, { data: 'body' });
    c.say('s', 'A', 1, 9);
    c.end();
    assert.deepEqual(c.inspected[0], ['headbody']);
    assert.deepEqual(c.delivered[0], ['head', '[4 passed]']);
  });

  it('leave the bytes of the other direction alone when the buffer moves', () => {
    const c = passing(0, 'none');
    c.uselessBehind = (bytes) => (bytes === 'head' ? 3000 : 0);
    c.say('c', 'A', 5, 1, { data: 'head' });
    c.say('c', 'A', 9, 1, { data: 'y'.repeat(1000) });
    const bystander = Array.from({ length: 300 }, (_, i) => `${String(i).padStart(4, '0')} `).join('');
    c.say('s', 'A', 1, 9, { data: bystander });
    c.say('c', 'A', 1009, 1, { data: 'x'.repeat(1000) });
    c.say('c', 'A', 2009, 1, { data: 'x'.repeat(1000) });
    c.say('c', 'A', 3009, 1, { data: 'z'.repeat(1400) });
    c.say('c', 'A', 4409, 1, { data: 'z'.repeat(1400) });
    c.say('c', 'A', 5809, 1501);
    c.say('s', 'A', 1501, 5809);
    assert.deepEqual(c.delivered[1], [bystander]);
    assert.deepEqual(c.delivered[0].slice(-3), ['[1000 passed]', '[2000 passed]', 'z'.repeat(2800)]);
  });

  it('are of use again when the application layer says so', () => {
    const c = passing(1e9);
    c.say('c', 'A', 5, 1, { data: 'x'.repeat(1000) });
    c.engine.endSkip(c.t);
    c.say('c', 'A', 1005, 1, { data: 'needed' });
    c.say('s', 'A', 1, 1011);
    assert.deepEqual(c.delivered[0], ['head', '[1000 passed]', 'needed']);
  });

  it('come to the same bytes in any order, cut in any way', () => {
    const plan = fc.record({
      useless: fc.integer({ min: 0, max: 60 }),
      cuts: fc.array(fc.nat(100), { maxLength: 8 }),
      order: fc.array(fc.nat(), { maxLength: 9 }),
      acknowledged: fc.array(fc.nat(100), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(plan, ({ useless, cuts, order, acknowledged }) => {
        const text = Array.from({ length: 100 }, (_, i) => String.fromCharCode(33 + (i % 90))).join('');
        const c = passing(useless);
        const edges = [0, ...new Set(cuts), 100].sort((a, b) => a - b);
        const pieces = edges.slice(1).map((end, i) => [edges[i]!, end] as const);
        const shuffled = pieces
          .map((piece, i) => ({ piece, key: order[i] ?? i }))
          .sort((a, b) => a.key - b.key)
          .map(({ piece }) => piece);
        const seen: number[] = [];
        shuffled.forEach(([start, end], i) => {
          if (start < end) c.say('c', 'A', 5 + start, 1, { data: text.slice(start, end) });
          for (let at = start; at < end; at++) seen[at] = 1;
          let reach = 0;
          while (seen[reach] === 1) reach++;
          c.say('s', 'A', 1, 5 + Math.min(reach, acknowledged[i] ?? reach));
        });
        c.say('s', 'A', 1, 105);
        let at = 0;
        for (const piece of c.delivered[0].slice(1)) {
          const passed = /^\[(\d+) passed\]$/.exec(piece);
          if (passed === null) assert.equal(piece, text.slice(at, at + piece.length));
          else assert.ok(at + Number(passed[1]) <= useless);
          at += passed === null ? piece.length : Number(passed[1]);
        }
        assert.equal(at, 100);
      }),
      { numRuns: 500 },
    );
  });
});
