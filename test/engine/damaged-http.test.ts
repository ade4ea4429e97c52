// What is told of HTTP that is damaged, or odd: as beside Suricata 8.0.8, message by message.

import assert from 'node:assert/strict';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { CLIENT, SERVER, tcp4 } from '../support/packets.ts';
import { session } from './sessions.ts';
import type { Said } from './sessions.ts';
import { ofType, runEngine } from './support.ts';
import type { EveEvent } from './support.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const TYPES = ['http: { extended: yes, dump-all-headers: both }', 'files', 'anomaly'];

type Members = Readonly<Record<string, unknown>>;

const run = (...turns: Said[]): EveEvent[] => runEngine({ frames: session(...turns), types: TYPES });
const parts = (events: readonly EveEvent[], type: string): Members[] =>
  (ofType(events, type) as (EveEvent & Readonly<Record<string, Members>>)[]).map((event) => event[type]!);
const http = (client: string, server = OK): Members => parts(run({ client, server }), 'http')[0]!;
const anomalies = (client: string, server = OK): string[] =>
  parts(run({ client, server }), 'anomaly').map(({ event }) => String(event));
/** Size of the file of the response, and its name. */
const file = (client: string, server: string): unknown[] => {
  const [told] = parts(run({ client, server }), 'fileinfo');
  return told === undefined ? [] : [told['size'], told['filename']];
};
/** `name=value` of each header. */
const headers = ({ request_headers, response_headers }: Members, of: 'request' | 'response'): string[] =>
  ((of === 'request' ? request_headers : response_headers) as { name?: string; value?: string }[] | undefined)?.map(
    ({ name = '', value = '' }) => `${name}=${value}`,
  ) ?? [];
const answer = (fields: string): string => `HTTP/1.1 200 OK\r\n${fields}`;
const ask = (fields: string): string => `GET /a HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n`;

