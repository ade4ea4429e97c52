import assert from 'node:assert/strict';
import pgsql from '../../src/app/pgsql.ts';
import { Probed } from '../../src/framework/app-protocol.ts';

const NAMES = Object.fromEntries(Object.entries(Probed).map(([name, value]) => [value, name]));
const [client, server] = pgsql.probes!;

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const startup = (parameters: string, code = 0x30000): Buffer =>
  Buffer.concat([number(8 + parameters.length), number(code), Buffer.from(parameters)]);
const message = (type: string, contents: string): Buffer =>
  Buffer.concat([Buffer.from(type), number(4 + contents.length), Buffer.from(contents)]);
const START = startup('user\0bob\0database\0a\0\0');

describe('detection of PostgreSQL', () => {
  const cases: readonly (readonly [what: string, bytes: Buffer, direction: 0 | 1, answer: keyof typeof Probed])[] = [
    ['the start of a session', START, 0, 'yes'],
    ['that of a later minor version', startup('user\0bob\0\0', 0x30002), 0, 'yes'],
    ['that of version 4', startup('user\0bob\0\0', 0x40000), 0, 'no'],
    ['half of it', START.subarray(0, 20), 0, 'more'],
    ['a start without a user', startup('database\0a\0\0'), 0, 'no'],
    ['a start with an empty user', startup('user\0\0\0'), 0, 'no'],
    ['a start with a name that has no value', startup('user\0bob\0database\0\0'), 0, 'no'],
    ['a start whose parameters do not end', startup('user\0bob\0'), 0, 'no'],
    ['a request for TLS', startup('', 80877103), 0, 'yes'],
    ['a request to cancel without its key', startup('', 80877102), 0, 'no'],
    ['a later message of a client', message('p', 'secret\0'), 0, 'yes'],
    ['text', Buffer.from('GET / HTTP/1.0\r\n\r\n'), 0, 'no'],
    ['the answer to a request for TLS, and what follows', Buffer.from('S\x16\x03'), 1, 'yes'],
    ['the answer to one for GSSAPI', Buffer.from('G'), 1, 'yes'],
    ['a challenge', message('R', '\0\0\0\x05salt'), 1, 'yes'],
    ['half of it', message('R', '\0\0\0\x05salt').subarray(0, 8), 1, 'more'],
    ['a challenge that is too short', message('R', '\0\0\0'), 1, 'no'],
    ['an error', message('E', 'SERROR\0Mno\0\0'), 1, 'yes'],
    ['an error without an end', message('E', 'SERROR\0'), 1, 'no'],
    ['an error without a field', message('E', '\0'), 1, 'no'],
    ['a type of a later version', message('v', '\0\x03\0\0'), 1, 'yes'],
  ];

  for (const [what, bytes, direction, answer] of cases)
    it(`${answer}: ${what}`, () => {
      assert.equal(NAMES[(direction === 0 ? client! : server!).probe(bytes, 0, bytes.length, direction)], answer);
    });
});
