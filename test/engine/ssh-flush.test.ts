// SSH and rules on content: banners are looked at when they are whole, the rest when the session becomes encrypted.
import assert from 'node:assert/strict';
import { session } from './sessions.ts';
import { ofType, runEngine } from './support.ts';

/** A record of SSH whose message begins with `type`. */
function record(type: number, text: string): string {
  const message = Buffer.concat([Buffer.of(4, type), Buffer.from(text), Buffer.alloc(4)]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]).toString('latin1');
}

const KEXINIT = 20;
const NEWKEYS = 21;
const FRAMES = session(
  { client: 'SSH-2.0-client\r\n' },
  { server: 'SSH-2.0-server\r\n' },
  { client: record(KEXINIT, 'offer') },
  { server: record(KEXINIT, 'offer') + record(NEWKEYS, '') },
  { client: record(NEWKEYS, '') },
  { server: 'secret of the server' },
  { client: 'secret of the client' },
);

/** Where a rule on content matches: numbers of packets, or how the packet came to be. */
function alerts(content: string): unknown[] {
  const rules = [`alert tcp any any -> any any (msg:"m"; content:"${content}"; sid:1;)`];
  const events = ofType(runEngine({ rules, frames: FRAMES }), 'alert');
  return events.map(({ direction, pcap_cnt, pkt_src }) => [direction, pcap_cnt ?? pkt_src]);
}

describe('content rules on SSH', () => {
  it('see a banner with the next packet of its side', () => {
    assert.deepEqual(alerts('SSH-2.0'), [
      ['to_server', 6],
      ['to_client', 7],
    ]);
  });

  it('see what is left before encryption when it begins', () => {
    assert.deepEqual(alerts('offer'), [
      ['to_client', 'stream (detect/log)'],
      ['to_server', 'stream (detect/log)'],
    ]);
  });

  it('see nothing of what is encrypted', () => {
    assert.deepEqual(alerts('secret'), []);
  });
});
