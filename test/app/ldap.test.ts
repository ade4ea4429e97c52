import assert from 'node:assert/strict';
import fc from 'fast-check';
import ldap from '../../src/app/ldap.ts';
import { Probed } from '../../src/framework/app-protocol.ts';

const element = (tag: number, ...contents: readonly (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(contents.map((one) => (typeof one === 'string' ? Buffer.from(one, 'latin1') : one)));
  assert.ok(body.length < 128);
  return Buffer.concat([Buffer.of(tag, body.length), body]);
};
const message = (tag: number, ...contents: readonly Buffer[]): Buffer =>
  element(0x30, element(2, '\x01'), element(tag, ...contents));

const VERSION = element(2, '\x03');
const SIMPLE = element(0x80, 'secret');
const bind = (name: string, auth: Buffer): Buffer => message(0x60, VERSION, element(4, name), auth);
const result = (name: string): Buffer => message(0x61, element(10, '\0'), element(4, name), element(4));
const SCOPE = [element(10, '\x02'), element(10, '\0'), element(2, '\0'), element(2, '\0'), element(1, '\0')];
const search = (filter: Buffer, ...attributes: readonly Buffer[]): Buffer =>
  message(0x63, element(4, 'dc=local'), ...SCOPE, filter, element(0x30, ...attributes));
const CHANGE = element(0x30, element(10, '\x02'), element(0x30, element(4, 'cn'), element(0x31, element(4, 'b'))));
const NAMES = Object.fromEntries(Object.entries(Probed).map(([name, value]) => [value, name]));
const { probe } = ldap.probes![0]!;

describe('detection of LDAP', () => {
  const cases: readonly (readonly [what: string, bytes: Buffer, direction: 0 | 1, answer: keyof typeof Probed])[] = [
    ['a simple bind', bind('cn=a', SIMPLE), 0, 'yes'],
    ['a bind by SASL', bind('', element(0xa3, element(4, 'GSSAPI'))), 0, 'yes'],
    ['a bind that no RFC has', bind('me', element(0x8a, 'NTLMSSP')), 0, 'no'],
    ['a bind whose name is no text', bind('\xff\xfe', SIMPLE), 0, 'no'],
    ['its answer', result(''), 1, 'yes'],
    ['its answer where a request should be', result(''), 0, 'reversed'],
    ['its answer with a name that is no text', result('NTLM\x80\xff'), 1, 'no'],
    ['a search', search(element(0x87, 'objectClass')), 0, 'yes'],
    ['a search without a filter', search(element(0x30, element(0x30))), 0, 'no'],
    ['the end of a session', message(0x42), 0, 'yes'],
    ['a search with an attribute', search(element(0x87, 'a'), element(4, 'cn')), 0, 'yes'],
    ['a search whose attributes are no text', search(element(0x87, 'a'), element(4, '\xff')), 0, 'no'],
    ['the end of a session with something in it', message(0x42, element(4)), 0, 'no'],
    ['a change', message(0x66, element(4, 'cn=a'), element(0x30, CHANGE)), 0, 'yes'],
    ['a change of nothing', message(0x66, element(4, 'cn=a'), element(0x30, VERSION)), 0, 'no'],
    ['an id below zero', element(0x30, element(2, '\xff'), element(0x42)), 0, 'no'],
    ['an operation with controls', element(0x30, VERSION, element(0x42), element(0xa0)), 0, 'yes'],
    ['an operation with something else behind it', element(0x30, VERSION, element(0x42), element(4)), 0, 'no'],
    ['no operation', message(0x1f), 0, 'no'],
    ['half of it', bind('cn=a', SIMPLE).subarray(0, 12), 0, 'more'],
    ['text', Buffer.from('GET / HTTP/1.0\r\n'), 0, 'no'],
  ];
  for (const [what, bytes, direction, answer] of cases)
    it(`${answer}: ${what}`, () => {
      const placed = Buffer.concat([Buffer.of(0x30), bytes, Buffer.of(0x30)]);
      assert.equal(NAMES[probe(placed, 1, placed.length - 1, direction)], answer);
    });

  it('takes any bytes', () => {
    const damage = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 });
    const wholes = [bind('cn=a', SIMPLE), result(''), search(element(0xa0, element(4, 'x')))];
    fc.assert(
      fc.property(fc.constantFrom(...wholes), damage, fc.nat(60), (whole, changes, length) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        assert.ok(probe(bytes, 0, Math.min(length, bytes.length), 0) in NAMES);
      }),
    );
  });
});
