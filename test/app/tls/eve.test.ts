// EVE `tls` by the fields that `custom` asks for.
import assert from 'node:assert/strict';
import tls from '../../../src/app/tls/index.ts';
import { JsonText } from '../../../src/base/json-writer.ts';
import { ConfigNode, setFinal } from '../../../src/config/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import {
  CHANGE_CIPHER,
  CLIENT_KEY,
  ENCRYPTED,
  SERVER_DONE,
  certificate,
  certificates,
  clientHello,
  der,
  empty,
  record,
  serverHello,
  signatures,
  sni,
  u16,
  versions,
} from './messages.ts';

const GREASE = 0x1a1a;
const ISSUER = Buffer.from('an issuer');
const HELLO = clientHello(
  [GREASE, 0x1301, 0xc02f],
  [[GREASE, Buffer.alloc(0)], sni('example.com'), versions(GREASE, 0x0304, 0x0303), signatures(0x0403)],
);

type Turn = readonly [0 | 1, Buffer];
const FULL: readonly Turn[] = [
  [0, record(22, HELLO)],
  [1, record(22, Buffer.concat([serverHello(0xc02f, []), certificates(certificate()), SERVER_DONE]))],
  [
    0,
    Buffer.concat([record(22, certificates(certificate(), ISSUER)), record(22, CLIENT_KEY), CHANGE_CIPHER, ENCRYPTED]),
  ],
  [1, Buffer.concat([CHANGE_CIPHER, ENCRYPTED])],
];

const custom = (names: readonly string[]): ConfigNode => {
  const node = new ConfigNode('tls');
  names.forEach((name, i) => {
    setFinal(node, `custom.${String(i)}`, name);
  });
  return node;
};

/** Null: no record. */
function recordOf(turns: readonly Turn[], node: ConfigNode, formerProtocol = ''): Record<string, unknown> | null {
  const driver = new ParserDriver(tls, { formerProtocol });
  for (const [direction, all] of turns) driver.feed(direction, all);
  const json = new JsonText();
  const log = tls.eve![0]!.create(node).log as (tx: unknown, json: JsonText, app: unknown) => boolean;
  if (!log(driver.parser.transactions[0], json, driver.app)) return null;
  return JSON.parse(`{${json.text}}`) as Record<string, unknown>;
}

function shown(names: readonly string[], turns = FULL, formerProtocol = ''): Record<string, unknown> {
  const told = recordOf(turns, custom(names), formerProtocol);
  assert.ok(told !== null);
  return told;
}

const base64 = (der: Buffer): string => der.toString('base64');
const OWN = {
  subject: 'C=US, CN=example.com',
  issuerdn: 'C=NL, CN=An Authority',
  fingerprint: shown(['fingerprint'])['fingerprint'],
  serial: '00:AB:01',
  notbefore: '2020-01-02T03:04:05',
  notafter: '2050-12-31T23:59:59',
};

describe('EVE tls with custom fields', () => {
  it('has those asked for', () => {
    assert.deepEqual(shown(['sni', 'version']), { sni: 'example.com', version: 'TLS 1.2' });
    assert.deepEqual(shown(['CERTIFICATE']), { certificate: base64(certificate()) });
    assert.deepEqual(shown(['chain']), { chain: [base64(certificate())] });
  });

  it('has the certificate of the client in one object, in parts as they are asked for', () => {
    assert.deepEqual(shown(['client']), { client: OWN });
    assert.deepEqual(shown(['client_certificate']), { client: { certificate: base64(certificate()) } });
    const chain = [base64(certificate()), base64(ISSUER)];
    assert.deepEqual(shown(['client_chain', 'client_certificate', 'client']), {
      client: { ...OWN, certificate: chain[0], chain },
    });
    assert.deepEqual(shown(['client', 'sni'], FULL.slice(0, 2)), { sni: 'example.com' });
  });

  it('has what the client offers without what is there to keep others honest', () => {
    assert.deepEqual(shown(['client_handshake']), {
      client_handshake: { version: 'TLS 1.3', ciphers: [0x1301, 0xc02f], exts: [0, 43, 13], sig_algs: [0x0403] },
    });
    assert.deepEqual(shown(['server_handshake']), { server_handshake: { version: 'TLS 1.2', cipher: 0xc02f } });
  });

  it('always says what was spoken before', () => {
    assert.deepEqual(shown(['sni'], FULL, 'smtp'), { from_proto: 'smtp', sni: 'example.com' });
  });

  it('reads the answer of a draft, which has neither session nor compression', () => {
    const extension = Buffer.concat([u16(40), u16(2), u16(29)]);
    const body = Buffer.concat([u16(0x7f12), Buffer.alloc(32, 7), u16(0x1301), u16(extension.length), extension]);
    const answer = Buffer.concat([Buffer.of(2, 0, 0, body.length), body]);
    const turns: Turn[] = [
      [0, record(22, clientHello([0x1301], [versions(0x7f12)]))],
      [1, Buffer.concat([record(22, answer), ENCRYPTED])],
    ];
    assert.deepEqual(shown(['version', 'server_handshake', 'ja4'], turns), {
      version: 'TLS 1.3 draft-18',
      ja4: shown(['ja4'], turns)['ja4'],
      server_handshake: { version: 'TLS 1.3 draft-18', cipher: 0x1301, exts: [40] },
    });
    assert.match(String(shown(['ja4'], turns)['ja4']), /^t00i0101/);
  });
});

describe('EVE tls without a certificate', () => {
  const TICKET = record(22, clientHello([0xc02f], [empty(35)]));
  const SESSION = record(22, clientHello([0xc02f], [], { session: 'abc' }));
  const answer = (session: string): Buffer => record(22, serverHello(0xc02f, [], { session }));
  const NO_TLS = Buffer.from('220 ready\r\n');
  const CASES: readonly (readonly [what: string, turns: readonly Turn[], isResumed: boolean | null])[] = [
    ['the client offers none to go on with', [[0, record(22, HELLO)]], null],
    [
      'and the server says hello',
      [
        [0, record(22, HELLO)],
        [1, answer('')],
      ],
      null,
    ],
    ['the client knows tickets', [[0, TICKET]], false],
    [
      'and the answer is no TLS',
      [
        [0, TICKET],
        [1, NO_TLS],
      ],
      false,
    ],
    [
      'and the server says hello',
      [
        [0, TICKET],
        [1, answer('x')],
      ],
      true,
    ],
    ['the client names a session', [[0, SESSION]], null],
    [
      'and the server goes on with another',
      [
        [0, SESSION],
        [1, answer('abd')],
      ],
      null,
    ],
    [
      'and the server goes on with it',
      [
        [0, SESSION],
        [1, answer('abc')],
      ],
      true,
    ],
  ];
  for (const [what, turns, isResumed] of CASES) {
    it(`${isResumed === null ? 'is not there' : isResumed ? 'goes on with a session' : 'is there'}: ${what}`, () => {
      const told = recordOf(turns, custom(['session_resumed']));
      assert.deepEqual(told, isResumed === null ? null : isResumed ? { session_resumed: true } : {});
      assert.equal(recordOf(turns, custom(['sni'])), null, 'where sessions that go on are not asked for');
    });
  }

  it('is there with one of no issuer', () => {
    const nameless = certificate({ parts: { issuer: der(0x30) } });
    const turns: readonly Turn[] = [[1, record(22, Buffer.concat([serverHello(0xc02f, []), certificates(nameless)]))]];
    assert.deepEqual(recordOf(turns, custom(['issuer'])), { issuerdn: '' });
  });
});
