import assert from 'node:assert/strict';
import { PROTOCOLS } from '../../src/app/registry.ts';
import type { AppInput } from '../../src/framework/app-input.ts';
import { AppParser } from '../../src/framework/app-parser.ts';
import { defineProtocol } from '../../src/framework/app-protocol.ts';
import { fuzz } from './fuzzer.ts';
import { SEEDS } from './seeds.ts';

const MESSAGES = 6000;
const SEED = 20_261;

describe('parsers of application layers on damaged conversations', () => {
  for (const seed of SEEDS) {
    it(`${seed.protocol.name} over ${seed.transport ?? 'tcp'}`, () => {
      fuzz(seed, MESSAGES, SEED);
    });
  }

  it('would show a parser that throws, and what made it', () => {
    class Fragile extends AppParser {
      data({ data, start, end }: AppInput): number {
        if (data.subarray(start, end).includes(0xff)) throw new Error('fell over');
        return end - start;
      }
    }
    const protocol = defineProtocol({
      name: 'fragile',
      summary: 'Falls over one byte.',
      transports: ['tcp'],
      createParser: (app) => new Fragile(app),
    });
    assert.throws(() => {
      fuzz({ protocol, conversations: [[[0, Buffer.from('sound')]]] }, MESSAGES, SEED);
    }, /fragile: Error: fell over\n(C .*\n)*C .*ff/);
  });

  it('every protocol with a parser of its own has seeds', () => {
    const seeded = new Set(SEEDS.map(({ protocol }) => protocol.createParser));
    const missing = PROTOCOLS.filter(({ createParser }) => createParser !== undefined && !seeded.has(createParser));
    assert.deepEqual(
      missing.map(({ name }) => name).sort(),
      ['ftp-data', 'llmnr'], // the bytes of a file as they are; DNS by another name
    );
  });
});
