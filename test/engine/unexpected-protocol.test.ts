// What is told of flows whose protocol is not the one that was to be expected.
import assert from 'node:assert/strict';
import { session } from './sessions.ts';
import type { Said } from './sessions.ts';
import { ofType, runEngine } from './support.ts';

const EVENTS = [
  'applayer_unexpected_protocol',
  'applayer_no_tls_after_starttls',
  'applayer_wrong_direction_first_data',
  'applayer_mismatch_protocol_both_directions',
  'applayer_detect_protocol_only_one_direction',
];
const RULES = EVENTS.map(
  (event, i) => `alert tcp any any -> any any (app-layer-event:${event}; sid:${String(i + 1)};)`,
);

function told(...turns: readonly Said[]): string[] {
  const events = runEngine({ rules: RULES, frames: session(...turns) });
  return ofType(events, 'alert').map(({ alert }) => EVENTS[alert!.signature_id - 1]!);
}

const GREETING: readonly Said[] = [
  { server: '220 host ESMTP\r\n' },
  { client: 'EHLO a\r\n' },
  { server: '250 host\r\n' },
];
const UPGRADE: readonly Said[] = [...GREETING, { client: 'STARTTLS\r\n' }, { server: '220 go on\r\n' }];
const TLS_HELLO = `\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03${'r'.repeat(32)}\x00\x00\x02\xc0\x2f\x01\x00`;

