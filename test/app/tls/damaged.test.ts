// TLS that is damaged or odd: what is told of it, as beside Suricata 8.0.8.

import assert from 'node:assert/strict';
import { parseCertificate } from '../../../src/app/tls/certificate.ts';
import tls from '../../../src/app/tls/index.ts';
import type { TlsTransaction } from '../../../src/app/tls/transaction.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { HELLO, SERVER } from './conversations.ts';
import type { Turn } from './conversations.ts';
import {
  CHANGE_CIPHER,
  ENCRYPTED,
  SERVER_DONE,
  application,
  certificate,
  certificates,
  chosenVersion,
  clientHello,
  der,
  handshake,
  record,
  serverHello,
  sni,
  versions,
} from './messages.ts';

/** What becomes of a conversation, wherever it is cut. */
interface Outcome {
  readonly anomalies: readonly string[];
  readonly hasFailed: boolean;
  readonly version: number;
  readonly chain: number;
  readonly hasServerHello: boolean;
}

function outcome(turns: readonly Turn[], cut?: number): Outcome {
  const driver = new ParserDriver(tls);
  for (const [direction, all] of turns) {
    if (driver.hasFailed) break;
    driver.feed(direction, all.subarray(0, cut));
    if (cut !== undefined && !driver.hasFailed) driver.feed(direction, all.subarray(cut));
  }
  const tx = driver.parser.transactions[0] as TlsTransaction;
  return {
    anomalies: driver.anomalies(tx).map((one) => one.replace('tls.', '')),
    hasFailed: driver.hasFailed,
    version: tx.version,
    chain: tx.server.chain.count,
    hasServerHello: tx.server.hello !== null,
  };
}

function told(turns: readonly Turn[]): Outcome {
  const whole = outcome(turns);
  const longest = Math.max(...turns.map(([, all]) => all.length));
  for (let at = 1; at < longest; at++) assert.deepEqual(outcome(turns, at), whole, `cut at ${String(at)}`);
  return whole;
}

const hello: Turn = [0, record(22, HELLO)];
const answer: Turn = [1, record(22, SERVER)];
const CHAIN = certificates(certificate());
const rest: Turn = [1, record(22, Buffer.concat([CHAIN, SERVER_DONE]))];
const ODD = handshake(99, Buffer.from('abc'));
const heartbeat = (type: number, length: number, size: number): Buffer =>
  record(24, Buffer.concat([Buffer.of(type, length >> 8, length & 255), Buffer.alloc(size, 9)]));

