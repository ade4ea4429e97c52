// app-layer.protocols.tls: what becomes of the encrypted part, and which fingerprints are made.
import assert from 'node:assert/strict';
import tls from '../../../src/app/tls/index.ts';
import { TlsTransaction } from '../../../src/app/tls/transaction.ts';
import { ConfigNode, setFinal } from '../../../src/config/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import {
  CHANGE_CIPHER,
  CLIENT_KEY,
  ENCRYPTED,
  SERVER_DONE,
  application,
  certificate,
  certificates,
  clientHello,
  record,
  serverHello,
} from './messages.ts';

const TURNS: readonly (readonly [0 | 1, Buffer])[] = [
  [0, record(22, clientHello([0xc02f], []))],
  [1, record(22, Buffer.concat([serverHello(0xc02f, []), certificates(certificate()), SERVER_DONE]))],
  [0, Buffer.concat([record(22, CLIENT_KEY), CHANGE_CIPHER, ENCRYPTED])],
  [1, Buffer.concat([CHANGE_CIPHER, ENCRYPTED])],
  [0, application(30)],
  [1, application(30)],
];

function talk(values: Readonly<Record<string, string>>, demands: readonly string[] = []): ParserDriver {
  const config = new ConfigNode('protocols');
  for (const [key, value] of Object.entries(values)) setFinal(config, `tls.${key}`, value);
  const driver = new ParserDriver(tls, { config, demands });
  for (const [direction, bytes] of TURNS) driver.feed(direction, bytes);
  return driver;
}

function fingerprints(values: Readonly<Record<string, string>>, demands?: readonly string[]): boolean[] {
  const [tx] = talk(values, demands).parser.transactions;
  assert.ok(tx instanceof TlsTransaction);
  return [tx.client.ja3Hash !== null, tx.server.ja3Hash !== null, tx.ja4 !== null];
}

describe('settings of TLS', () => {
  const HANDLING: Readonly<Record<string, readonly string[]>> = {
    'track-only': ['stop inspection'],
    bypass: ['bypass'],
    full: [],
    nonsense: ['stop inspection'],
  };
  for (const [value, expected] of Object.entries(HANDLING)) {
    it(`follow encryption-handling: ${value}`, () => {
      const { requests } = talk({ 'encryption-handling': value });
      assert.deepEqual(
        requests.filter((one) => one === 'bypass' || one === 'stop inspection'),
        expected,
      );
    });
  }

  it('make fingerprints where they are asked for, by the configuration or by rules', () => {
    assert.deepEqual(fingerprints({}), [false, false, true]);
    assert.deepEqual(fingerprints({}, ['ja3']), [true, true, true]);
    assert.deepEqual(fingerprints({ 'ja3-fingerprints': 'yes' }), [true, true, true]);
    assert.deepEqual(fingerprints({ 'ja3-fingerprints': 'no' }, ['ja3']), [false, false, true]);
    assert.deepEqual(fingerprints({ 'ja4-fingerprints': 'no' }), [false, false, false]);
    assert.deepEqual(fingerprints({ 'ja4-fingerprints': 'yes' }), [false, false, true]);
  });
});
