// Urgent bytes that are out of band: the stream is what is left, in whatever order and however often its packets come.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PacketFlag } from '../../src/framework/packet.ts';
import { Conversation } from '../stream/support.ts';

/** What one packet brings; an urgent byte is its last. */
interface Piece {
  readonly text: string;
  readonly isUrgent: boolean;
}

const piece: fc.Arbitrary<Piece> = fc.record({
  text: fc.string({ minLength: 2, maxLength: 9, unit: fc.constantFrom('a', 'b', 'c') }),
  isUrgent: fc.boolean(),
});
const order = fc.array(fc.nat(), { maxLength: 40 });
/** From which packet to which what was sent is sent once more, in one. */
const repeats = fc.array(fc.tuple(fc.nat(), fc.nat(8)), { maxLength: 8 });

describe('urgent bytes, properties', () => {
  for (const inline of [false, true]) {
    it(`are out of the stream, whatever is sent when and once more${inline ? ', inline' : ''}`, () => {
      const pieces = fc.array(piece, { minLength: 1, maxLength: 20 });
      fc.assert(
        fc.property(pieces, order, repeats, (sent, first, again) => {
          const c = new Conversation((o) => (o.inline = inline));
          c.shake();
          const begins = sent.map((_, i) => sent.slice(0, i).reduce((sum, { text }) => sum + text.length, 1));
          const say = (from: number, to: number): void => {
            const data = sent.slice(from, to).map(({ text }) => text);
            const isUrgent = to === from + 1 && sent[from]!.isUrgent;
            const urgent = isUrgent ? data.join('').length : 0;
            c.say('c', isUrgent ? 'PUA' : 'PA', begins[from]!, 1, { data: data.join(''), urgent });
            assert.equal(c.p.flags & PacketFlag.modified, 0);
          };
          for (const i of [...first.map((n) => n % sent.length), ...sent.keys()]) say(i, i + 1);
          for (const [from, count] of again)
            say(from % sent.length, Math.min(sent.length, (from % sent.length) + count + 1));
          c.say('s', 'A', 1, begins.at(-1)! + sent.at(-1)!.text.length);
          c.end();
          const stream = sent.map(({ text, isUrgent }) => (isUrgent ? text.slice(0, -1) : text)).join('');
          assert.equal(c.delivered[0].join(''), stream);
        }),
        { numRuns: 3000 },
      );
    });
  }
});
