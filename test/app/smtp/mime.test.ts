import { strict as assert } from 'node:assert';
import { splitAddresses } from '../../../src/app/smtp/mime/addresses.ts';
import { Base64Decoder } from '../../../src/app/smtp/mime/base64.ts';
import { parameter } from '../../../src/app/smtp/mime/header.ts';
import { MimeMessage } from '../../../src/app/smtp/mime/message.ts';
import { QuotedPrintableDecoder } from '../../../src/app/smtp/mime/quoted-printable.ts';
import { findUrls } from '../../../src/app/smtp/mime/urls.ts';
import { probeGreeting } from '../../../src/app/smtp/probe.ts';
import type { MimeSettings } from '../../../src/app/smtp/settings.ts';
import { TrackedFile } from '../../../src/framework/file.ts';
import { Probed } from '../../../src/framework/app-protocol.ts';
import { text } from './support.ts';

const bytes = (value: string): Uint8Array => Buffer.from(value, 'latin1');
const SETTINGS: MimeSettings = {
  decodesBase64: true,
  decodesQuotedPrintable: true,
  headerValueDepth: 2000,
  extractsUrls: true,
  urlSchemes: [bytes('http://')],
  logsUrlScheme: false,
  hasBodyMd5: false,
};

describe('parameters of header fields', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['attachment; filename=a.txt ; size=3', 'a.txt'],
    ['attachment; filename="a;b \\"c\\".txt"', 'a;b "c".txt'],
    ["attachment; filename*=UTF-8''na%20me.txt", 'na me.txt'],
    ['attachment; filename*1="two"; filename*0="one"', 'onetwo'],
    ['attachment; filename*0*=UTF-8\'\'o%20e; filename*1*=t%2Ewo; filename*2="%41"', 'o et.wo%41'],
    ['attachment; filename*0="one"; filename*2="three"', 'one'],
    ['attachment; filename*1="two"', null],
    ["attachment; filename*=utf-8''a; filename=b", 'a'],
    ["attachment; filename=b; filename*=utf-8''a", 'b'],
    ["attachment; filename*0=one; filename*=utf-8''a", 'a'],
    ['attachment; filename="a;x', '"a'],
    ['attachment; filename=""', ''],
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

describe('parts of messages', () => {
  /** Names and addresses that were found, and files. */
  function read(lines: readonly string[]): { names: unknown[]; urls: unknown[]; files: string[]; notes: string[] } {
    const files: string[] = [];
    const notes: string[] = [];
    const message = new MimeMessage(SETTINGS, {
      note: (name) => notes.push(name),
      openFile: (name) => {
        files.push(text(name)!);
        return new TrackedFile(0, name);
      },
      appendFile: (_file, data, start, end) => {
        files.push(`${files.pop()!}|${text(data.subarray(start, end))!}`);
      },
      closeFile: () => undefined,
    });
    for (const line of lines) message.push(bytes(`${line}\r\n`), 0, line.length + 2, { isEnd: true });
    message.finish();
    return { names: message.attachments.map(text), urls: message.urls.map(text), files, notes };
  }

  it('are searched for addresses where they are text that is shown, or attachments', () => {
    const part = (type: string): string[] => ['--b', ...(type === '' ? [] : [type]), '', 'http://x/', ''];
    const of = (type: string): number =>
      read(['Content-Type: multipart/mixed; boundary=b', '', 'http://p/', ...part(type), '--b--', 'http://e/']).urls
        .length;
    const types = ['', 'Content-Type: text/plain', 'Content-Type: TEXT/html; x=y', 'Content-Type: image/x; name=n'];
    assert.deepEqual(types.map(of), [1, 1, 1, 1]);
    assert.deepEqual(['Content-Type: image/x', 'Content-Type: text/css', 'Content-Type: '].map(of), [0, 0, 0]);
  });

  it('are searched as they are decoded, quoted-printable in attachments alone', () => {
    const coded = ['Content-Transfer-Encoding: quoted-printable', '', 'http=3A//a/=', 'b', 'http://c=41'];
    assert.deepEqual(read(coded).urls, ['c=41\r\n']);
    const attached = read(['Content-Disposition: attachment; filename=n', ...coded]);
    assert.deepEqual(attached.urls, ['cA\r\n', 'a/b\r\n']);
  });

  it('are told of when their name is empty, and are no file', () => {
    const empty = 'Content-Disposition: attachment; filename=""';
    const { names, files } = read([empty, '', 'x']);
    assert.deepEqual([names, files], [[''], []]);
    const both = read([empty, 'Content-Type: text/plain; name=a', '', 'x']);
    assert.deepEqual([both.names, both.files], [['', 'a'], ['a|x']]);
  });

  it('have fields of their own where they hold a message, whatever its kind', () => {
    for (const type of ['message/rfc822', 'message/partial; id=1', 'Message/delivery-status']) {
      const { files } = read([`Content-Type: ${type}`, '', 'Content-Disposition: x; filename=a', '', 'abc']);
      assert.deepEqual(files, ['a|abc']);
    }
  });

  it('that have parts and a name are files up to the first part', () => {
    const header = ['Content-Type: multipart/mixed; boundary=b', 'Content-Disposition: x; filename=a'];
    const { files } = read([...header, '', 'one', '--b', 'Content-Disposition: x; filename=c', '', 'two', '--b--']);
    assert.deepEqual(files, ['a|one', 'c|two']);
  });

  it('have long lines of headers told once for each line, those of quoted-printable where they are decoded', () => {
    const long = `X: ${'a'.repeat(996)}`;
    assert.deepEqual(read([long, long, '', 'x']).notes, ['mime_long_line', 'mime_long_line']);
    const coded = ['Content-Transfer-Encoding: quoted-printable', '', 'a'.repeat(77)];
    assert.deepEqual(read(coded).notes, []);
    assert.deepEqual(read(['Content-Type: x; name=n', ...coded]).notes, ['mime_long_enc_line']);
  });
});

describe('greeting of a mail server', () => {
  for (const [line, answer] of [
    ['220 mail.example.com ESMTP\r\n', Probed.yes],
    ['220-a-b.c\r\n', Probed.yes],
    ['220 mail.example\0.com ESMTP\r\n', Probed.yes],
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
