// What is wrong with records, messages and certificates, and under which name it is told.
import assert from 'node:assert/strict';
import tls from '../../../src/app/tls/index.ts';
import { certificateProblem } from '../../../src/app/tls/certificate-shape.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import {
  certificate,
  certificates,
  chosenVersion,
  clientHello,
  der,
  handshake,
  oid,
  record,
  serverHello,
  sni,
  versions,
} from './messages.ts';

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
const utc = (text: string): Buffer => der(0x17, Buffer.from(text));
const NUMBER = der(2, bytes(1));
const extension = (...parts: readonly Buffer[]): Buffer => der(0xa3, der(0x30, der(0x30, ...parts)));

const CERTIFICATES: readonly (readonly [what: string, der: Buffer, problem: string | null])[] = [
  ['all parts', certificate(), null],
  ['no bytes', bytes(), 'certificate_invalid_length'],
  ['text', Buffer.from('none'), 'invalid_certificate'],
  ['a length that is cut', bytes(0x30, 0x82, 1), 'certificate_invalid_length'],
  ['a length that is cut further in', der(0x30, der(0x30, bytes(2, 0x84, 0xff))), 'certificate_invalid_length'],
  ['a length that is left open', Buffer.concat([bytes(0x30, 0x80), certificate()]), 'certificate_invalid_der'],
  ['no sequence', der(0x31, certificate()), 'certificate_invalid_der'],
  ['no part that is signed', der(0x30, NUMBER), 'certificate_invalid_der'],
  ['half of it', certificate().subarray(0, 100), 'invalid_certificate'],
  [
    'a version of text',
    certificate({ parts: { version: der(0xa0, der(12, bytes(65))) } }),
    'certificate_invalid_version',
  ],
  ['a serial number of text', certificate({ parts: { serial: der(12, bytes(65)) } }), 'certificate_invalid_serial'],
  ['a serial number that is cut', der(0x30, der(0x30, bytes(2, 0x7f))), 'certificate_invalid_serial'],
  ['another algorithm', certificate({ parts: { algorithm: NUMBER } }), 'certificate_invalid_der'],
  ['another issuer', certificate({ parts: { issuer: NUMBER } }), 'certificate_invalid_der'],
  ['an empty issuer', certificate({ parts: { issuer: der(0x30) } }), null],
  ['another validity', certificate({ parts: { validity: NUMBER } }), 'certificate_invalid_der'],
  ['one time', certificate({ parts: { validity: der(0x30, utc('200102030405Z')) } }), 'certificate_invalid_date'],
  ['a month that is none', dates('201302030405Z'), 'certificate_invalid_date'],
  ['letters in a time', dates('20xx02030405Z'), 'certificate_invalid_date'],
  ['a time without zone', dates('200102030405'), 'certificate_invalid_date'],
  ['four digits of a year', dates('20200102030405Z'), 'certificate_invalid_date'],
  ['another subject', certificate({ parts: { subject: NUMBER } }), 'certificate_invalid_der'],
  ['another key', certificate({ parts: { key: NUMBER } }), 'certificate_invalid_der'],
  ['a key of another kind', certificate({ parts: { key: der(0x30, NUMBER) } }), 'certificate_invalid_der'],
  ['other extensions', certificate({ parts: { extensions: der(0xa3, NUMBER) } }), 'certificate_invalid_der'],
  [
    'an extension that is none',
    certificate({ parts: { extensions: der(0xa3, der(0x30, NUMBER)) } }),
    'invalid_certificate',
  ],
  [
    'an extension without value',
    certificate({ parts: { extensions: extension(oid(0x55, 0x1d, 17)) } }),
    'certificate_invalid_length',
  ],
  [
    'a value of another kind',
    certificate({ parts: { extensions: extension(oid(0x55, 0x1d, 17), NUMBER) } }),
    'invalid_certificate',
  ],
  [
    'a critical extension',
    certificate({ parts: { extensions: extension(oid(0x55, 0x1d, 17), der(1, bytes(255)), der(4, bytes(0x30, 0))) } }),
    null,
  ],
  ['no extensions', certificate({ parts: { extensions: bytes() } }), null],
  ['another signature', certificate({ parts: { signature: NUMBER } }), 'invalid_certificate'],
  [
    'a name of numbers',
    certificate({ parts: { subject: der(0x30, der(0x31, der(0x30, oid(0x55, 4, 3), NUMBER))) } }),
    null,
  ],
];

function dates(text: string): Buffer {
  return certificate({ parts: { validity: der(0x30, utc(text), utc('300102030405Z')) } });
}

const HELLO = clientHello([0xc02f], [sni('example.com')]);
const HEARD = record(22, serverHello(0xc02f, []));
const SSL2_HELLO = Buffer.concat([bytes(0x80, 0x1c, 1, 0, 2, 0, 3, 0, 0, 0, 0x10, 7, 0, 0xc0), Buffer.alloc(16, 1)]);

