import assert from 'node:assert/strict';
import { ja3Text, ja3sText, ja4Text, md5 } from '../../../src/app/tls/fingerprint.ts';
import { parseHello } from '../../../src/app/tls/hello.ts';
import type { Hello } from '../../../src/app/tls/hello.ts';
import { alpn, clientHello, empty, groups, pointFormats, serverHello, signatures, sni, versions } from './messages.ts';
import type { Extension } from './messages.ts';

function hello(message: Buffer, side: 'client' | 'server' = 'client'): Hello {
  const parsed = parseHello(message, 4, message.length, side);
  assert.ok(parsed !== null);
  return parsed;
}

const GREASE = 0x1a1a;

describe('fingerprints of TLS', () => {
  it('JA3 of the example in its publication', () => {
    const ciphers = [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4];
    const message = clientHello(ciphers, [sni('a'), groups(23, 24, 25), pointFormats(0)], { version: 0x0301 });
    const text = ja3Text(hello(message).offer);
    assert.equal(text, '769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0');
    assert.equal(md5(text), 'ada70206e40642a3e4461f35503241d5');
  });

  it('JA3 leaves reserved values out', () => {
    const message = clientHello([GREASE, 47], [empty(GREASE), groups(GREASE, 23)], { version: 0x0301 });
    assert.equal(ja3Text(hello(message).offer), '769,47,10,23,');
  });

  it('JA3S of a server', () => {
    assert.equal(ja3sText(hello(serverHello(0xc02f, [empty(65281), empty(35)]), 'server').offer), '771,49199,65281-35');
  });

  it('JA4 of the example in its publication', () => {
    const ciphers = [
      GREASE,
      0x1301,
      0x1302,
      0x1303,
      0xc02b,
      0xc02f,
      0xc02c,
      0xc030,
      0xcca9,
      0xcca8,
      0xc013,
      0xc014,
      0x9c,
      0x9d,
      0x2f,
      0x35,
    ];
    const others = [0x05, 0x12, 0x15, 0x17, 0x1b, 0x23, 0x2d, 0x33, 0x4469, 0xff01].map(empty);
    const extensions: Extension[] = [
      empty(GREASE),
      sni('a.example'),
      alpn('h2', 'http/1.1'),
      groups(29),
      pointFormats(0),
      signatures(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601),
      versions(GREASE, 0x0304, 0x0303),
      ...others,
    ];
    assert.equal(ja4Text(hello(clientHello(ciphers, extensions)), 't'), 't13d1516h2_8daaf6152771_e5627efa2ab1');
  });

  it('JA4 without name, protocols, ciphers and extensions: the digest of the line between the lists', () => {
    assert.equal(ja4Text(hello(clientHello([], [], { version: 0x0301 })), 'q'), 'q10i000000_000000000000_d2e2adf7177b');
  });
});
