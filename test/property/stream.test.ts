// Properties of reassembly: any cut, order and repetition of a stream gives the same bytes, and memory comes back.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { osPolicyId } from '../../src/stream/index.ts';
import { Conversation } from '../stream/support.ts';

interface Piece {
  start: number;
  length: number;
}

/** Pieces that cover [0, size) and some that repeat or overlap. */
function pieces(size: number, cuts: number[], extra: Piece[]): Piece[] {
  const edges = [...new Set([0, size, ...cuts.map((cut) => cut % size)])].sort((a, b) => a - b);
  const cover = edges.slice(1).map((end, i) => ({ start: edges[i]!, length: end - edges[i]! }));
  const more = extra.map(({ start, length }) => {
    const from = start % size;
    return { start: from, length: Math.min(length, size - from) };
  });
  return [...cover, ...more];
}

const CASE = fc.record({
  bytes: fc.uint8Array({ minLength: 1, maxLength: 6000 }),
  cuts: fc.array(fc.nat(6000), { maxLength: 20 }),
  extra: fc.array(fc.record({ start: fc.nat(6000), length: fc.integer({ min: 1, max: 1500 }) }), { maxLength: 10 }),
  order: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  isn: fc.integer(),
  policy: fc.nat(14),
  acks: fc.boolean(),
});

describe('stream properties', () => {
  it('reassembles the same bytes from any cut, order, repetition and overlap of the same data', () => {
    fc.assert(
      fc.property(CASE, ({ bytes, cuts, extra, order, isn, policy, acks }) => {
        const c = new Conversation(undefined, policy);
        c.isn = [isn, isn ^ 0x5a5a5a5a];
        c.shake();
        const list = pieces(bytes.length, cuts, extra)
          .map((piece, i) => ({ piece, key: order[i % 40]! + i }))
          .sort((a, b) => a.key - b.key);
        const seen = new Uint8Array(bytes.length);
        for (const { piece } of list) {
          c.say('c', 'A', 1 + piece.start, 1, { data: bytes.slice(piece.start, piece.start + piece.length) });
          seen.fill(1, piece.start, piece.start + piece.length);
          const edge = seen.indexOf(0);
          if (acks) c.say('s', 'A', 1, 1 + (edge < 0 ? bytes.length : edge));
        }
        c.say('s', 'A', 1, 1 + bytes.length);
        c.end();
        assert.equal(c.inspected[0].join(''), Buffer.from(bytes).toString('latin1'));
        assert.equal(c.delivered[0].join(''), c.inspected[0].join(''));
        assert.equal(c.counters.byName('tcp.overlap_diff_data'), 0);
        assert.equal(c.engine.view.missedBytes(c.t, 'toServer'), 0);
        c.engine.release(c.f);
        assert.deepEqual(c.engine.usage(), { sessions: 0, segments: 0, bytes: 0 });
      }),
      { numRuns: 300 },
    );
  });

  it('follows any packets without losing memory or its mind', () => {
    const packet = fc.record({
      from: fc.constantFrom<'c' | 's'>('c', 's'),
      flags: fc.constantFrom('S', 'SA', 'A', 'PA', 'FA', 'R', 'RA', 'F', 'UA', ''),
      seq: fc.oneof(fc.nat(200), fc.nat(100000), fc.integer()),
      ack: fc.oneof(fc.nat(200), fc.integer()),
      data: fc.string({ maxLength: 60 }),
      urgent: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 60 }), fc.boolean(), fc.boolean(), (packets, inline, midstream) => {
        const c = new Conversation((o) => {
          o.inline = inline;
          o.midstream = midstream;
          o.reassembly.depth = 5000;
        });
        for (const { from, flags, seq, ack, data, urgent } of packets) c.say(from, flags, seq, ack, { data, urgent });
        c.end();
        c.engine.release(c.f);
        assert.deepEqual(c.engine.usage(), { sessions: 0, segments: 0, bytes: 0 });
      }),
      { numRuns: 300 },
    );
  });
});

describe('streams that nobody reads', () => {
  const packet = fc.record({
    from: fc.constantFrom<'c' | 's'>('c', 's'),
    flags: fc.constantFrom('A', 'A', 'A', 'PA', 'FA', 'RA', 'S'),
    seq: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 4000 })),
    ack: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 4000 })),
    length: fc.nat(60),
  });

  it('are followed as those that are: states, anomalies, sizes and missed bytes', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 40 }), (packets) => {
        const make = (isKept: boolean): Conversation => {
          const c = new Conversation(
            (o) => {
              o.rawInspection = false;
              o.reassembly.checkOverlapDifferentData = isKept; // all bytes are the same: it finds nothing
              o.reassembly.depth = 0; // when old data touches it depends on how long the bytes are kept
            },
            0,
            { app: false },
          );
          c.shake();
          return c;
        };
        const kept = make(true);
        const followed = make(false);
        for (const { from, flags, seq, ack, length } of packets) {
          const data = 'x'.repeat(length);
          assert.deepEqual(followed.say(from, flags, seq, ack, { data }), kept.say(from, flags, seq, ack, { data }));
          assert.equal(followed.engine.view.state(followed.t), kept.engine.view.state(kept.t));
        }
        for (const direction of ['toServer', 'toClient'] as const) {
          for (const value of ['streamSize', 'missedBytes', 'retransmits', 'hasGap'] as const) {
            assert.equal(
              followed.engine.view[value](followed.t, direction),
              kept.engine.view[value](kept.t, direction),
              value,
            );
          }
        }
        assert.equal(followed.engine.usage().bytes, 0);
      }),
      { numRuns: 200 },
    );
  });
});

/** What the policies say, byte by byte: which of the segments that hold it wins, in the order they came. */
const WINS: Readonly<Record<string, (start: number, end: number, oldStart: number, oldEnd: number) => boolean>> = {
  first: () => false,
  last: () => true,
  bsd: (start, _end, oldStart) => start < oldStart,
  linux: (start, end, oldStart, oldEnd) => start < oldStart || (start === oldStart && end > oldEnd),
};

describe('overlap policies', () => {
  for (const [name, wins] of Object.entries(WINS)) {
    it(`${name}: two segments of different data give what the model gives`, () => {
      // One byte just before the next is a keep-alive, not data: two at least.
      const segment = fc.record({ start: fc.nat(6), length: fc.integer({ min: 2, max: 6 }) });
      fc.assert(
        fc.property(segment, segment, (a, b) => {
          const c = new Conversation(undefined, osPolicyId(name as 'bsd'));
          c.shake();
          c.say('c', 'A', 10 + a.start, 1, { data: 'a'.repeat(a.length) });
          c.say('c', 'A', 10 + b.start, 1, { data: 'b'.repeat(b.length) });
          const newWins = wins(b.start, b.start + b.length, a.start, a.start + a.length);
          let expected = '';
          for (let i = 0; i < 60; i++) {
            const inA = i >= a.start && i < a.start + a.length;
            const inB = i >= b.start && i < b.start + b.length;
            if (inA && inB) expected += newWins ? 'b' : 'a';
            else if (inA || inB) expected += inA ? 'a' : 'b';
          }
          c.end();
          assert.equal(c.inspected[0].join(''), expected);
        }),
        { numRuns: 200 },
      );
    });
  }
});
