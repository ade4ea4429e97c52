import assert from 'node:assert/strict';
import fc from 'fast-check';
import { generalNameText, nameText } from '../../../src/app/tls/certificate-name.ts';
import { readElement } from '../../../src/wire/der.ts';
import { der, oid } from './messages.ts';

const COMMON_NAME = oid(0x55, 4, 3);
const ORGANIZATION = oid(0x55, 4, 10);

const pair = (type: Buffer, value: Buffer): Buffer => der(0x30, type, value);
const text = (value: string): Buffer => der(0x0c, Buffer.from(value));
const nameOf = (...sets: readonly Buffer[]): string => {
  const bytes = der(0x30, ...sets);
  return nameText(bytes, readElement(bytes, 0, bytes.length)!);
};
const commonName = (tag: number, value: Buffer): string => nameOf(der(0x31, pair(COMMON_NAME, der(tag, value))));
const general = (tag: number, ...content: readonly Buffer[]): string => {
  const bytes = der(tag, ...content);
  return generalNameText(bytes, readElement(bytes, 0, bytes.length)!);
};

describe('names in certificates', () => {
  it('are their attributes, those of one set with a plus', () => {
    const both = der(0x31, pair(COMMON_NAME, text('a')), pair(ORGANIZATION, text('o')));
    assert.equal(nameOf(both, der(0x31, pair(oid(0x55, 4, 6), text('US')))), 'CN=a + O=o, C=US');
    assert.equal(nameOf(), '');
  });

  const types: readonly [bytes: readonly number[], wanted: string][] = [
    [[0x55, 4, 4], 'surname'],
    [[0x55, 4, 42], 'givenName'],
    [[0x55, 29, 17], 'subjectAltName'],
    [[0x55, 4, 0x61], 'OID(2.5.4.97)'],
    [[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1], 'uid'],
    [[0x2a, 3, 4], 'OID(1.2.3.4)'],
  ];
  for (const [bytes, wanted] of types) {
    it(`call the attribute ${wanted}`, () => {
      assert.equal(nameOf(der(0x31, pair(oid(...bytes), text('v')))), `${wanted}=v`);
    });
  }

  const values: readonly [what: string, tag: number, value: Buffer, wanted: string][] = [
    ['UTF-8', 0x0c, Buffer.from('caf\u00e9'), 'caf\u00e9'],
    ['teletex', 0x14, Buffer.from('caf\u00e9', 'latin1'), 'caf\u00e9'],
    ['BMP', 0x1e, Buffer.from('\u65e5a', 'utf16le').swap16(), '\u65e5a'],
    ['BMP with half a character', 0x1e, Buffer.from('d8000061', 'hex'), '\ufffda'],
    ['universal', 0x1c, Buffer.from('00000061', 'hex'), '00000061'],
    ['octets', 0x04, Buffer.from('0aff', 'hex'), '0AFF'],
  ];
  for (const [what, tag, value, wanted] of values) {
    it(`show values of ${what}`, () => {
      assert.equal(commonName(tag, value), `CN=${wanted}`);
    });
  }

  const alternatives: readonly [wanted: string, tag: number, content: Buffer][] = [
    ['a.example', 0x82, Buffer.from('a.example')],
    ['\u00e9.example', 0x82, Buffer.from('\u00e9.example')],
    ['\u00ff\u00fe', 0x82, Buffer.from('fffe', 'hex')],
    ['a@b.example', 0x81, Buffer.from('a@b.example')],
    ['192.0.2.1', 0x87, Buffer.of(192, 0, 2, 1)],
    ['DirectoryName(CN=a)', 0xa4, der(0x30, der(0x31, pair(COMMON_NAME, text('a'))))],
    ['', 0xa4, text('no name')],
    ['OtherName(1.2.3.4, [...])', 0xa0, Buffer.concat([oid(0x2a, 3, 4), der(0xa0, text('a'))])],
    ['', 0xa0, text('no type')],
    ['RegisteredID(1.2.3.4)', 0x88, Buffer.of(0x2a, 3, 4)],
    ['X400Address(<unparsed>)', 0xa3, der(0x30)],
    ['EDIPartyName(<unparsed>)', 0xa5, text('a')],
    ['', 0x89, Buffer.from('unknown')],
  ];
  for (const [wanted, tag, content] of alternatives) {
    it(`are alternative names: ${wanted === '' ? 'none' : wanted}`, () => {
      assert.equal(general(tag, content), wanted);
    });
  }

  it('take any bytes', () => {
    const tags = fc.constantFrom(0x30, 0x31, 0x80, 0x81, 0x82, 0xa0, 0xa4, 0x86, 0x87, 0x88);
    fc.assert(
      fc.property(tags, fc.uint8Array({ maxLength: 60 }), (tag, bytes) => {
        const data = Buffer.from(bytes);
        const place = { tag, start: 0, end: data.length };
        assert.equal(typeof nameText(data, place), 'string');
        assert.equal(typeof generalNameText(data, place), 'string');
      }),
    );
  });
});
