// What EVE tells of an exchange.
import assert from 'node:assert/strict';
import { HTTP_EVE } from '../../../src/app/http/eve.ts';
import type { HttpTransaction } from '../../../src/app/http/transaction.ts';
import { JsonText } from '../../../src/base/json-writer.ts';
import { ConfigNode, setFinal } from '../../../src/config/index.ts';
import { talk, transactions } from './support.ts';

/** The record of an exchange. @param settings of the record */
function recordOf(
  request: string,
  response: string,
  settings: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const [tx] = transactions(
    talk([
      [0, `GET / HTTP/1.1\r\n${request}\r\n`],
      [1, `HTTP/1.1 302 Found\r\n${response}Content-Length: 0\r\n\r\n`],
    ]),
  );
  const config = new ConfigNode('http');
  for (const [key, value] of Object.entries(settings)) setFinal(config, key, value);
  const json = new JsonText();
  const log = HTTP_EVE.create(config).log as (tx: HttpTransaction, json: JsonText) => boolean;
  log(tx!, json);
  return JSON.parse(`{${json.text}}`) as Record<string, unknown>;
}

describe('EVE of HTTP', () => {
  it('leaves out headers without a value', () => {
    const settings = { extended: 'yes', 'custom.0': 'Accept', 'custom.1': 'Server' };
    const bare = { url: '/', http_method: 'GET', protocol: 'HTTP/1.1', status: 302, length: 0 };
    const request = 'User-Agent:\r\nReferer: \r\nAccept:\r\nX-Forwarded-For:\r\n';
    const response = 'Content-Type: ;\r\nLocation:\r\nServer:\r\n';
    assert.deepEqual(recordOf(`Host:\r\n${request}`, response, settings), bare);
    assert.deepEqual(recordOf('Host: :80\r\n', '', settings), bare);
    assert.deepEqual(recordOf('', 'Content-Range:\r\n', settings), { ...bare, content_range: {} });
  });

  it('shows them among all headers', () => {
    const { request_headers: headers } = recordOf('Host:\r\nAccept:\r\n', '', { 'dump-all-headers': 'both' });
    assert.deepEqual(headers, [
      { name: 'Host', value: '' },
      { name: 'Accept', value: '' },
    ]);
  });
});
