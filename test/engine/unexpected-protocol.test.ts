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
    assert.deepEqual(told(...UPGRADE, { client: 'EHLO a\r\n' }, { server: '250 host\r\n' }), EVENTS.slice(0, 2));
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
    assert.deepEqual(told(...UPGRADE, { server: answer }, { client: ' ' }), EVENTS.slice(0, 2));
    assert.deepEqual(told(...UPGRADE, { client: TLS_HELLO }, { server: '' }), []);
  });

  it('are not HTTP of a server that speaks first, but TLS of one', () => {
    assert.deepEqual(
      told({ server: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' }, { client: 'GET / HTTP/1.0\r\n\r\n' }),
      [],
    );
    assert.deepEqual(told({ server: TLS_HELLO }, { client: ' ' }), [EVENTS[2]]);
  });
});
