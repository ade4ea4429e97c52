// Hosts of requests, as Suricata 8.0.8 reads them.

import assert from 'node:assert/strict';
import { OK, talk, transactions } from './support.ts';

/** Value of the Host header, host and port; null: none. */
const HEADERS: readonly (readonly [value: string, host: string | null, port: number])[] = [
  ['a.b', 'a.b', -1],
  ['A.B:80', 'a.b', 80],
  ['a.b:80x', 'a.b', -1],
  ['a.b:80 c', 'a.b', 80],
  ['a.b:80/x', 'a.b', 80],
  ['a.b:80\tc', 'a.b', -1],
  ['a.b: +080', 'a.b', 80],
  ['a.b:0', 'a.b', -1],
  ['a.b:65536', 'a.b', -1],
  ['a.b:99999999999999999999', 'a.b', -1],
  ['a.b:', 'a.b', -1],
  ['a.b:80:90', 'a.b', -1],
  ['a.b :80', 'a.b', 80],
  ['a.b:80, c.d:80', 'a.b', -1],
  ['a.b, c.d:80', 'a.b, c.d', 80],
  ['a:b:c', 'a', -1],
  ['u:p@a.b:80', 'u', -1],
  ['a.b/x', 'a.b', -1],
  ['a.b?x', 'a.b', -1],
  ['a.b#x', 'a.b', -1],
  ['/a', null, -1],
  [':80', null, 80],
  ['', null, -1],
  ['a.b.', 'a.b.', -1],
  ['[::A]:80', '[::a]', 80],
  ['[::1]', '[::1]', -1],
  ['[::1]x:80', '[::1]', -1],
  ['[::1', '[::1', -1],
];

/** Target of the request, beside `Host: A.b`; host, what is in `http.host.raw`, and port. */
const TARGETS: readonly (readonly [target: string, host: string, raw: string, port: number])[] = [
  ['/a', 'a.b', 'A.b', -1],
  ['http://X.Y:8080/a', 'x.y', 'x.y', 8080],
  ['http://X.Y./a', 'x.y', 'x.y', -1],
  ['http://u:p@X.Y/a', 'x.y', 'x.y', -1],
  ['http:///a', 'a.b', 'A.b', -1],
  ['//x.y/a', 'a.b', 'A.b', -1],
];

const text = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('latin1');

describe('hosts of HTTP requests', () => {
  for (const [value, host, port] of HEADERS) {
    it(`Host: ${JSON.stringify(value)}`, () => {
      const [tx] = transactions(
        talk([
          [0, `GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`],
          [1, OK],
        ]),
      );
      assert.deepEqual([text(tx!.host), tx!.port], [host, port]);
    });
  }
  for (const [target, host, raw, port] of TARGETS) {
    it(target, () => {
      const [tx] = transactions(
        talk([
          [0, `GET ${target} HTTP/1.1\r\nHost: A.b\r\n\r\n`],
          [1, OK],
        ]),
      );
      assert.deepEqual([text(tx!.host), text(tx!.rawHost), tx!.port], [host, raw, port]);
    });
  }
  it('CONNECT names it alone', () => {
    const [tx] = transactions(talk([[0, 'CONNECT X.Y:443 HTTP/1.1\r\nHost: a\r\n\r\n']]));
    assert.deepEqual([text(tx!.host), text(tx!.rawHost), tx!.port], ['x.y', 'x.y', 443]);
  });
});
