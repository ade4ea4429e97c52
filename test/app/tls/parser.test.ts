import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import tls from '../../../src/app/tls/index.ts';
import { parseCertificate } from '../../../src/app/tls/certificate.ts';
import { SslState, TlsTransaction } from '../../../src/app/tls/transaction.ts';
import { versionOfHello, versionText } from '../../../src/app/tls/version.ts';
import { JsonText } from '../../../src/base/json-writer.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { CONVERSATIONS, HELLO, SERVER } from './conversations.ts';
import type { Turn } from './conversations.ts';
import {
  CHANGE_CIPHER,
  CLIENT_KEY,
  ENCRYPTED,
  SERVER_DONE,
  application,
  certificate,
  certificates,
  clientHello,
  handshake,
  record,
  sni,
  u16,
  vector16,
} from './messages.ts';

const digest = (algorithm: string, data: string | Buffer): string => createHash(algorithm).update(data).digest('hex');

function talk(turns: readonly Turn[], pieces: (bytes: Buffer) => Buffer[] = (bytes) => [bytes]): ParserDriver {
  const driver = new ParserDriver(tls, { demands: ['ja3'] });
  for (const [direction, bytes] of turns) for (const piece of pieces(bytes)) driver.feed(direction, piece);
  return driver;
}

function txOf(driver: ParserDriver): TlsTransaction {
  const [tx] = driver.parser.transactions;
  assert.ok(tx instanceof TlsTransaction);
  return tx;
}

/** The record in full, or as it is when nothing is asked for. */
function eve(driver: ParserDriver, form: 'full' | 'short' = 'full'): Record<string, unknown> | null {
  const json = new JsonText();
  const declaration = tls.eve![0]!;
  const log = (form === 'full' ? declaration.alert : declaration.create(undefined).log) as (
    tx: unknown,
    json: JsonText,
    app: unknown,
  ) => boolean;
  return log(txOf(driver), json, driver.app) ? (JSON.parse(`{${json.text}}`) as Record<string, unknown>) : null;
}

function outcome(driver: ParserDriver): unknown {
  const tx = txOf(driver);
  return {
    record: eve(driver),
    anomalies: driver.anomalies(tx),
    progress: [...tx.progress],
    requests: driver.requests,
    failed: driver.hasFailed,
  };
}

