// What is told of messages that are damaged, or odd: as beside Suricata 8.0.8, message by message.

import assert from 'node:assert/strict';
import { REQUEST, RESPONSE, framed, message, nameBytes, record } from '../app/dns/messages.ts';
import { CLIENT, SERVER, udp4 } from '../support/packets.ts';
import { session } from './sessions.ts';
import type { Said } from './sessions.ts';
import { ofType, runEngine } from './support.ts';
import type { EveEvent } from './support.ts';

const A = 1;
const NS = 2;
const OPT = 41;
const NAME = nameBytes('www.example.com');
const ADDRESS = Buffer.from([192, 0, 2, 1]);
const QUERY = message({ flags: REQUEST, questions: [[NAME, A]] });
const ANSWER = message({ flags: RESPONSE, questions: [[NAME, A]], answers: [record(A, ADDRESS)] });

/** Sets a count of the header (RFC 1035 section 4.1.1): 4 questions, 6 answers, 8 authorities, 10 additional records. */
function announcing(bytes: Uint8Array, at: number, count: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(count, at);
  return copy;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Of an event, what it is named after. */
type Part = EveEvent & Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function parts(events: readonly EveEvent[], type: string): Readonly<Record<string, unknown>>[] {
  return (ofType(events, type) as Part[]).map((event) => event[type]!);
}

describe('damaged DNS', () => {
  const there = { src: CLIENT, dst: SERVER };
  const back = { src: SERVER, dst: CLIENT };
  const ask = (bytes: Uint8Array): Uint8Array => udp4({ sp: 40_000, dp: 53 }, bytes, there);
  const reply = (bytes: Uint8Array): Uint8Array => udp4({ sp: 53, dp: 40_000 }, bytes, back);
  const told = (...frames: Uint8Array[]): string[] =>
    parts(runEngine({ frames, types: ['dns'] }), 'dns').map(({ type }) => String(type));
  const settings = { 'app-layer.protocols.dns.tcp.detection-ports.dp': '80' };
  const toldOverTcp = (...turns: Said[]): string[] =>
    parts(runEngine({ frames: session(...turns), types: ['dns'], settings }), 'dns').map(({ type }) => String(type));

  it('has a record of the answer to a question that cannot be read', () => {
    assert.deepEqual(told(ask(QUERY.subarray(0, -3)), reply(ANSWER)), ['response']);
  });

  it('is none where more records are announced than there is room for', () => {
    const most = Math.floor(QUERY.length / 2) - 1;
    assert.deepEqual(told(ask(announcing(QUERY, 10, most))), ['request']);
    assert.deepEqual(told(ask(announcing(QUERY, 10, most + 1))), []);
  });

  it('is what asks no question; responses without one have no record', () => {
    const bare = message({ flags: RESPONSE, answers: [record(A, ADDRESS, NAME)] });
    assert.deepEqual(told(ask(QUERY), reply(ANSWER), ask(message({ flags: REQUEST })), reply(bare), ask(QUERY)), [
      'request',
      'response',
      'request',
    ]);
  });

  it('ends what is told of a stream, not of datagrams', () => {
    const damaged = announcing(QUERY, 6, 1);
    assert.deepEqual(told(ask(QUERY), reply(ANSWER), ask(damaged), ask(QUERY)), ['request', 'response', 'request']);
    const exchange = { client: latin1(framed(QUERY)), server: latin1(framed(ANSWER)) };
    const turns = [exchange, { client: latin1(framed(damaged)) }, exchange];
    assert.deepEqual(toldOverTcp(...turns), ['request', 'response']);
    assert.deepEqual(toldOverTcp(exchange, exchange), ['request', 'response', 'request', 'response']);
  });

  it('tells an OPT among the authorities as a record', () => {
    const empty = record(OPT, Buffer.alloc(0), nameBytes(''));
    const authorities = [record(NS, NAME), empty];
    const bytes = message({ flags: RESPONSE, questions: [[NAME, A]], authorities, additionals: [empty] });
    const [, response] = parts(runEngine({ frames: [ask(QUERY), reply(bytes)], types: ['dns'] }), 'dns');
    assert.deepEqual(
      (response!['authorities'] as { rrtype: string }[]).map(({ rrtype }) => rrtype),
      ['NS', 'OPT'],
    );
    assert.equal(response!['additionals'], undefined);
  });
});

describe('odd HTTP', () => {
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  const events = (client: string, server = OK): EveEvent[] =>
    runEngine({ frames: session({ client, server }), types: ['http: { extended: yes }', 'files', 'anomaly'] });
  const http = (client: string, server?: string): Readonly<Record<string, unknown>> =>
    parts(events(client, server), 'http')[0]!;
  const anomalies = (client: string): string[] => parts(events(client), 'anomaly').map(({ event }) => String(event));

  for (const [line, url, protocol, isOdd] of [
    ['GET /a b c', '/a b', 'c', false],
    ['GET /a HTTP /1.1', '/a HTTP', '/1.1', false],
    ['GET /a b\tc', '/a', 'b\tc', false],
    ['GET /a\tHTTP/1.1', '/a', 'HTTP/1.1', true],
    ['GET /a\rb HTTP/1.1', '/a\rb', 'HTTP/1.1', true],
    ['GET /a\r HTTP/1.1', '/a', 'HTTP/1.1', false],
  ] as const)
    it(`takes ${JSON.stringify(line)} apart at its last space`, () => {
      const text = `${line}\r\nHost: a.b\r\n\r\n`;
      const told = http(text);
      assert.deepEqual([told['url'], told['protocol']], [url, protocol]);
      assert.equal(anomalies(text).includes('URI_DELIM_NON_COMPLIANT'), isOdd);
    });

  it('keeps carriage returns and NULs in headers of requests', () => {
    const get = (headers: string): string => `GET / HTTP/1.1\r\nHost: a.b\r\n${headers}\r\n\r\n`;
    assert.equal(http(get('User-Agent: a\rX: b'))['http_user_agent'], 'a\rX: b');
    assert.equal(http(get('User-Agent: a\0b'))['http_user_agent'], 'a\0b');
  });

  it('takes letters of Latin-1 in hosts for letters', () => {
    const isInvalid = (host: string): boolean =>
      anomalies(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`).includes('REQUEST_HEADER_HOST_INVALID');
    for (const host of ['a\xff', 'a\xc3b', 'a\xbdb', 'a\xf6']) assert.equal(isInvalid(host), false, host);
    for (const host of ['a\x80b', 'a\xa9', 'a\xd7', 'a\xf7', 'a\x01']) assert.equal(isInvalid(host), true, host);
  });

  it('tells where a response leads whatever its status', () => {
    const led = (status: string): unknown =>
      http(
        'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
        OK.replace('200 OK', status).replace('\r\n\r\n', '\r\nLocation: /x\r\n\r\n'),
      )['redirect'];
    assert.deepEqual(['200 OK', '301 Moved', '404 No', 'abc No'].map(led), ['/x', '/x', '/x', '/x']);
  });

  it('tells the place of files that are parts of a known whole', () => {
    const place = (range: string): unknown[] => {
      const response = OK.replace('200 OK', '206 Part').replace(
        '\r\n\r\n',
        `\r\nContent-Range: bytes ${range}\r\n\r\n`,
      );
      const [file] = parts(events('GET / HTTP/1.1\r\nHost: a\r\n\r\n', response), 'fileinfo');
      return [file!['start'], file!['end']];
    };
    assert.deepEqual(place('1-2/3'), [1, 2]);
    for (const range of ['0-1/2', '1-2/*', '2-1/3']) assert.deepEqual(place(range), [undefined, undefined], range);
  });
});

describe('damaged mail', () => {
  const talk = (body: string, quit = '221 bye'): Said[] => [
    { server: '220 x ESMTP\r\n' },
    { client: 'EHLO h\r\n', server: '250 x\r\n' },
    { client: 'MAIL FROM:<a@b>\r\n', server: '250 ok\r\n' },
    { client: 'RCPT TO:<c@d>\r\n', server: '250 ok\r\n' },
    { client: 'DATA\r\n', server: '354 go\r\n' },
    { client: `${body}.\r\n`, server: '250 ok\r\n' },
    { client: 'QUIT\r\n', server: `${quit}\r\n` },
  ];
  const run = (turns: readonly Said[], settings: Readonly<Record<string, string>> = {}): EveEvent[] =>
    runEngine({ frames: session(...turns), types: ['smtp', 'files', 'anomaly'], settings });
  const anomalies = (body: string): string[] => parts(run(talk(body)), 'anomaly').map(({ event }) => String(event));
  const part = (encoding: string, lines: string, name = '; name="f.txt"'): string =>
    'From: a@b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="BB"\r\n\r\n--BB\r\n' +
    `Content-Type: text/plain${name}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${lines}\r\n--BB--\r\n`;

  it('tells of groups of Base64 that are none, line by line from there on', () => {
    const body = part('base64', 'YWJj\r\nY===\r\nYWJj');
    assert.deepEqual(anomalies(body), ['MIME_INVALID_BASE64', 'MIME_INVALID_BASE64']);
    assert.equal(parts(run(talk(body)), 'fileinfo')[0]!['size'], 3);
    assert.deepEqual(anomalies(part('base64', 'YWJj\r\nYQ==')), []);
  });

  it('tells of wrong escapes of attachments alone, once a line', () => {
    const lines = 'a=zz=zz\r\nb=zz';
    assert.deepEqual(anomalies(part('quoted-printable', lines)), ['MIME_INVALID_QP', 'MIME_INVALID_QP']);
    assert.deepEqual(anomalies(part('quoted-printable', lines, '')), []);
  });

  it('looks for addresses of pages where the section of MIME is there', () => {
    const body = 'From: a@b\r\nContent-Type: text/plain\r\n\r\nhttp://example.com/x y\r\n';
    const urls = (settings: Readonly<Record<string, string>>): unknown =>
      (ofType(run(talk(body), settings), 'smtp')[0] as Part)['email']!['url'];
    assert.equal(urls({}), undefined);
    assert.deepEqual(urls({ 'app-layer.protocols.smtp.mime.decode-mime': 'yes' }), ['example.com/x']);
  });

  it('is over with the reply of a server that closes, not with another', () => {
    const again = [{ client: 'NOOP\r\n', server: '250 ok\r\n' }];
    const greeting = talk('').slice(0, 2);
    const count = (quit: string): number | undefined => {
      const turns = [...greeting, { client: 'QUIT\r\n', server: `${quit}\r\n` }, ...again];
      return ofType(run(turns), 'flow')[0]!.flow!.tx_cnt;
    };
    assert.deepEqual([count('250 ok'), count('221 bye')], [1, 2]);
  });

  it('has the first command of a client whose server greets otherwise, and nothing more', () => {
    const turns = talk('').slice(1);
    const helloAfter = (greeting: string): unknown[] => {
      const told = run([{ server: `${greeting}\r\n` }, ...turns]);
      const mails = parts(told, 'smtp').map(({ helo, mail_from: from }) => [helo, from]);
      return [...mails, ...parts(told, 'anomaly').map(({ event }) => event)];
    };
    const named = ['h', undefined];
    assert.deepEqual(helloAfter('620 x ESMTP'), [
      named,
      'APPLAYER_DETECT_PROTOCOL_ONLY_ONE_DIRECTION',
      'NO_SERVER_WELCOME_MESSAGE',
    ]);
    assert.deepEqual(helloAfter('220 x\nESMTP'), [named]);
  });
});