type Turn = readonly [0 | 1, Buffer];
const TALKS: readonly (readonly [what: string, turns: readonly Turn[], ...anomalies: string[]])[] = [
  ['a record of no bytes', [[0, record(22, bytes())]], 'invalid_record_length'],
  [
    'an alert of one byte',
    [
      [0, record(22, HELLO)],
      [1, record(21, bytes(2))],
    ],
    'invalid_alert_message',
  ],
  [
    'an alert',
    [
      [0, record(22, HELLO)],
      [1, record(21, bytes(2, 40))],
    ],
  ],
  [
    'an unknown message',
    [
      [0, record(22, HELLO)],
      [1, record(22, handshake(99, bytes(1, 2, 3)))],
    ],
    'invalid_handshake_message',
  ],
  [
    'a long unknown message, once',
    [
      [1, record(22, Buffer.concat([bytes(0x84, 0xff, 0xff, 0xff), Buffer.alloc(50)]))],
      [1, record(22, Buffer.alloc(50))],
    ],
    'invalid_handshake_message',
  ],
  [
    'an unknown message in two records, once',
    [
      [1, record(22, handshake(99, Buffer.alloc(40)).subarray(0, 20))],
      [1, record(22, Buffer.alloc(24))],
    ],
    'invalid_handshake_message',
  ],
  ['a hello of nothing', [[0, record(22, handshake(1, bytes()))]], 'handshake_invalid_length'],
  ['an answer of nothing', [[1, record(22, handshake(2, bytes(3, 3)))]], 'handshake_invalid_length'],
  [
    'a byte behind the extensions',
    [[1, record(22, handshake(2, Buffer.concat([bytes(3, 3), Buffer.alloc(33), bytes(0x13, 1, 0, 0, 1, 0)])))]],
    'handshake_invalid_length',
  ],
  ['two hellos with names', [[0, Buffer.concat([record(22, HELLO), record(22, HELLO)])]], 'multiple_sni_extensions'],
  ['two hellos, one with a name', [[0, Buffer.concat([record(22, clientHello([1], [])), record(22, HELLO)])]]],
  [
    'a hello once more, asked for',
    [
      [0, record(22, HELLO)],
      [1, record(22, serverHello(0x1301, [chosenVersion(0x0304)]))],
      [0, record(22, clientHello([0x1301], [sni('example.com'), versions(0x0304)]))],
    ],
  ],
  [
    'a heartbeat of another type',
    [
      [0, record(22, HELLO)],
      [1, HEARD],
      [0, record(24, Buffer.concat([bytes(5, 0, 1, 0), Buffer.alloc(16)]))],
    ],
    'invalid_heartbeat_message',
  ],
  [
    'a heartbeat of nothing',
    [
      [0, record(22, HELLO)],
      [1, HEARD],
      [0, record(24, bytes(1, 0, 0))],
    ],
    'invalid_heartbeat_message',
  ],
  [
    'an error of SSL 2',
    [
      [0, SSL2_HELLO],
      [1, bytes(0x80, 3, 0, 0, 1)],
    ],
    'error_message_encountered',
  ],
  [
    'the same without a hello of SSL 2',
    [
      [0, record(22, HELLO)],
      [1, bytes(0x80, 3, 0, 0, 1)],
    ],
    'invalid_record_type',
  ],
];

function talk(turns: readonly Turn[], pieces: (all: Buffer) => Buffer[] = (all) => [all]): string[] {
  const driver = new ParserDriver(tls);
  for (const [direction, all] of turns) for (const piece of pieces(all)) driver.feed(direction, piece);
  return driver.anomalies(driver.parser.transactions[0]!).map((one) => one.replace('tls.', ''));
}

describe('anomalies of TLS', () => {
  for (const [what, whole, problem] of CERTIFICATES) {
    it(`names a certificate with ${what}: ${problem ?? 'nothing'}`, () => {
      assert.equal(certificateProblem(whole), problem);
      const turns: Turn[] = [[1, record(22, certificates(whole))]];
      assert.deepEqual(talk(turns), problem === null ? [] : [problem]);
    });
  }

  for (const [what, turns, ...anomalies] of TALKS) {
    it(`names ${what}: ${anomalies.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(talk(turns), anomalies);
      const longest = Math.max(...turns.map(([, all]) => all.length));
      for (let at = 1; at < longest; at++)
        assert.deepEqual(
          talk(turns, (all) => [all.subarray(0, at), all.subarray(at)]),
          anomalies,
          `cut at ${String(at)}`,
        );
    });
  }

  it('takes a certificate that is damaged anywhere', () => {
    const whole = certificate({ names: ['a.example'] });
    for (let at = 0; at < whole.length; at++)
      for (const value of [0, 0x30, 0x7f, 0x80, 0x84, 0xff]) {
        const changed = Buffer.from(whole);
        changed[at] = value;
        const problem = certificateProblem(changed);
        assert.ok(problem === null || /^(certificate_)?invalid/.test(problem));
      }
  });

  it('names a certificate with more names than are kept: too_many_subject_alternative_names', () => {
    const named = (length: number): Turn[] => [
      [1, record(22, certificates(certificate({ names: Array.from({ length }, () => 'a') })))],
    ];
    assert.deepEqual(talk(named(4096)), []);
    assert.deepEqual(talk(named(4097)), ['too_many_subject_alternative_names']);
  });
});