describe('TLS parser', () => {
  it('reads hellos and the certificate of a handshake', () => {
    const whole = certificate();
    assert.deepEqual(eve(talk(CONVERSATIONS['version 1.2 in full']!)), {
      subject: 'C=US, CN=example.com',
      issuerdn: 'C=NL, CN=An Authority',
      subjectaltname: ['example.com', 'www.example.com'],
      serial: '00:AB:01',
      fingerprint: createHash('sha1')
        .update(whole)
        .digest('hex')
        .replaceAll(/..(?=.)/g, '$&:'),
      sni: 'example.com',
      version: 'TLS 1.2',
      notbefore: '2020-01-02T03:04:05',
      notafter: '2050-12-31T23:59:59',
      ja3: { hash: digest('md5', '771,49199,0-16,,'), string: '771,49199,0-16,,' },
      ja3s: { hash: digest('md5', '771,49199,16'), string: '771,49199,16' },
      ja4: `t12d0102h2_${digest('sha256', 'c02f').slice(0, 12)}_${digest('sha256', '_').slice(0, 12)}`,
      client_alpns: ['h2'],
      server_alpns: ['h2'],
    });
  });

  it('tells of the certificate alone unless more is asked for, and nothing where there is none', () => {
    assert.deepEqual(eve(talk(CONVERSATIONS['version 1.2 in full']!), 'short'), {
      subject: 'C=US, CN=example.com',
      issuerdn: 'C=NL, CN=An Authority',
    });
    assert.equal(eve(talk(CONVERSATIONS['a session that goes on']!), 'short'), null);
    assert.deepEqual(eve(talk(CONVERSATIONS['version 1.3']!), 'short'), {});
  });

  it('says which version was agreed upon', () => {
    assert.equal(eve(talk(CONVERSATIONS['version 1.3']!))!['version'], 'TLS 1.3');
    assert.equal(versionText(0x7f16), 'TLS 1.3 draft-22');
    assert.equal(versionText(0), 'UNDETERMINED');
    assert.equal(versionText(0x7f01), 'TLS 1.3 draft-<16');
    assert.equal(versionText(versionOfHello(0x7f0e)), 'TLS 1.3 draft-<16');
    assert.equal(versionText(0x7f0e), '32526');
    assert.equal(versionText(0xfb1a), 'TLS 1.3 draft-26-fb');
    assert.equal(versionText(0x0505), '1285');
  });

  describe('is ready for its record', () => {
    const isDue = tls.eve![0]!.isDue as (tx: TlsTransaction) => boolean;
    const due = (turns: readonly Turn[]): boolean[] => turns.map((_, i) => isDue(txOf(talk(turns.slice(0, i + 1)))));
    const chain = certificates(certificate());
    const hello = record(22, clientHello([0xc02f], [sni('a.b')]));
    const asked = record(22, Buffer.concat([SERVER, chain, handshake(13, Buffer.alloc(6)), SERVER_DONE]));
    const changed = Buffer.concat([CHANGE_CIPHER, ENCRYPTED]);

    it('with the certificate of the server, whatever else it is about to say', () => {
      assert.deepEqual(due(CONVERSATIONS['version 1.2 in full']!), [false, true, true, true]);
      assert.deepEqual(
        due([
          [0, hello],
          [1, record(22, Buffer.concat([SERVER, chain]))],
        ]),
        [false, true],
      );
    });

    it('not while a record behind the certificate is cut off', () => {
      const rest = record(22, SERVER_DONE);
      const cut = Buffer.concat([record(22, Buffer.concat([SERVER, chain])), rest.subarray(0, 6)]);
      assert.deepEqual(
        due([
          [0, hello],
          [1, cut],
          [1, rest.subarray(6)],
        ]),
        [false, false, true],
      );
    });

    it('with that of the client, where the server asks for one', () => {
      const given = record(22, Buffer.concat([chain, CLIENT_KEY]));
      assert.deepEqual(
        due([
          [0, hello],
          [1, asked],
          [0, given],
        ]),
        [false, false, true],
      );
    });

    it('with the first byte of the application that the server sends, where nothing else is to be seen', () => {
      const first: Turn = [1, application(20)];
      const resumed = CONVERSATIONS['a session that goes on']!;
      assert.deepEqual(due([...resumed, [0, application(20)], first]), [false, false, false, false, true]);
      const none = record(22, Buffer.concat([certificates(), CLIENT_KEY]));
      const turns: Turn[] = [[0, hello], [1, asked], [0, Buffer.concat([none, changed])], [1, changed], first];
      assert.deepEqual(due(turns), [false, false, false, false, true]);
    });

    it('of version 1.3 once the client has changed its cipher, for what that is worth', () => {
      const [offer, answer] = CONVERSATIONS['version 1.3']!;
      assert.deepEqual(due([offer!, answer!, [0, CHANGE_CIPHER]]), [false, false, true]);
      assert.deepEqual(due([offer!, answer!, [0, application(50)]]), [false, false, true]);
    });
  });

  it('notices a session that goes on, and that content is not to be looked at any more', () => {
    const turns = CONVERSATIONS['a session that goes on']!;
    const driver = talk(turns);
    assert.equal(eve(driver)!['session_resumed'], true);
    assert.deepEqual([...txOf(driver).progress], [3, 1]);
    assert.ok(!driver.requests.includes('stop inspection'), 'the handshake is not over for the packets');
    assert.ok(talk([...turns, [0, application(20)]]).requests.includes('stop inspection'));
  });

  it('names what is wrong', () => {
    const names = (driver: ParserDriver): string[] => driver.anomalies(txOf(driver));
    assert.deepEqual(names(talk([[0, Buffer.of(99, 3, 1, 0, 0)]])), ['tls.invalid_record_type']);
    assert.deepEqual(names(talk([[0, Buffer.of(22, 9, 1, 0, 1)]])), ['tls.invalid_record_version']);
    assert.deepEqual(names(talk([[0, Buffer.of(22, 3, 1, 255, 0)]])), ['tls.invalid_record_length']);
    assert.deepEqual(names(talk([[0, record(22, clientHello([1], [sni('a'), sni('b')]))]])), [
      'tls.multiple_sni_extensions',
    ]);
    assert.deepEqual(names(talk([[1, record(22, certificates(Buffer.from('none')))]])), ['tls.invalid_certificate']);
    const cut = Buffer.of(0x30, 0x05, 0x30, 0x84, 0xff, 0xff, 0xff);
    assert.deepEqual(names(talk([[1, record(22, certificates(cut))]])), ['tls.certificate_invalid_length']);
    const bleed = record(24, Buffer.concat([Buffer.of(1), u16(16_000), Buffer.from('x')]));
    assert.deepEqual(names(talk([[0, bleed]])), ['tls.overflow_heartbeat_message']);
    const long = Buffer.concat([Buffer.of(11, 0x20, 0, 0), Buffer.alloc(100)]);
    assert.deepEqual(
      names(
        talk([
          [1, record(22, long)],
          [1, record(22, Buffer.alloc(100))],
        ]),
      ),
      [],
    );
    assert.deepEqual(names(talk([[0, record(22, handshake(1, Buffer.from('short')))]])), [
      'tls.handshake_invalid_length',
    ]);
  });

  it('does not wait for encrypted records to be complete', () => {
    const driver = talk([
      ...CONVERSATIONS['version 1.2 in full']!,
      [0, record(23, Buffer.alloc(16_000)).subarray(0, 100)],
    ]);
    assert.equal(driver.hasFailed, false);
    assert.equal(driver.app.bytes(0) > 100, true);
  });

  it('is in the state of the last message in the bytes that came last', () => {
    const driver = new ParserDriver(tls);
    const states: number[] = [];
    const say = (direction: 0 | 1, ...pieces: readonly Buffer[]): void => {
      for (const piece of pieces) {
        driver.feed(direction, piece);
        states.push(txOf(driver).sslState);
      }
    };
    const server = record(22, SERVER);
    const chain = record(22, certificates(certificate()));
    say(0, record(22, HELLO));
    say(1, server, chain.subarray(0, 100), chain.subarray(100, 110), chain.subarray(110));
    say(1, record(22, Buffer.concat([handshake(12, Buffer.alloc(40)), SERVER_DONE])));
    say(0, Buffer.concat([record(22, CLIENT_KEY), CHANGE_CIPHER, ENCRYPTED]));
    say(1, record(22, Buffer.concat([SERVER, handshake(13, Buffer.alloc(4))])));
    const { clientHello, serverHello, serverKeyExchange, clientKeyExchange, none } = SslState;
    assert.deepEqual(states, [
      clientHello,
      serverHello,
      none,
      none,
      none,
      serverKeyExchange,
      clientKeyExchange,
      // encrypted by now
      none,
    ]);
  });

  it('has the version of a record before all of its header is there', () => {
    const driver = new ParserDriver(tls).feed(0, record(22, HELLO, 0x0302).subarray(0, 4));
    assert.equal(txOf(driver).client.version, 0x0302);
  });

  for (const [title, turns] of Object.entries(CONVERSATIONS)) {
    it(`is the same wherever it is cut: ${title}`, () => {
      const whole = outcome(talk(turns));
      const longest = Math.max(...turns.map(([, bytes]) => bytes.length));
      for (let at = 1; at < longest; at++) {
        const cut = talk(turns, (bytes) => [bytes.subarray(0, at), bytes.subarray(at)]);
        assert.deepEqual(outcome(cut), whole, `cut at ${String(at)}`);
      }
    });
  }

  it('takes any bytes without throwing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(CONVERSATIONS)),
        fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 5 }),
        fc.integer({ min: 1, max: 200 }),
        (title, changes, size) => {
          const turns = CONVERSATIONS[title]!.map(([direction, bytes]): Turn => {
            const changed = Buffer.from(bytes);
            for (const [at, value] of changes) changed[at % changed.length] = value;
            return [direction, changed];
          });
          const driver = talk(turns, (bytes) => {
            const pieces: Buffer[] = [];
            for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
            return pieces;
          });
          driver.end(0).end(1);
          eve(driver);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('certificates', () => {
  it('are read at every shorter length without throwing', () => {
    const whole = certificate();
    for (let length = 0; length < whole.length; length++)
      assert.equal(parseCertificate(whole.subarray(0, length)), null);
    assert.notEqual(parseCertificate(whole), null);
  });

  it('take a name that ends within a character', () => {
    const whole = certificate();
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = 0x1e; // BMPString, where it is a tag
      assert.doesNotThrow(() => parseCertificate(changed), `at ${String(at)}`);
    }
  });

  it('take any bytes', () => {
    const whole = certificate();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const changed = Buffer.from(whole);
          for (const [at, value] of changes) changed[at] = value;
          parseCertificate(changed);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is not confused by lengths that lie', () => {
    assert.equal(parseCertificate(Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1)), null);
    assert.equal(parseCertificate(vector16(Buffer.alloc(3))), null);
  });
});

describe('what TLS asks of content rules', () => {
  it('is a look at what was said at the end of each record, and the end of it with the first of the application', () => {
    const driver = new ParserDriver(tls);
    const asks = (direction: 0 | 1, bytes: Buffer): string[] => {
      const before = driver.requests.length;
      driver.feed(direction, bytes);
      return driver.requests.slice(before);
    };
    const hello = record(22, clientHello([0x1301], [sni('example.com')]));
    assert.deepEqual(asks(0, hello.subarray(0, 20)), []);
    assert.deepEqual(asks(0, hello.subarray(20)), ['inspect raw 0']);
    const early = application(40);
    assert.deepEqual(asks(0, early.subarray(0, 5)), ['stop inspection'], 'early data, before any answer');
    assert.deepEqual(asks(0, early.subarray(5)), ['inspect raw 0']);
    assert.deepEqual(asks(1, application(40)), ['inspect raw 1'], 'for the last time, and no matter later');
  });
});
