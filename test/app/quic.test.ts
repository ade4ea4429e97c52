import assert from 'node:assert/strict';
import quic from '../../src/app/quic.ts';
import { Probed } from '../../src/framework/app-protocol.ts';

const NAMES = Object.fromEntries(Object.entries(Probed).map(([name, value]) => [value, name]));
const { probe } = quic.probes![0]!;

/** Type, version, two ids of 4 bytes; a token of 2 bytes, 16 bytes. */
const initial = (first: number, version: string): Buffer =>
  Buffer.from(
    `${first.toString(16)}${version}04${'11'.repeat(4)}04${'22'.repeat(4)}02aaaa4010${'33'.repeat(16)}`,
    'hex',
  );
const V1 = initial(0xc0, '00000001');
const HANDSHAKE = initial(0xe0, '00000001');
const Q046 = Buffer.from(`c3${Buffer.from('Q046').toString('hex')}50${'11'.repeat(8)}0000`, 'hex');

describe('detection of QUIC', () => {
  const cases: readonly (readonly [what: string, bytes: Buffer, answer: keyof typeof Probed])[] = [
    ['the first packet of version 1', V1, 'yes'],
    ['that of version 2', initial(0xd0, '6b3343cf'), 'yes'],
    ['a packet of another type', HANDSHAKE, 'yes'],
    ['a first packet that is cut', V1.subarray(0, -1), 'no'],
    ['one of version 2 that is cut', initial(0xd0, '6b3343cf').subarray(0, -1), 'no'],
    ['one that ends in its token', V1.subarray(0, 18), 'no'],
    ['one that ends in its ids', V1.subarray(0, 12), 'no'],
    ['a negotiation of versions', Buffer.from('8000000000040102030400', 'hex'), 'yes'],
    ["Google's version 46, with the lengths of its ids in one byte", Q046, 'yes'],
    ['that without its ids', Q046.subarray(0, 13), 'no'],
    ['a short header', Buffer.alloc(21, 0x40), 'yes'],
  ];

  for (const [what, bytes, answer] of cases)
    it(`${answer}: ${what}`, () => {
      assert.equal(NAMES[probe(bytes, 0, bytes.length, 0)], answer);
    });
});