describe('HTTP responses without a status line', () => {
  for (const [server, size] of [
    ['abcdefgh\ndef', 12],
    ['abcdefgh\r\n\r\n\ndef', 13],
    ['abcdefgh\nno\nopq', 12],
    ['abcdefgh\nHello world\n', 12],
    ['abcdefgh\ndef\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 11],
    ['abcdefgh\rdef', 12],
  ] as const)
    it(`have a body of ${String(size)} bytes: ${JSON.stringify(server)}`, () => {
      assert.equal(file(GET, server)[0], size);
    });

  it('begin with a NUL, maybe', () => {
    assert.equal(http(GET, `\0${OK}`)['status'], 200);
  });
});

describe('damaged headers of HTTP', () => {
  const shown = (fields: string): string[] => headers(http(GET, answer(fields)), 'response');
  const sent = (fields: string): string[] => headers(http(ask(fields)), 'request').slice(1);

  for (const [fields, inRequest, inResponse] of [
    ['A: a\r\n\tb', ['A=a\tb'], ['A=a\tb']],
    ['A: a\r\n  B: b', ['A=a  B: b'], ['A=a', 'B=b']],
    ['A: a\r\n (B: b', ['A=a (B: b'], ['A=a (B: b']],
    ['A\r\n B: b', ['A\r\n B=b'], ['A\r\n B=b']],
    ['a\r\n: b', ['=a, b'], ['=a, b']],
    ['A: a\rB: b', ['A=a\rB: b'], ['A=a', 'B=b']],
    ['A: a\r\rB: b', ['A=a\r\rB: b'], ['A=a']],
    ['A: a\r\n\r \rB: b', ['A=a', 'B=b'], ['A=a', 'B=b']],
    ['A: a\n\rB: b', ['A=a', 'B=b'], ['A=a', 'B=b']],
    ['A: a\0b', ['A=a\0b'], ['A=a\0b']],
  ] as const)
    it(`are ${JSON.stringify(inResponse)} in a response: ${JSON.stringify(fields)}`, () => {
      assert.deepEqual(sent(fields), inRequest);
      assert.deepEqual(shown(`${fields}\r\n\r\n`), inResponse);
    });

  it('are known with NULs in their names and values', () => {
    assert.deepEqual(file(GET, answer('Content\0-Length: 2\r\n\r\nok')), [2, '/a']);
    assert.deepEqual(file(GET, answer('Transfer-Encoding: chun\0ked\r\n\r\n2\r\nok\r\n0\r\n\r\n')), [2, '/a']);
  });

  it('are taken as far as they are whole where the stream ends', () => {
    assert.deepEqual(shown('A: a\r\nB: b\r\nC: c'), ['A=a', 'B=b']);
    const client = 'GET /a HTTP/1.1\r\nUser-Agent: u\r\nHost: h';
    const told = http(client);
    assert.deepEqual([told['http_user_agent'], told['hostname']], ['u', undefined]);
  });

  it('have trailers among them', () => {
    const body = '\r\n2\r\nok\r\n0\r\nB: b\r\nA: c\r\n\r\n';
    const chunked = `A: a\r\nTransfer-Encoding: chunked\r\n${body}`;
    assert.deepEqual(shown(chunked), ['A=a, c', 'Transfer-Encoding=chunked', 'B=b']);
  });

  it('are odd once in a transaction', () => {
    const odd = 'A : a\r\nB(: b';
    assert.deepEqual(anomalies(ask(odd), OK.replace('\r\n', '\r\nC : c\r\n')), ['REQUEST_INVALID_LWS_AFTER_NAME']);
    assert.deepEqual(anomalies(ask('A( : a')), ['REQUEST_INVALID_LWS_AFTER_NAME']);
    assert.deepEqual(anomalies(ask('B(: b\r\nA : a')), ['REQUEST_HEADER_INVALID']);
  });
});

describe('lengths of HTTP bodies', () => {
  for (const [length, size, ...events] of [
    ['(2) 3', 2, 'CONTENT_LENGTH_EXTRA_DATA_START', 'CONTENT_LENGTH_EXTRA_DATA_END'],
    ['+2', 2, 'CONTENT_LENGTH_EXTRA_DATA_START'],
    ['2, 2', 2, 'CONTENT_LENGTH_EXTRA_DATA_END'],
    ['x', 2, 'INVALID_CONTENT_LENGTH_FIELD_IN_RESPONSE'],
  ] as const)
    it(`are the first number: ${length}`, () => {
      const response = answer(`Content-Length: ${length}\r\n\r\nok`);
      assert.deepEqual(file(GET, response), [size, '/a']);
      assert.deepEqual(anomalies(GET, response), events);
      if (length === 'x') return;
      const request = `POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\nok`;
      assert.deepEqual(anomalies(request), events);
    });

  for (const [chunks, size] of [
    ['4\r\nabcdXYZ\r\n3\r\nefg\r\n0\r\n\r\n', 7],
    ['4\r\nabcd\r\n80000000\r\n3\r\nefg\r\n0\r\n\r\n', 7],
    ['4\r\nabcd\r\n+3\r\nefg\r\n', 13],
  ] as const)
    it(`are those of chunks, what is behind one in its line is lost: ${JSON.stringify(chunks)}`, () => {
      assert.deepEqual(file(GET, answer(`Transfer-Encoding: chunked\r\n\r\n${chunks}`)), [size, '/a']);
    });
});

describe('compressed HTTP bodies', () => {
  const text = 'Hello world. '.repeat(20);
  const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
  const sizeOf = (coding: string, body: Uint8Array, length = body.length): unknown =>
    file(GET, answer(`Content-Encoding: ${coding}\r\nContent-Length: ${String(length)}\r\n\r\n${latin1(body)}`))[0];
  const [gzip, deflate, zlib] = [gzipSync(text), deflateRawSync(text), deflateSync(text)];

  it('are what they are, whatever they are called', () => {
    for (const coding of ['gzip', 'deflate', 'br', 'x-gzip', 'gz\0ip'])
      for (const body of [gzip, deflate, zlib]) assert.equal(sizeOf(coding, body), text.length, coding);
    assert.equal(sizeOf('gzip', Buffer.from('plain text')), 10);
  });

  it('come behind a length of 0 all the same', () => {
    assert.equal(sizeOf('gzip', gzip, 0), text.length);
  });

  it('are undone as deep as so many codings go, whichever these are', () => {
    const twice = gzipSync(gzip);
    assert.equal(sizeOf('identity, identity, gzip', gzip), gzip.length);
    assert.equal(sizeOf('gzip, deflate, gzip', twice), text.length);
    const events = (coding: string): string[] =>
      anomalies(GET, answer(`Content-Encoding: ${coding}\r\nContent-Length: 2\r\n\r\nok`));
    assert.deepEqual(events('deflate, gzip x'), ['TOO_MANY_ENCODING_LAYERS']);
    assert.deepEqual(events('foo, bar'), ['ABNORMAL_CE_HEADER', 'ABNORMAL_CE_HEADER']);
    assert.deepEqual(events('none'), []);
  });

  it('are nothing where a header of gzip breaks off', () => {
    assert.deepEqual(
      file(GET, answer(`Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\n${latin1(gzip.subarray(0, 5))}`)),
      [],
    );
  });
});

describe('files of HTTP', () => {
  for (const [disposition, name] of [
    ['attachment; filename="a"q', 'a"q'],
    ['attachment; filename="a', '/a'],
    ['attachment; filename=a b', 'a b'],
    ['attachment; filename =b', '/a'],
    ['attachment; xfilename=b', '/a'],
    ['attachment; filename=b;', 'b;'],
    ['attachment; x="y;filename=b"; filename=c', 'c'],
    ['attachment; filename=b"', '/a'],
    ['filename=b', 'b'],
    [';filename=b', '/a'],
    ['attachment; filename=""', undefined],
  ] as const)
    it(`are named ${String(name)} by ${disposition}`, () => {
      const response = answer(`Content-Disposition: ${disposition}\r\nContent-Length: 2\r\n\r\nok`);
      assert.deepEqual(file(GET, response), [2, name]);
    });

  for (const [uri, name, host] of [
    ['/x\xffy?q', '/x?y', 'h'],
    ['/a%3fb', '/a?b', 'h'],
    ['f:/x', '/x', 'h'],
    ['f:o/x', '/x', 'o'],
    ['f://o:/x', ':/x', 'o'],
    ['f://a@b@c/x', '/x', 'b@c'],
  ] as const)
    it(`are named ${name} by ${uri}`, () => {
      const client = GET.replace('/a', uri);
      const settings = { 'app-layer.protocols.http.libhtp.default-config.personality': 'IDS' };
      const events = runEngine({ frames: session({ client, server: OK }), types: TYPES, settings });
      assert.equal(parts(events, 'fileinfo')[0]?.['filename'], name);
      assert.equal(parts(events, 'http')[0]!['hostname'], host);
    });

  it('are none where nothing is asked for by a path', () => {
    for (const uri of ['?q', 'http://o', 'f:o']) assert.deepEqual(file(GET.replace('/a', uri), OK), [], uri);
    assert.deepEqual(file('CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n', OK.replace('200', '403')), []);
  });

  it('of requests are told though the server resets at once', () => {
    const client = 'POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok';
    const reset = { sp: 80, dp: 1000, seq: 101, ack: 2 + client.length, flags: 0x14 };
    const frames = [...session({ client }), tcp4(reset, undefined, { src: SERVER, dst: CLIENT })];
    assert.equal(parts(runEngine({ frames, types: TYPES }), 'fileinfo').length, 1);
  });
});

describe('HTTP requests that are late', () => {
  const told = (...turns: Said[]): unknown[] => parts(run(...turns), 'http').map(({ url, status }) => [url, status]);

  it('are those that the response before them is for', () => {
    const turns = [{ client: GET.slice(0, 8), server: OK }, { client: GET.slice(8) }];
    assert.deepEqual(told(...turns), [['/a', 200]]);
    assert.deepEqual(
      parts(run(...turns), 'anomaly').map(({ event }) => event),
      ['REQUEST_LINE_INCOMPLETE'],
    );
  });

  it('have a transaction from their first byte on', () => {
    assert.deepEqual(told({ client: GET, server: OK }, { client: '\r\n' }), [
      ['/a', 200],
      [undefined, undefined],
    ]);
  });

  it('are not odd where they break off', () => {
    assert.deepEqual(
      parts(run({ client: GET, server: OK }, { client: 'abc' }), 'anomaly').map(({ event }) => event),
      [],
    );
  });
});

describe('hosts of HTTP', () => {
  it('are nothing to be wrong, or have a port with something behind it', () => {
    const isInvalid = (host: string): boolean =>
      anomalies(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`).includes('REQUEST_HEADER_HOST_INVALID');
    for (const host of ['?x', ':80', 'a:80/x', 'a:+80']) assert.equal(isInvalid(host), false, host);
    for (const host of ['a/x', 'a:80x', 'a?b']) assert.equal(isInvalid(host), true, host);
  });
});
