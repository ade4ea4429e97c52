import assert from 'node:assert/strict';
import mqtt from '../../src/app/mqtt.ts';
import { Probed } from '../../src/framework/app-protocol.ts';

const NAMES = Object.fromEntries(Object.entries(Probed).map(([name, value]) => [value, name]));
const { probe } = mqtt.probes![0]!;

describe('detection of MQTT', () => {
  const cases: readonly (readonly [what: string, bytes: Buffer, answer: keyof typeof Probed])[] = [
    ['a packet', Buffer.of(0x10, 2, 0, 0), 'yes'],
    ['a message, from the middle of a session', Buffer.of(0x3d, 2, 0, 0), 'yes'],
    ['a quality of service that is none', Buffer.of(0x36, 2, 0, 0), 'no'],
    ['a type that is none', Buffer.of(0x00, 2, 0, 0), 'no'],
    ['a length of four bytes', Buffer.of(0x10, 0x80, 0x80, 0x80, 1), 'yes'],
    ['a part of it', Buffer.of(0x10, 0x80, 0x80), 'more'],
    ['a length of five bytes', Buffer.of(0x10, 0x80, 0x80, 0x80, 0x80, 1), 'no'],
  ];

  for (const [what, bytes, answer] of cases)
    it(`${answer}: ${what}`, () => {
      assert.equal(NAMES[probe(bytes, 0, bytes.length, 0)], answer);
    });
});
