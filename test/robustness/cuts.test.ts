// Every stream parser: the same transactions, records and anomalies wherever its input is cut.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonText } from '../../src/base/json-writer.ts';
import type { EveDeclaration } from '../../src/framework/app-protocol.ts';
import { ParserDriver } from '../support/app-parser.ts';
import { SEEDS } from './seeds.ts';
import type { Seed, SeedTurn } from './seeds.ts';

/** Messages up to this are cut at every offset, longer ones at random. */
const EVERY_OFFSET = 2048;

type Pieces = (bytes: Buffer, turn: number) => readonly Buffer[];

function records(driver: ParserDriver, { eve = [] }: Seed['protocol']): string[] {
  return driver.parser.transactions.flatMap((tx) =>
    eve.map((declaration: EveDeclaration) => {
      const json = new JsonText();
      const log = (declaration.alert ?? declaration.create(undefined).log) as (...parts: unknown[]) => boolean;
      return log(tx, json, driver.app, 0) ? json.text : '';
    }),
  );
}

/** All that rules, records and the engine come to know. */
function outcome(seed: Seed, turns: readonly SeedTurn[], pieces: Pieces): unknown {
  const driver = new ParserDriver(seed.protocol, { demands: seed.demands ?? [] });
  turns.forEach(([direction, bytes], i) => {
    for (const piece of pieces(bytes, i)) driver.feed(direction, piece);
  });
  driver.end(0).end(1);
  return {
    transactions: driver.parser.transactions.map((tx) => ({
      progress: [...tx.progress],
      anomalies: driver.anomalies(tx),
      files: (tx.files ?? []).map(({ name, size, state }) => [Buffer.from(name).toString('latin1'), size, state]),
    })),
    records: records(driver, seed.protocol),
    requests: [...new Set(driver.requests)].sort(),
    hasFailed: driver.hasFailed,
  };
}

function cutAt(points: readonly number[], bytes: Buffer): Buffer[] {
  const stops = [...new Set(points.map((point) => point % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...stops].map((from, i) => bytes.subarray(from, stops[i] ?? bytes.length));
}

describe('parsers of application layers on cut conversations', () => {
  for (const seed of SEEDS.filter(({ transport }) => transport !== 'udp')) {
    const whole = (turns: readonly SeedTurn[]): unknown => outcome(seed, turns, (bytes) => [bytes]);

    it(`${seed.protocol.name}: each message at every offset`, () => {
      for (const turns of seed.conversations) {
        const expected = whole(turns);
        turns.forEach(([, message], cut) => {
          for (let at = 1; at < Math.min(message.length, EVERY_OFFSET); at++) {
            const pieces: Pieces = (bytes, i) => (i === cut ? [bytes.subarray(0, at), bytes.subarray(at)] : [bytes]);
            assert.deepEqual(outcome(seed, turns, pieces), expected, `message ${String(cut)} at ${String(at)}`);
          }
        });
      }
    });

    it(`${seed.protocol.name}: all messages in pieces of any size`, () => {
      const points = fc.array(fc.nat(1 << 16), { maxLength: 40 });
      fc.assert(
        fc.property(
          fc.constantFrom(...seed.conversations),
          fc.array(points, { minLength: 1, maxLength: 5 }),
          (turns, cuts) => {
            const pieces: Pieces = (bytes, i) => cutAt(cuts[i % cuts.length]!, bytes);
            assert.deepEqual(outcome(seed, turns, pieces), whole(turns));
          },
        ),
        { numRuns: 100 },
      );
    });

    it(`${seed.protocol.name}: single bytes`, () => {
      for (const turns of seed.conversations) {
        const bytes: Pieces = (all) => Array.from(all, (_, i) => all.subarray(i, i + 1));
        assert.deepEqual(outcome(seed, turns, bytes), whole(turns));
      }
    });
  }
});
