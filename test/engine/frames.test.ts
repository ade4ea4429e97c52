import assert from 'node:assert/strict';
import { HANDSHAKE, acknowledged, request, session } from './sessions.ts';
import { ofType, runEngine, sidsOf } from './support.ts';

const GET = 'GET /one HTTP/1.1\r\nHost: a\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

describe('rules on frames', () => {
  it('find those of HTTP by either name of it', () => {
    const rules = [
      'alert tcp any any -> any any (msg:"m"; frame:http1.request; content:"/one"; sid:1;)',
      'alert http any any -> any any (msg:"m"; frame:request; content:"/one"; sid:2;)',
      'alert http1 any any -> any any (msg:"m"; frame:response; content:"hello"; sid:3;)',
      'alert tcp any any -> any any (msg:"m"; frame:http.response; content:"/one"; sid:4;)',
    ];
    const events = runEngine({ rules, frames: session({ client: GET }, { server: OK }) });
    assert.deepEqual(sidsOf(ofType(events, 'alert')).sort(), [1, 2, 3]);
  });

  it('are looked at when a message is whole, or its flow ends', () => {
    const rules = ['alert tcp any any -> any any (msg:"m"; frame:http1.request; content:"/one"; sid:1;)'];
    const packets = (frames: Uint8Array[]): unknown[] =>
      ofType(runEngine({ rules, frames }), 'alert').map(({ pcap_cnt }) => pcap_cnt);
    assert.deepEqual(packets(session({ client: GET }, { server: OK })), [6]);
    const half = GET.slice(0, -2);
    assert.deepEqual(packets([...HANDSHAKE, request(half), acknowledged(half.length)]), [undefined]);
  });

  it('are looked at with each packet inline, the last 2 500 bytes of before included, and once more at the end', () => {
    const rules = [
      'alert http any any -> any any (msg:"m"; frame:http1.stream; content:"/one"; sid:1;)',
      'alert http any any -> any any (msg:"m"; frame:http1.stream; content:"GET"; startswith; content:"X"; sid:2;)',
      'alert http any any -> any any (msg:"m"; frame:http1.request; content:"GET"; startswith; sid:3;)',
    ];
    const long = `GET /${'X'.repeat(2000)} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const frames = session({ client: GET }, { client: long }, { client: long }, { client: GET });
    const alerts = (isInline: boolean): unknown[] =>
      ofType(runEngine({ rules, frames, isInline }), 'alert').map((event) => [
        event.pcap_cnt,
        event.alert!.signature_id,
      ]);
    assert.deepEqual(alerts(true), [
      [4, 1],
      [4, 3],
      [5, 1],
      [5, 2],
      [5, 3],
      [6, 1],
      [6, 2],
      [6, 3],
      [7, 1],
      [7, 3],
      [undefined, 1],
    ]);
    assert.deepEqual(sidsOf(runEngine({ rules, frames })).sort(), [1, 2, 3, 3, 3, 3]);
  });
});
