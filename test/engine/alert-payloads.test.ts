// What alerts show of the traffic they are about: bodies, payloads of WebSocket, the stream as far as it is held.
import assert from 'node:assert/strict';
import { HANDSHAKE, acknowledged, request, session } from './sessions.ts';
import { ofType, runEngine } from './support.ts';
import type { EveEvent } from './support.ts';

const UPGRADE =
  'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\n\r\n';
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';

/** Settings below `alert` of the first output. */
const alertSettings = (...keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(keys.map((key) => [`outputs.0.eve-log.types.0.alert.${key}`, 'yes']));

type Members = Readonly<Record<string, unknown>>;

function membersOf(event: EveEvent | undefined, key: string): Members {
  return (event as unknown as Readonly<Record<string, Members>>)[key]!;
}

describe('alerts', () => {
  const rules = ['alert http any any -> any any (msg:"m"; http.stat_code; content:"200"; sid:1;)'];
  const frames = session(
    { client: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\na\x01bc' },
    { server: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' },
  );

  it('show bodies of HTTP where they are asked to', () => {
    const settings = alertSettings('http-body', 'http-body-printable');
    const http = membersOf(ofType(runEngine({ rules, frames, settings }), 'alert')[0], 'http');
    assert.equal(http['http_request_body'], Buffer.from('a\x01bc').toString('base64'));
    assert.equal(http['http_request_body_printable'], 'a.bc');
    assert.equal(http['http_response_body'], Buffer.from('hello').toString('base64'));
    assert.equal(http['http_response_body_printable'], 'hello');
  });

  it('show none of them otherwise', () => {
    const http = membersOf(ofType(runEngine({ rules, frames }), 'alert')[0], 'http');
    assert.deepEqual(
      Object.keys(http).filter((key) => key.includes('body')),
      [],
    );
  });

  it('show payloads of WebSocket where they are asked to', () => {
    const settings = alertSettings('websocket-payload', 'websocket-payload-printable');
    const events = runEngine({
      rules: ['alert websocket any any -> any any (msg:"m"; websocket.payload; content:"ll"; sid:1;)'],
      frames: session({ client: UPGRADE }, { server: SWITCHED }, { server: '\x81\x05hello' }),
      settings,
    });
    const message = membersOf(ofType(events, 'alert')[0], 'websocket');
    assert.deepEqual([message['payload_base64'], message['payload_printable']], ['aGVsbG8=', 'hello']);
  });

  it('show what of HTTP was inspected before, and what of other streams waits', () => {
    const exchange = (line: string): { client: string; server: string } => ({
      client: `GET /${line} HTTP/1.1\r\nHost: a\r\n\r\n`,
      server: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    });
    const shown = ofType(runEngine({ rules, frames: session(exchange('a'), exchange('b'), exchange('c')) }), 'alert');
    const answer = exchange('').server;
    assert.deepEqual(
      shown.map(({ payload_printable: text }) => text),
      [answer, answer.repeat(2), answer.repeat(3)],
    );
    const plain = runEngine({
      rules: ['alert tcp any any -> any any (msg:"m"; content:"two"; sid:1;)'],
      frames: [...HANDSHAKE, request('one'), acknowledged(3), request('two', 5), acknowledged(8)],
    });
    assert.equal(ofType(plain, 'alert')[0]!.payload_printable, 'one[2 bytes missing]two');
  });
});
