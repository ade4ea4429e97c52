import { strict as assert } from 'node:assert';
import { splitAddresses } from '../../../src/app/smtp/mime/addresses.ts';
import { Base64Decoder } from '../../../src/app/smtp/mime/base64.ts';
import { parameter } from '../../../src/app/smtp/mime/header.ts';
import { QuotedPrintableDecoder } from '../../../src/app/smtp/mime/quoted-printable.ts';
import { findUrls } from '../../../src/app/smtp/mime/urls.ts';
import { probeGreeting } from '../../../src/app/smtp/probe.ts';
import { Probed } from '../../../src/framework/app-protocol.ts';
import { text } from './support.ts';

const bytes = (value: string): Uint8Array => Buffer.from(value, 'latin1');

describe('parameters of header fields', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['attachment; filename=a.txt ; size=3', 'a.txt'],
    ['attachment; filename="a;b \\"c\\".txt"', 'a;b "c".txt'],
    ["attachment; filename*=UTF-8''na%20me.txt", 'na me.txt'],
    ['attachment; filename*1="two"; filename*0="one"', 'onetwo'],
    ['attachment; filename*0*=UTF-8\'\'o%20e; filename*1*=t%2Ewo; filename*2="%41"', 'o et.wo%41'],
    ['attachment; filename = a.txt', null],
    ['attachment', null],
  ];
  for (const [field, value] of cases) {
    it(field, () => {
      assert.equal(text(parameter(bytes(field), 'filename')), value);
    });
  }
});

describe('base64 of mails', () => {
  for (const [coded, plain] of [
    ['aGVsbG8=', 'hello'],
    ['aG!!Vs\r\nbG8', 'hello'],
    ['aGVsbG8=AAAA', 'hello\0\0\0'],
    ['=', ''],
  ] as const) {
    it(JSON.stringify(coded), () => {
      const decoder = new Base64Decoder();
      let found = '';
      for (const byte of bytes(coded)) {
        decoder.decode(Uint8Array.of(byte), 0, 1);
        found += text(decoder.out.subarray(0, decoder.length))!;
      }
      decoder.finish();
      assert.equal(found + text(decoder.out.subarray(0, decoder.length))!, plain);
    });
  }
});

describe('groups of base64 that are none', () => {
  for (const [lines, shown] of [
    [
      ['YWJj', 'Y===', 'YWJj'],
      ['abc', null, null],
    ],
    [['YWJj===='], [null]],
    [['=YWJ'], [null]],
    [
      ['YW==', 'YW=J', 'YWJj='],
      ['a', 'a', 'abc'],
    ],
  ] as const) {
    it(lines.join(' '), () => {
      const decoder = new Base64Decoder();
      const found = lines.map((line) => {
        decoder.decode(bytes(line), 0, line.length);
        return decoder.isInvalid ? null : text(decoder.out.subarray(0, decoder.length));
      });
      assert.deepEqual(found, shown);
    });
  }
});

describe('quoted-printable', () => {
  for (const [coded, plain, invalid] of [
    ['he=6Clo =\r\nworld', 'hello world', 0],
    ['a=6cb', 'ab', 1],
    ['a=ZZb', 'ab', 1],
    ['bar=0\r\n', 'bar\r\n', 1],
    ['x=', 'x', 0],
  ] as const) {
    it(JSON.stringify(coded), () => {
      const decoder = new QuotedPrintableDecoder();
      decoder.decode(bytes(coded), 0, coded.length);
      assert.equal(text(decoder.out.subarray(0, decoder.length)), plain);
      assert.equal(decoder.invalid, invalid);
    });
  }
});

describe('addresses', () => {
  it('are taken apart at commas outside of quotes', () => {
    const found = splitAddresses(bytes('"x, y" <z@z>,  b@b ,'));
    assert.deepEqual(found.map(text), ['"x, y" <z@z>', 'b@b ']);
    assert.deepEqual(splitAddresses(bytes('')), []);
  });

  it('of pages end at blanks, quotes and brackets; the latest comes first', () => {
    const line = bytes('HTTP://a.com/b <a href="http://c.com">(http://d.com/)\r\n');
    const found: Uint8Array[] = [];
    findUrls(line, 0, line.length, [bytes('http://')], { withScheme: false }, found);
    assert.deepEqual(found.map(text), ['d.com/)\r\n', 'c.com', 'a.com/b']);
  });
});

describe('greeting of a mail server', () => {
  for (const [line, answer] of [
    ['220 mail.example.com ESMTP\r\n', Probed.yes],
    ['220-a-b.c\r\n', Probed.yes],
    ['220 mail.exam', Probed.more],
    ['220 localhost ESMTP\r\n', Probed.no],
    ['220 1.2.3.4 SMTP\r\n', Probed.no],
    ['220 .b SMTP\r\n', Probed.no],
    ['554 a.b SMTP\r\n', Probed.no],
  ] as const) {
    it(JSON.stringify(line), () => {
      assert.equal(probeGreeting(bytes(line), 0, line.length), answer);
    });
  }
});
