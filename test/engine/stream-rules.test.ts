import assert from 'node:assert/strict';
import type { Bytes } from '../support/packets.ts';
import { CLIENT, SERVER, tcp4 } from '../support/packets.ts';
import { HANDSHAKE, acknowledged, request } from './sessions.ts';
import { ofType, runEngine } from './support.ts';

const rule = (options: string, sid: number): string =>
  `alert tcp any any -> any any (msg:"m"; flow:to_server,only_stream; ${options} sid:${String(sid)};)`;

/** Number of the packet of each alert of a rule, or where else it came from. */
function alertsOf(rules: readonly string[], frames: readonly Bytes[], sid: number): unknown[] {
  const alerts = ofType(runEngine({ rules, frames }), 'alert').filter(({ alert }) => alert?.signature_id === sid);
  return alerts.map(({ pcap_cnt: number, pkt_src: source }) => number ?? source);
}

describe('rules on streams', () => {
  it('count places from the beginning of what is due, not of the stream', () => {
    const size = 3000; // more than is inspected at a time
    const piece = (at: number): Bytes => request('MARK'.padEnd(size, '.'), at);
    const frames = [...HANDSHAKE, piece(0), acknowledged(size), piece(size), acknowledged(2 * size), piece(2 * size)];
    const rules = [
      rule('content:"MARK"; depth:4;', 1),
      rule('content:"MARK"; startswith;', 2),
      rule(`content:"MARK"; offset:${String(size)};`, 3),
    ];
    assert.deepEqual(alertsOf(rules, frames, 1), [6, 8, 'stream (flow timeout)']);
    assert.deepEqual(alertsOf(rules, frames, 2), [6, 8, 'stream (flow timeout)']);
    assert.deepEqual(alertsOf(rules, frames, 3), []);
  });

  const FIN_ACK = 0x11;
  const finOf = (client: number, acked: number): Bytes =>
    tcp4({ sp: 1000, dp: 80, seq: 2 + client, ack: 101 + acked, flags: FIN_ACK }, undefined, {
      src: CLIENT,
      dst: SERVER,
    });
  const serversFin = tcp4({ sp: 80, dp: 1000, seq: 101, ack: 7, flags: FIN_ACK }, undefined, {
    src: SERVER,
    dst: CLIENT,
  });
  const hello = [...HANDSHAKE, request('hello'), acknowledged(5)];
  const rules = [rule('content:"hello";', 1)];

  it("are due at once with the client's FIN, when it is the first", () => {
    assert.deepEqual(alertsOf(rules, [...hello, finOf(5, 0)], 1), [6]);
  });

  it("are due behind the client's FIN, when the server's was there before", () => {
    assert.deepEqual(alertsOf(rules, [...hello, serversFin, finOf(5, 1)], 1), ['stream (flow timeout)']);
    const more = [acknowledged(6), request('', 6, 1)];
    assert.deepEqual(alertsOf(rules, [...hello, serversFin, finOf(5, 1), ...more], 1), [9]);
  });
});