describe('unexpected protocols', () => {
  it('are told of when they follow STARTTLS, TLS or not', () => {
    const hello = [{ client: 'EHLO a\r\n' }, { server: '250 host\r\n' }];
    assert.deepEqual(told(...UPGRADE, ...hello), [...EVENTS.slice(0, 2), EVENTS[4]]);
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
    assert.deepEqual(told(...UPGRADE, { server: answer }, { client: ' ' }), EVENTS.slice(0, 2));
    assert.deepEqual(told(...UPGRADE, { client: TLS_HELLO }, { server: '' }), []);
  });

  it('are told of once when nothing that is known follows STARTTLS', () => {
    const garbage = { client: '\x01\x02\x03\x04garbage behind it' };
    assert.deepEqual(told(...UPGRADE, garbage), EVENTS.slice(0, 2));
    assert.deepEqual(told(...UPGRADE, garbage, { server: '\x01\x02\x03\x04garbage too' }), EVENTS.slice(0, 2));
    assert.deepEqual(told(...UPGRADE, { client: TLS_HELLO.slice(0, 2) }, { client: TLS_HELLO.slice(2) }), []);
  });

  it('begin with packets that look at what was said before them', () => {
    const rules = ['EHLO a', 'STARTTLS|0d|', 'go on'].map(
      (content, i) => `alert tcp any any -> any any (content:"${content}"; sid:${String(i + 1)};)`,
    );
    const alerts = ofType(runEngine({ rules, frames: session(...UPGRADE, { client: TLS_HELLO }) }), 'alert');
    assert.deepEqual(
      alerts.map(({ alert, pkt_src }) => [alert!.signature_id, pkt_src]),
      [
        [1, 'wire/pcap'],
        [2, 'stream (detect/log)'],
        [3, 'stream (detect/log)'],
      ],
    );
  });

  it('are not HTTP of a server that speaks first, but TLS of one', () => {
    assert.deepEqual(
      told({ server: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' }, { client: 'GET / HTTP/1.0\r\n\r\n' }),
      [],
    );
    const frames = session({ server: TLS_HELLO }, { client: TLS_HELLO });
    const [flow] = ofType(runEngine({ frames }), 'flow') as { app_proto?: string; app_proto_tc?: string }[];
    assert.deepEqual([flow!.app_proto, flow!.app_proto_tc], ['failed', 'tls'], 'and then nothing is parsed');
    assert.deepEqual(told({ server: TLS_HELLO }, { client: ' ' }), [EVENTS[2]]);
  });

  it('are those of a direction that says nothing known, once there is enough of it to tell', () => {
    const get = { client: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' };
    assert.deepEqual(told(get, { server: 'abcdefghij' }), [EVENTS[4]]);
    assert.deepEqual(told(get, { server: 'abcdefghi' }), [], 'nine bytes may still become a greeting');
    assert.deepEqual(told(get, { server: 'abcdefghi' }, { client: 'x' }, { server: 'j' }), [EVENTS[4]]);
    assert.deepEqual(told({ server: 'SSH-2.0-x\r\n' }, { client: 'x'.repeat(40) }), [EVENTS[4]]);
    assert.deepEqual(told({ client: 'x'.repeat(40) }, { server: 'SSH-2.0-x\r\n' }, { client: 'x' }), [EVENTS[4]]);
    const version = 'RFB 003.008\n';
    const withoutParser = [{ server: 'x'.repeat(40) }, { client: version }, { server: '' }];
    assert.deepEqual(told(...withoutParser), [EVENTS[4]]);
  });

  it('are not TLS of a server that begins with an alert, or that is seen from its data on', () => {
    const alert = '\x15\x03\x03\x00\x02\x01\x70';
    const hello = `\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03${'r'.repeat(32)}\x00\xc0\x2f\x00`;
    assert.deepEqual(told({ client: TLS_HELLO }, { server: alert }, { server: hello }), []);
    assert.deepEqual(told({ client: TLS_HELLO }, { server: `\x17\x03\x04\x00\x20${'r'.repeat(32)}` }), []);
    assert.deepEqual(told({ client: TLS_HELLO }, { server: '\x14\x03\x03\x00\x01\x01' }, { server: hello }), [
      EVENTS[4],
    ]);
  });

  it('are SOCKS of a client, though its server seems to speak DCE/RPC', () => {
    const method = { client: '\x05\x01\x00' };
    const connect = { client: '\x05\x01\x00\x01\x0a\x00\x00\x02\x00\x50' };
    const answer = { server: '\x05\x00\x00\x01\x0a\x00\x00\x02\x00\x50' };
    const said = [method, { server: '\x05\x00' }, connect, answer, { client: `GET / HTTP/1.1\r\n${'x'.repeat(60)}` }];
    assert.deepEqual(told(...said, { server: 'HTTP/1.1 200 OK\r\n\r\n' }), [EVENTS[4]]);
  });

  it('are judged of TLS and SMTP as of others', () => {
    assert.deepEqual(told({ client: TLS_HELLO }, { server: 'abcdefghij' }), [EVENTS[4]]);
    const hello = { client: 'EHLO a.example\r\n' };
    assert.deepEqual(told(hello, { server: '250 a.example.com\r\n' }), [EVENTS[4]]);
    // a server on a port that is none of SMTP, which speaks before its client shows the protocol
    assert.deepEqual(told({ server: '220 who is there\r\n' }, hello), []);
    assert.deepEqual(told({ server: '221 who is there\r\n' }, hello, { server: '' }), [EVENTS[4]]);
  });

  it('make the direction one of no known protocol, unless the parser fails on it', () => {
    const protocolOf = (...turns: readonly Said[]): unknown =>
      (ofType(runEngine({ frames: session(...turns) }), 'flow')[0] as { app_proto_tc?: string }).app_proto_tc;
    const get = { client: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' };
    assert.equal(protocolOf(get, { server: 'abcdefghij' }), 'failed');
    assert.equal(protocolOf(get, { server: 'abcdefghi' }), undefined);
    assert.equal(protocolOf({ client: 'EHLO a.example\r\n' }, { server: 'x25 a.example\r\n' }), undefined);
  });

  it('are TLS that a client of FTP asks for with its first ten bytes', () => {
    const turns = [{ server: '220 (a)\r\n' }, { client: 'auth tls\r\n' }, { server: '234 go on\r\n' }];
    const events = runEngine({ frames: session(...turns, { client: TLS_HELLO }, { server: '' }) });
    assert.equal((ofType(events, 'flow')[0] as { app_proto?: string }).app_proto, 'tls');
  });
});
