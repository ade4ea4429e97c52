// Inline, a receiver gets one version of its stream, whatever is sent how often: the one that was looked at.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Action } from '../../src/framework/packet.ts';
import type { StreamOptions } from '../../src/stream/index.ts';
import { Conversation } from '../stream/support.ts';

const WINDOW = 20_000;

const length = fc.integer({ min: 2, max: 3000 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
/**
 * What is sent, behind what arrived or anywhere in the window, or how much more of what arrived is acknowledged, or
 * that no more comes. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('next' as const), share, length }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('anywhere' as const), share, length }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), share, length }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('finish' as const), share, length }) },
);
const reading = fc.record({ app: fc.boolean(), raw: fc.boolean(), isResponse: fc.boolean() });

/** The stream as its receiver puts it together, which keeps the first byte of each place. */
class Receiver {
  private readonly bytes = new Map<number, number>();
  acked = 0;

  /** @returns places at which something else arrived than before, none of which was acknowledged */
  take(at: number, data: Uint8Array): number[] {
    const others: number[] = [];
    for (const [i, byte] of data.entries()) {
      const before = this.bytes.get(at + i);
      if (before === undefined) this.bytes.set(at + i, byte);
      else if (before !== byte && at + i >= this.acked) others.push(at + i);
    }
    return others;
  }

  /** Where the first byte is missing. */
  get end(): number {
    let end = this.acked;
    while (this.bytes.has(end)) end++;
    return end;
  }
}

describe('streams inline, properties', () => {
  it('give their receiver one version of what it has not acknowledged', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), reading, (steps, { app, raw, isResponse }) => {
        const change = (o: StreamOptions): void => {
          o.inline = true;
          o.rawInspection = raw;
        };
        const c = new Conversation(change, 0, { app });
        c.shake();
        const [sender, other] = isResponse ? (['s', 'c'] as const) : (['c', 's'] as const);
        const receiver = new Receiver();
        let last = Infinity;
        for (const [n, { kind, share, length }] of steps.entries()) {
          const { acked, end } = receiver;
          if (kind === 'acknowledge') {
            receiver.acked += Math.floor((end - acked) * share);
            c.say(other, 'A', 1, 1 + receiver.acked, { window: WINDOW });
            continue;
          }
          if (kind === 'finish') {
            last = Math.min(last, end);
            c.say(sender, 'FA', 1 + last, 1);
            continue;
          }
          const place = kind === 'next' ? end : acked + Math.floor((WINDOW - 1) * share);
          if (place >= last) continue;
          const data = new Uint8Array(Math.min(length, acked + WINDOW - place, last - place)).fill(n);
          c.say(sender, 'A', 1 + place, 1, { data });
          if ((c.p.action & Action.drop) !== 0) continue;
          const arrived = c.data.subarray(c.p.payloadOffset, c.p.payloadOffset + c.p.payloadLength);
          assert.deepEqual(receiver.take(place, arrived), []);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
