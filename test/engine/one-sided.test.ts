// Sessions of which one side is seen (`stream.async-oneside`): what it says is told with it, not at the end of the flow.
import assert from 'node:assert/strict';
import { ACK, SYN, SYN_ACK, request, response } from './sessions.ts';
import { ofType, runEngine } from './support.ts';

const get = (n: number): string => `GET /${String(n)} HTTP/1.1\r\nHost: a\r\n\r\n`;
const ok = (n: number): string => `HTTP/1.1 20${String(n)} OK\r\nContent-Length: 2\r\n\r\nok`;
const SAID = get(1).length;
const REPLIED = ok(1).length;
const REQUESTS = [1, 2, 3].map((n, i) => request(get(n), i * SAID, i * REPLIED));
const RESPONSES = [1, 2, 3].map((n, i) => response(ok(n), i * REPLIED, (i + 1) * SAID));

/** Numbers of the packets with which records of HTTP are told, undefined for the end of the flow. */
function told(frames: readonly Uint8Array[], settings: Readonly<Record<string, string>> = {}): unknown[] {
  const all = { 'stream.async-oneside': 'yes', 'outputs.0.eve-log.types.4': 'http', ...settings };
  return ofType(runEngine({ frames, settings: all }), 'http').map(({ pcap_cnt }) => pcap_cnt);
}

describe('sessions of which one side is seen', () => {
  it('have their requests told with them', () => {
    assert.deepEqual(told([SYN, ACK, ...REQUESTS]), [3, 4, 5]);
    assert.deepEqual(told(REQUESTS, { 'stream.midstream': 'yes' }), [2, 2, 3]);
  });

  it('have their responses told when the server goes on', () => {
    assert.deepEqual(told([SYN_ACK, ...RESPONSES]), [3, 3, 4]);
    assert.deepEqual(told(RESPONSES, { 'stream.midstream': 'yes' }), [2, 2, 3]);
  });

  it('wait for the other side where it is seen', () => {
    const both = [SYN, SYN_ACK, ACK, REQUESTS[0]!, RESPONSES[0]!, request('', SAID, REPLIED)];
    assert.deepEqual(told(both), [6]);
  });
});
