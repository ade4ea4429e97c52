import assert from 'node:assert/strict';
import fc from 'fast-check';
import tls from '../../../src/app/tls/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { CONVERSATIONS } from './conversations.ts';
import type { Turn } from './conversations.ts';
import { application, record } from './messages.ts';

type Cut = (bytes: Buffer) => Buffer[];

interface Outcome {
  readonly transactions: number;
  readonly hasFailed: boolean;
}

function outcome(turns: readonly Turn[], cut: Cut, options: { isFollower: boolean; skips: boolean }): Outcome {
  const driver = new ParserDriver(tls, options);
  for (const [direction, bytes] of turns) for (const piece of cut(bytes)) driver.feed(direction, piece);
  return { transactions: driver.parser.transactionCount, hasFailed: driver.hasFailed };
}

function compare(turns: readonly Turn[], cut: Cut): void {
  const expected = outcome(turns, cut, { isFollower: false, skips: true });
  for (const skips of [false, true]) assert.deepEqual(outcome(turns, cut, { isFollower: true, skips }), expected);
}

/** Whether a byte is of a record of the handshake, behind its type and version. */
function isInHandshake(bytes: Uint8Array, place: number): boolean {
  for (let at = 0; at + 5 <= bytes.length;) {
    const next = at + 5 + ((bytes[at + 3]! << 8) | bytes[at + 4]!);
    if (place < next) return bytes[at] === 22 && place >= at + 3;
    at = next;
  }
  return false;
}

describe('TLS follower', () => {
  for (const [name, turns] of Object.entries(CONVERSATIONS)) {
    it(`counts and fails like the parser wherever the bytes are cut: ${name}`, () => {
      const longest = Math.max(...turns.map(([, bytes]) => bytes.length));
      for (let at = 1; at <= longest; at++) compare(turns, (bytes) => [bytes.subarray(0, at), bytes.subarray(at)]);
    });
  }

  it('counts and fails like the parser when bytes are damaged', () => {
    const damage = fc.tuple(
      fc.constantFrom(...Object.values(CONVERSATIONS)),
      fc.nat(3000),
      fc.nat(255),
      fc.integer({ min: 1, max: 300 }),
    );
    fc.assert(
      fc.property(damage, ([turns, at, byte, cut]) => {
        const damaged = turns.map(([direction, bytes]): Turn => {
          const copy = Buffer.from(bytes);
          copy[at % copy.length] = byte;
          return [direction, copy];
        });
        const cutAt = (bytes: Buffer): Buffer[] => [bytes.subarray(0, cut), bytes.subarray(cut)];
        // hellos that are not the first of a record, or in several: followers do not look there
        const isInside = turns.some(([, bytes]) => isInHandshake(bytes, at % bytes.length));
        const { hasFailed } = outcome(damaged, cutAt, { isFollower: false, skips: true });
        if (!isInside || !hasFailed) compare(damaged, cutAt);
      }),
      { numRuns: 1000 },
    );
  });

  it('has no use for the inside of records', () => {
    const driver = new ParserDriver(tls, { isFollower: true });
    driver.feed(0, record(23, Buffer.alloc(100)).subarray(0, 20));
    assert.equal(driver.app.skip, 85);
    driver.parser.passed(0, 85);
    driver.feed(0, application(40));
    assert.equal(driver.app.skip, 0);
    assert.equal(driver.hasFailed, false);
  });

  it('leaves the work to the parser where what is encrypted is bypassed', () => {
    const { app } = new ParserDriver(tls);
    const settings = (handling: string): unknown => ({ handling, ja3: 'auto', ja4: 'auto' });
    const follows = (handling: string): boolean =>
      tls.createFollower!(app, { node: undefined, value: settings(handling) }) !== null;
    assert.deepEqual(['track-only', 'full', 'bypass'].map(follows), [true, true, false]);
  });
});
