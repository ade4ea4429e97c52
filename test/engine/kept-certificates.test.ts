// tls.store in the whole engine: whose certificate is kept, and when.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { temporaryFolder } from '../output/support.ts';
import {
  CHANGE_CIPHER,
  CLIENT_KEY,
  ENCRYPTED,
  SERVER_DONE,
  certificate,
  certificates,
  clientHello,
  record,
  serverHello,
  sni,
} from '../app/tls/messages.ts';
import { session } from './sessions.ts';
import { runEngine } from './support.ts';

const bytes = (...parts: readonly Buffer[]): string => Buffer.concat(parts).toString('latin1');
const TURNS = [
  { client: bytes(record(22, clientHello([0xc02f], [sni('example.com')]))) },
  { server: bytes(record(22, serverHello(0xc02f, []))) },
  { server: bytes(record(22, Buffer.concat([certificates(certificate()), SERVER_DONE]))) },
  {
    client: bytes(
      record(22, certificates(certificate({ names: ['client'] }))),
      record(22, CLIENT_KEY),
      CHANGE_CIPHER,
      ENCRYPTED,
    ),
  },
  { server: bytes(CHANGE_CIPHER, ENCRYPTED) },
];

/** Names without the time: `server`, `client`. */
function kept(...options: readonly string[]): string[] {
  const folder = temporaryFolder();
  runEngine({
    rules: options.map((text, i) => `alert tls any any -> any any (${text} tls.store; sid:${String(i + 1)};)`),
    frames: session(...TURNS),
    settings: {
      'outputs.1': 'tls-store',
      'outputs.1.tls-store.enabled': 'yes',
      'outputs.1.tls-store.certs-log-dir': folder,
    },
  });
  const names = readdirSync(folder).filter((name) => name.endsWith('.pem'));
  return names.map((name) => (name.startsWith('client-') ? 'client' : 'server')).sort();
}

describe('tls.store', () => {
  it('keeps the certificate of the end that sends what matched', () => {
    assert.deepEqual(kept('flow:to_client; tls.cert_subject; content:"example";'), ['server']);
    assert.deepEqual(kept('flow:to_server; tls.cert_subject; content:"example";'), ['client']);
    assert.deepEqual(kept('tls.cert_subject; content:"example";'), ['client', 'server']);
  });

  it('keeps a certificate that comes after the match', () => {
    assert.deepEqual(kept('flow:to_client; tls.random; bsize:32;'), ['server']);
    assert.deepEqual(kept('tls.sni; content:"example";'), ['client']);
  });

  it('keeps it once for all rules that match at once, and nothing where none does', () => {
    const subject = 'flow:to_client; tls.cert_subject; content:"example";';
    assert.deepEqual(kept(subject, 'flow:to_client; tls.cert_issuer; content:"Authority";'), ['server']);
    assert.deepEqual(kept('tls.cert_subject; content:"other";'), []);
    assert.deepEqual(kept(`${subject} noalert;`), ['server']);
  });
});
