// Hellos that are damaged or odd: what is taken of them, and what is named, as beside Suricata 8.0.8.

import assert from 'node:assert/strict';
import { parseHello } from '../../../src/app/tls/hello.ts';
import type { Hello } from '../../../src/app/tls/hello.ts';
import tls from '../../../src/app/tls/index.ts';
import type { TlsTransaction } from '../../../src/app/tls/transaction.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { alpn, clientHello, groups, handshake, record, serverHello, signatures, sni, versions } from './messages.ts';
import type { Extension } from './messages.ts';

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
const BEHIND: Extension = [35, bytes()];

/** Of the body of a hello. */
const read = (body: Buffer, side: 'client' | 'server' = 'client'): Hello => parseHello(body, 0, body.length, side)!;
const client = (...extensions: readonly Extension[]): Buffer => clientHello([0x1301], extensions).subarray(4);
const server = (...extensions: readonly Extension[]): Buffer => serverHello(0x1301, extensions).subarray(4);
const withOne = (extension: Extension): Hello => read(client(extension, BEHIND));
const names = ({ offer }: Hello): string[] => offer.alpns.map((one) => Buffer.from(one).toString('latin1'));

describe('damaged hellos of TLS', () => {
  it('have a fingerprint as far as they go, and no digest of it', () => {
    const whole = client(groups(29), BEHIND);
    assert.equal(read(whole).offer.ja3, '771,4865,10-35,29,');
    assert.notEqual(read(whole).offer.ja3Hash, null);
    for (let end = 0; end < whole.length; end++) {
      const hello = parseHello(whole, 0, end, 'client');
      if (end < 2) assert.equal(hello, null);
      else {
        const ja3 = end < 40 ? '771' : '771,4865';
        // without the block of extensions one is whole
        if (end !== 41 && end !== 42) assert.deepEqual([hello!.offer.ja3, hello!.isWhole], [ja3, false]);
        assert.equal(hello!.random === null, end < 34);
        assert.equal(hello!.offer.ja3Hash === null, !hello!.isWhole);
      }
    }
    const answer = server(BEHIND);
    assert.equal(read(answer.subarray(0, 36), 'server').offer.ja3, '771');
    assert.equal(read(answer.subarray(0, 37), 'server').offer.ja3, '771,4865');
    assert.equal(read(answer, 'server').offer.ja3, '771,4865,35');
  });

  it('are cut where an extension does not end in them; those before it count', () => {
    const whole = client(sni('a.b'), groups(29), alpn('h2'));
    const short = Buffer.from(whole);
    const at = short.length - 4 - 5 - 8 - 12 - 2; // the length of all of them
    short.writeUInt16BE(short.readUInt16BE(at) - 1, at);
    const hello = read(short);
    assert.deepEqual([hello.problem, hello.isWhole], ['handshake_invalid_length', false]);
    assert.deepEqual(hello.offer.extensions, [0, 10]);
    assert.equal(Buffer.from(hello.sni!).toString(), 'a.b');
    short.writeUInt16BE(short.readUInt16BE(at) + 2, at);
    assert.deepEqual(read(short).offer.extensions, [], 'of those that go beyond the message none is read');
  });

  it('have as many extensions as there are before one that is wrong within', () => {
    const wrong = (type: number, ...body: number[]): unknown => {
      const { problem, isWhole, offer } = withOne([type, bytes(...body)]);
      return [problem, isWhole, offer.extensions];
    };
    const cut = ['handshake_invalid_length', true, []];
    for (const body of [[0], [0, 3], [0, 4, 0], [0, 4, 0, 0]]) assert.deepEqual(wrong(0, ...body), cut);
    assert.deepEqual(wrong(0, 0, 4, 1), ['invalid_sni_type', true, []]);
    for (const body of [
      [0, 3, 0, 0, 0],
      [0, 4, 0, 0, 2, 65],
    ])
      assert.deepEqual(wrong(0, ...body), ['invalid_sni_length', true, []]);
    for (const body of [[0], [0, 2, 4], [0, 3, 4, 3, 4]]) assert.deepEqual(wrong(13, ...body), cut);
    for (const body of [[0], [0, 3, 2, 65], [0, 3, 3, 65, 66]]) assert.deepEqual(wrong(16, ...body), cut);
    for (const body of [[0], [2, 3], [3, 3, 4]]) assert.deepEqual(wrong(43, ...body), cut);
    const odd = ['handshake_invalid_length', false, []];
    for (const body of [[0], [0, 2, 0], [0, 4, 0, 29]]) assert.deepEqual(wrong(10, ...body), odd);
    for (const body of [[1], [2, 0]]) assert.deepEqual(wrong(11, ...body), odd);
    for (const type of [0, 10, 11, 13, 16, 43]) assert.deepEqual(wrong(type), [null, true, [type, 35]]);
    assert.equal(read(server([0, bytes(0, 3)]), 'server').problem, 'handshake_invalid_length');
    assert.equal(read(server([0, bytes()]), 'server').problem, null);
  });

  it('have names of at most 255 bytes', () => {
    assert.equal(withOne(sni('a'.repeat(255))).problem, null);
    assert.equal(withOne(sni('a'.repeat(256))).problem, 'invalid_sni_length');
  });

  it('have lists that go on where they come twice', () => {
    const { offer } = read(client(groups(29), groups(23), signatures(0x0403), signatures(0x0401), [11, bytes(1, 0)]));
    assert.deepEqual([offer.groups, offer.signatures, offer.pointFormats], [[29, 23], [0x0403, 0x0401], [0]]);
    assert.equal(read(client(versions(0x0303), versions(0x0304))).version, 0x0304);
    assert.deepEqual(
      withOne([10, bytes(0, 3, 0, 29, 0, 23)]).offer.groups,
      [29, 23],
      'a list that ends within a value',
    );
  });

  it('have names of protocols without those of nothing, and without the one that the list cuts', () => {
    assert.deepEqual(names(withOne([16, bytes(0, 4, 0, 2, 65, 66)])), ['AB']);
    assert.deepEqual(names(withOne([16, bytes(0, 5, 2, 65, 66, 2, 67, 68)])), ['AB']);
    assert.equal(withOne([16, bytes(0, 5, 2, 65, 66, 2, 67, 68)]).problem, null);
  });

  it('have in JA4 whether there is an extension for a name, and no protocol that is reserved', () => {
    assert.match(withOne([0, bytes()]).offer.ja4(null), /^t12d/);
    assert.match(withOne([0x1234, bytes()]).offer.ja4(null), /^t12i/);
    assert.match(withOne(alpn('\n\n', 'h2')).offer.ja4(null), /^t12i010200_/);
  });

  it('leave the state of a connection as it is', () => {
    const driver = new ParserDriver(tls);
    driver.feed(0, record(22, handshake(1, client(groups(29)).subarray(0, -1))));
    const tx = driver.parser.transactions[0] as TlsTransaction;
    assert.deepEqual([tx.progress[0], tx.sslState, tx.client.hello?.isWhole], [0, 0, false]);
    driver.feed(0, record(22, handshake(1, client(sni('a.b')))));
    assert.deepEqual([tx.progress[0], tx.sslState, tx.client.hello?.isWhole], [1, 1, true]);
    assert.deepEqual(driver.anomalies(tx), ['tls.handshake_invalid_length']);
  });
});