describe('damaged TLS', () => {
  it('has versions in its records: the first of an end, before its hello says which', () => {
    for (const version of [0x0300, 0x0304, 0x7f01, 0x7f10, 0x7f1c, 0xfb14, 0xfb1a])
      assert.deepEqual(told([hello, [1, record(22, SERVER, version)]]).anomalies, []);
    for (const version of [0, 2, 0x0200, 0x0305, 0x0403, 0x7f00, 0x7f0f, 0x7f1d, 0xfb13, 0xfb18]) {
      const { anomalies, hasFailed, version: said } = told([hello, [1, record(22, SERVER, version)]]);
      assert.deepEqual([anomalies, hasFailed], [['invalid_record_version'], true]);
      assert.equal(said, version || 0x0303);
      assert.deepEqual(told([hello, answer, [1, record(22, CHAIN, version)]]).anomalies, []);
      const alert: Turn = [1, record(21, Buffer.of(1, 0), 0x0303)];
      assert.deepEqual(told([hello, alert, [1, record(22, SERVER, version)]]).anomalies, ['invalid_record_version']);
    }
    const odd: Turn = [1, record(22, serverHello(0xc02f, [], { version: 0x0505 }))];
    assert.deepEqual(told([hello, odd, rest]).anomalies, ['invalid_record_version']);
    assert.equal(told([hello, [1, record(22, serverHello(0xc02f, [], { version: 0 }))], rest]).version, 0x0301);
  });

  it('looks at the type of a record first, then whether it is empty, at its version, at its length', () => {
    const header = (type: number, version: number, length: number): string[] => {
      const bytes = Buffer.of(type, version >> 8, version & 255, length >> 8, length & 255, 1, 2);
      return [...told([hello, [1, bytes]]).anomalies];
    };
    assert.deepEqual(header(25, 0x0505, 0), ['invalid_record_type']);
    assert.deepEqual(header(22, 0x0505, 0), ['invalid_record_length']);
    assert.deepEqual(header(22, 0x0505, 0xffff), ['invalid_record_version']);
    assert.deepEqual(header(22, 0x0303, 17_409), ['invalid_record_length']);
    assert.deepEqual(header(22, 0x0303, 17_408), []);
  });

  it('ends with records of unknown types, but for those of TLS 1.0 and 1.1, which are passed over', () => {
    const old = (version: number): Outcome => {
      const first: Turn = [0, record(22, clientHello([1], [], { version }), version)];
      const odd = Buffer.concat([record(25, Buffer.from('abc'), version), record(22, ODD, version)]);
      return told([first, [0, odd]]);
    };
    for (const version of [0x0301, 0x0302])
      assert.deepEqual(old(version).anomalies, ['invalid_record_type', 'invalid_handshake_message']);
    for (const version of [0x0300, 0x0303])
      assert.deepEqual([old(version).anomalies, old(version).hasFailed], [['invalid_record_type'], true]);
  });

  it('is TLS 1.3 where both ends say so', () => {
    const thirteen = (offered: number): boolean => {
      const driver = new ParserDriver(tls);
      driver.feed(0, record(22, clientHello([0x1301], [versions(offered)])));
      driver.feed(1, record(22, serverHello(0x1301, [chosenVersion(0x0304)])));
      return (driver.parser.transactions[0] as TlsTransaction).isThirteen;
    };
    assert.deepEqual([thirteen(0x0304), thirteen(0x0303)], [true, false]);
    const draft = told([[1, record(22, serverHello(0x1301, [], { version: 0x7f12 }))]]);
    assert.equal(draft.version, 0x7f12);
  });

  it('passes over messages that nobody knows, and with one that does not end in its record over the rest of that', () => {
    for (const type of [3, 5, 6, 10, 17, 19, 23, 24, 67, 99, 254])
      assert.deepEqual(told([hello, answer, [0, record(22, handshake(type, Buffer.alloc(8)))], rest]).chain, 1);
    const cut = Buffer.of(99, 0, 1, 0, 1, 2, 3);
    const { anomalies, chain } = told([hello, answer, [1, record(22, cut)], rest]);
    assert.deepEqual([anomalies, chain], [['invalid_handshake_message'], 1]);
    const both = Buffer.concat([ODD, ODD]);
    assert.deepEqual(told([hello, [0, record(22, both)]]).anomalies, [
      'invalid_handshake_message',
      'invalid_handshake_message',
    ]);
  });

  it('is encrypted in both directions once an end has changed the cipher, but for its hellos where it may be TLS 1.3', () => {
    for (const direction of [0, 1] as const) {
      const changed: Turn = [direction, CHANGE_CIPHER];
      assert.equal(told([hello, answer, changed, rest]).chain, 0);
      assert.deepEqual(told([hello, answer, changed, [0, record(22, ODD)]]).anomalies, []);
      assert.equal(told([hello, [1, record(21, Buffer.of(1, 0))], changed, answer]).hasServerHello, false);
    }
    const offer: Turn = [0, record(22, clientHello([0x1301], [sni('a.b'), versions(0x0304)]))];
    const thirteen: Turn = [1, record(22, serverHello(0x1301, [chosenVersion(0x0304)]))];
    assert.equal(told([offer, [0, CHANGE_CIPHER], thirteen]).hasServerHello, true);
    assert.equal(told([offer, thirteen, [1, CHANGE_CIPHER], rest]).chain, 0);
    assert.equal(told([hello, answer, [1, application(9)], [0, application(9)], rest]).chain, 1);
  });

  it('ends with a heartbeat that lies, or with a second one of the same end', () => {
    const beats = (...turns: Turn[]): readonly [string, boolean] => {
      const { anomalies, hasFailed } = told([hello, answer, ...turns]);
      return [anomalies.join(), hasFailed];
    };
    assert.deepEqual(beats([0, heartbeat(1, 2, 18)], [1, heartbeat(2, 2, 18)], [0, heartbeat(1, 2, 18)]), ['', false]);
    assert.deepEqual(beats([0, record(24, Buffer.of(1, 9))]), ['', false]);
    assert.deepEqual(beats([0, heartbeat(1, 19, 18)]), ['overflow_heartbeat_message', true]);
    assert.deepEqual(beats([1, heartbeat(2, 19, 18)]), ['overflow_heartbeat_message', true]);
    assert.deepEqual(beats([0, heartbeat(1, 2, 17)]), ['invalid_heartbeat_message', true]);
    assert.deepEqual(beats([0, heartbeat(3, 2, 18)]), ['invalid_heartbeat_message', true]);
    assert.deepEqual(beats([0, heartbeat(1, 2, 18)], [0, heartbeat(2, 2, 18)]), ['invalid_heartbeat_message', true]);
  });

  it('ends with an encrypted heartbeat that is answered by a longer one', () => {
    const sizes = (asked: number, answered: number): readonly [string, boolean] => {
      const question: Turn = [0, record(24, Buffer.alloc(asked))];
      const reply: Turn = [1, record(24, Buffer.alloc(answered))];
      const { anomalies, hasFailed } = told([hello, answer, [1, CHANGE_CIPHER], question, reply]);
      return [anomalies.join(), hasFailed];
    };
    assert.deepEqual(sizes(61, 61), ['', false]);
    assert.deepEqual(sizes(61, 62), ['dataleak_heartbeat_mismatch', true]);
  });

  it('ends with an alert that is too short; all is told with a fatal one', () => {
    const isDue = tls.eve![0]!.isDue as (tx: TlsTransaction) => boolean;
    const due = (bytes: Buffer): boolean => {
      const driver = new ParserDriver(tls);
      for (const [direction, all] of [hello, [1, record(21, bytes)] as Turn]) driver.feed(direction, all);
      return isDue(driver.parser.transactions[0] as TlsTransaction);
    };
    assert.deepEqual([due(Buffer.of(2, 40)), due(Buffer.of(1, 0)), due(Buffer.of(2, 40, 1))], [true, false, false]);
    const short = told([hello, [1, record(21, Buffer.of(2))]]);
    assert.deepEqual([short.anomalies, short.hasFailed], [['invalid_alert_message'], true]);
  });

  it('says the version of a hello before it is too short, whoever sends it', () => {
    const short = handshake(1, Buffer.from('abcdefgh'));
    assert.deepEqual(told([hello, answer, [1, record(22, short)]]).version, 0x6162);
    assert.deepEqual(told([hello, [0, record(22, short)], [0, record(22, ENCRYPTED)]]).anomalies, [
      'handshake_invalid_length',
      'invalid_record_version',
    ]);
  });

  it('takes the first version of a list that is one', () => {
    const asked = (...list: number[]): number => told([[0, record(22, clientHello([1], [versions(...list)]))]]).version;
    assert.equal(asked(0x0a0a, 0x0304, 0x0303), 0x0304);
    assert.equal(asked(0x0302, 0x0304), 0x0302);
    assert.equal(asked(0x0305, 0x7f1c), 0x7f1c);
    assert.equal(asked(0x9999), 0x0303);
  });

  it('has certificates of a version of one byte, and names up to what is none in them', () => {
    const problem = (...version: number[]): string => {
      const whole = certificate({ parts: { version: der(0xa0, der(2, Buffer.from(version))) } });
      return told([[1, record(22, certificates(whole))]]).anomalies.join();
    };
    assert.deepEqual(
      [problem(2), problem(3), problem(), problem(0, 2), problem(0x80)],
      ['', '', 'certificate_invalid_version', 'certificate_invalid_version', 'certificate_invalid_version'],
    );
    const attribute = (set: number, pair: number, type: number): Buffer =>
      der(set, der(pair, der(type, Buffer.of(0x55, 4, 3)), der(12, Buffer.from('a'))));
    const good = attribute(0x31, 0x30, 6);
    const subject = (...parts: Buffer[]): string =>
      parseCertificate(certificate({ parts: { subject: der(0x30, ...parts) } }))!.subject;
    for (const bad of [attribute(0x30, 0x30, 6), attribute(0x31, 0x31, 6), attribute(0x31, 0x30, 5)])
      assert.deepEqual([subject(good, good), subject(good, bad, good), subject(bad, good)], ['CN=a, CN=a', 'CN=a', '']);
  });

  it('has as its leaf the first certificate that is one, and as its chain what follows, in its list', () => {
    const good = certificate();
    const bad = Buffer.concat([Buffer.of(0x30, 0x80), good.subarray(2)]);
    const chain = (message: Buffer): readonly [number, string] => {
      const { chain: count, anomalies } = told([hello, answer, [1, record(22, message)]]);
      return [count, anomalies.join()];
    };
    const none = Buffer.alloc(0);
    assert.deepEqual(chain(certificates(good, bad, none, good)), [3, '']);
    assert.deepEqual(chain(certificates(bad, good)), [1, 'certificate_invalid_der']);
    assert.deepEqual(chain(certificates(none, good)), [1, 'certificate_invalid_length']);
    assert.deepEqual(chain(certificates(bad)), [0, 'certificate_invalid_der']);
    const listOf = (length: number, ...more: number[]): Buffer => {
      const [list] = [certificates(good).subarray(4)];
      const body = Buffer.concat([list, Buffer.from(more)]);
      body.writeUIntBE(body.readUIntBE(0, 3) + length, 0, 3);
      return handshake(11, body);
    };
    assert.deepEqual(chain(listOf(1)), [0, '']);
    assert.deepEqual(chain(listOf(-1)), [0, 'invalid_certificate']);
    assert.deepEqual(chain(listOf(0, 0, 0, 9)), [1, '']);
    assert.deepEqual(chain(listOf(2, 0, 0)), [1, 'invalid_certificate']);
    assert.deepEqual(chain(listOf(3, 0, 0, 9)), [1, 'invalid_certificate']);
    assert.deepEqual(chain(Buffer.concat([certificates(good, good), certificates(good)])), [2, '']);
    assert.deepEqual(chain(handshake(11, none)), [0, '']);
  });
});
