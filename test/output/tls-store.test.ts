// tls-store: names and contents of the files, limits, and a disk that does not take them.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptCertificate } from '../../src/framework/kept-certificate.ts';
import type { Output } from '../../src/framework/output.ts';
import { PacketFlag } from '../../src/framework/packet.ts';
import { TO_CLIENT, TO_SERVER } from '../../src/framework/transaction.ts';
import tlsStore from '../../src/output/tls-store.ts';
import { decodedPacket, fakeContext, outputNode, temporaryFolder } from './support.ts';

process.env['TZ'] = 'UTC';

const SYN = Buffer.from(
  'ABNyxPHhAB9b/1HLCABFAABAVS9AAEAGlpoKtJyNCrSc+fAKAFDIktk/AAAAALAC//9jpwAAAgQFtAEDAwQBAQgKqu1HTQAAAAAEAgAA',
  'base64',
);
const CERTIFICATE: KeptCertificate = {
  chain: [Buffer.alloc(100, 1), Buffer.alloc(48, 2), Buffer.alloc(49, 3)],
  subject: 'C=US, CN=example.com',
  issuer: 'CN=An Authority',
  fingerprint: '0e:a3',
};

function store(folder: string, more = '', context = fakeContext(folder)): Output {
  const node = outputNode(folder, `outputs:\n  - tls-store:\n      enabled: yes\n      certs-log-dir: certs\n${more}`);
  return tlsStore.create(node, context);
}

function keep(output: Output, direction: 0 | 1, options: { ts?: number; number?: number; sender?: number } = {}): void {
  const p = decodedPacket(SYN, options);
  p.flags |= options.sender ?? PacketFlag.toServer;
  output.certificate!(p, direction, CERTIFICATE);
}

describe('tls-store', () => {
  it('writes the chain and a description, named after the time and a number', () => {
    const folder = temporaryFolder();
    const output = store(folder);
    keep(output, TO_CLIENT, { ts: 1385391358067545, number: 15 });
    keep(output, TO_SERVER, { ts: 1385391358000000, number: 16 });
    const certs = join(folder, 'certs');
    assert.deepEqual(readdirSync(certs).sort(), [
      '1385391358.67545-1.meta',
      '1385391358.67545-1.pem',
      'client-1385391358.0-2.meta',
      'client-1385391358.0-2.pem',
    ]);
    assert.equal(
      readFileSync(join(certs, '1385391358.67545-1.meta'), 'latin1'),
      'TIME:              11/25/2013-14:55:58.067545\n' +
        'PCAP PKT NUM:      15\n' +
        'SRC IP:            10.180.156.141\n' +
        'DST IP:            10.180.156.249\n' +
        'PROTO:             6\n' +
        'SRC PORT:          61450\n' +
        'DST PORT:          80\n' +
        'TLS SUBJECT:       C=US, CN=example.com\n' +
        'TLS ISSUERDN:      CN=An Authority\n' +
        'TLS FINGERPRINT:   0e:a3\n',
    );
  });

  it('writes PEM that reads back as the chain, the leaf first, in lines of 64', () => {
    const folder = temporaryFolder();
    keep(store(folder), TO_CLIENT);
    const [name] = readdirSync(join(folder, 'certs')).filter((file) => file.endsWith('.pem'));
    const text = readFileSync(join(folder, 'certs', name!), 'latin1');
    const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----\n([^-]*)-----END CERTIFICATE-----\n/g)];
    assert.equal(blocks.map(([block]) => block).join(''), text);
    assert.deepEqual(
      blocks.map(([, body]) => Buffer.from(body!, 'base64')),
      CERTIFICATE.chain.map((der) => Buffer.from(der)),
    );
    for (const [, body] of blocks) {
      const lines = body!.trimEnd().split('\n');
      const last = lines.pop()!;
      assert.ok(lines.every((line) => line.length === 64) && last.length > 0 && last.length <= 64);
    }
  });

  it('sees the connection from its client, whoever sent the packet, and leaves out what live packets lack', () => {
    const folder = temporaryFolder();
    keep(store(folder), TO_CLIENT, { number: 0, sender: PacketFlag.toClient });
    const [name] = readdirSync(join(folder, 'certs'));
    const lines = readFileSync(join(folder, 'certs', name!), 'latin1').split('\n');
    assert.deepEqual(lines.slice(1, 6), [
      'SRC IP:            10.180.156.249',
      'DST IP:            10.180.156.141',
      'PROTO:             6',
      'SRC PORT:          80',
      'DST PORT:          61450',
    ]);
  });

  it('stores no more than it may', () => {
    const folder = temporaryFolder();
    const output = store(folder, '      max-files: 2\n');
    for (let i = 0; i < 5; i++) keep(output, TO_CLIENT);
    assert.equal(readdirSync(join(folder, 'certs')).length, 4);
  });

  it('counts what it cannot write, leaves nothing half-written, and goes on', () => {
    const folder = temporaryFolder();
    const context = fakeContext(folder);
    const output = store(folder, '', context);
    // a folder stands where the file should be
    mkdirSync(join(folder, 'certs', '1385391358.382163-1.pem', 'x'), { recursive: true });
    keep(output, TO_CLIENT);
    assert.deepEqual(readdirSync(join(folder, 'certs')), ['1385391358.382163-1.pem']);
    keep(output, TO_CLIENT);
    assert.equal(context.counters.byName('file_store.fs_errors'), 1);
    assert.equal(readdirSync(join(folder, 'certs')).length, 3);
  });

  it('does not start where its folder cannot be', () => {
    const folder = temporaryFolder();
    const node = outputNode(folder, 'outputs:\n  - tls-store:\n      certs-log-dir: /dev/null/certs\n');
    assert.throws(() => tlsStore.create(node, fakeContext(folder)), { name: 'OutputError', code: 'open_failed' });
  });

  it('writes into the log folder unless told otherwise', () => {
    const folder = temporaryFolder();
    const node = outputNode(folder, 'outputs:\n  - tls-store:\n      enabled: yes\n');
    keep(tlsStore.create(node, fakeContext(folder)), TO_CLIENT);
    assert.equal(readdirSync(folder).filter((name) => /\.(pem|meta)$/.test(name)).length, 2);
  });
});
