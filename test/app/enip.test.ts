import assert from 'node:assert/strict';
import enip from '../../src/app/enip.ts';
import { Probed } from '../../src/framework/app-protocol.ts';

const NAMES = Object.fromEntries(Object.entries(Probed).map(([name, value]) => [value, name]));
const { probe } = enip.probes![0]!;

/** Command, length, session, status, context, options. */
const header = (command: number, length = 0, status = 0): Buffer => {
  const bytes = Buffer.alloc(24 + length);
  bytes.writeUInt16LE(command);
  bytes.writeUInt16LE(length, 2);
  bytes.writeUInt32LE(status, 8);
  return bytes;
};

describe('detection of EtherNet/IP', () => {
  const cases: readonly (readonly [what: string, bytes: Buffer, answer: keyof typeof Probed])[] = [
    ['a question for the identity', header(0x63), 'yes'],
    ['its refusal', header(0x63, 0, 0x64), 'yes'],
    ['a status that is none', header(0x63, 0, 0x67), 'no'],
    ['the begin of a session', header(0x65, 4), 'yes'],
    ['the begin of one without its version', header(0x65), 'no'],
    ['the end of a session', header(0x66), 'yes'],
    ['the end of one with more than its number', header(0x66, 5), 'no'],
    ['data', header(0x6f, 16), 'yes'],
    ['a command that is none', header(0x01), 'no'],
  ];

  for (const [what, bytes, answer] of cases)
    it(`${answer}: ${what}`, () => {
      assert.equal(NAMES[probe(bytes, 0, bytes.length, 0)], answer);
    });
});
