// Handshakes of which more than one SYN or SYN/ACK was seen, and packets that only look like part of one.

import assert from 'node:assert/strict';
import { F, FlowFlag, FlowStateId } from '../../src/framework/flows.ts';
import { HandshakeQueue, Greeting } from '../../src/stream/handshake-queue.ts';
import { Conversation } from './support.ts';

describe('queued SYNs', () => {
  it('goes on with the SYN that is answered', () => {
    const c = new Conversation();
    c.say('c', 'S', 0, 0);
    c.say('c', 'S', 100, 0);
    c.say('c', 'S', 200, 0);
    assert.deepEqual(c.say('s', 'SA', 0, 150), ['3whs_synack_with_wrong_ack']);
    assert.deepEqual(c.say('s', 'SA', 0, 101), []);
    c.say('c', 'A', 101, 1);
    assert.equal(c.state, 'established');
    assert.deepEqual(c.say('c', 'PA', 101, 1, { data: 'hello' }), []);
    c.say('s', 'A', 1, 106);
    assert.deepEqual(c.delivered[0], ['hello']);
  });

  it('calls the twelfth a flood and lets it take the place of the oldest', () => {
    const c = new Conversation();
    for (let i = 0; i <= 10; i++) assert.deepEqual(c.say('c', 'S', i * 100, 0), []);
    assert.deepEqual(c.say('c', 'S', 1100, 0), ['3whs_syn_flood']);
    assert.deepEqual(c.say('s', 'SA', 0, 1), ['3whs_synack_with_wrong_ack']);
    assert.deepEqual(c.say('s', 'SA', 0, 1101), []);
  });

  it('goes on with the SYN/ACK that is confirmed', () => {
    const c = new Conversation();
    c.say('c', 'S', 0, 0);
    c.say('s', 'SA', 0, 1);
    assert.deepEqual(c.say('s', 'SA', 500, 1), []);
    assert.deepEqual(c.say('c', 'A', 1, 501), []);
    assert.equal(c.state, 'established');
    c.say('s', 'PA', 501, 1, { data: 'hi' });
    c.say('c', 'A', 1, 503);
    assert.deepEqual(c.delivered[1], ['hi']);
  });

  it('gives the entries back', () => {
    const queue = new HandshakeQueue();
    const g = new Greeting();
    let list = 0;
    for (let seq = 1; seq <= 100; seq++) {
      g.seq = seq;
      list = queue.add(list, g);
    }
    queue.dropOldest(list);
    assert.equal(queue.find(list, 1, g), false);
    assert.equal(queue.find(list, 2, g), true);
    queue.release(list);
    for (let seq = 1; seq <= 100; seq++) assert.equal(queue.add(0, g) <= 100, true);
  });
});

describe('answers that are none', () => {
  it('does not believe a server that echoes another timestamp', () => {
    const c = new Conversation();
    c.say('c', 'S', 0, 0, { ts: 1000 });
    assert.deepEqual(c.say('s', 'RA', -c.isn[1], 1, { ts: 100, echo: 100 }), ['pkt_invalid_timestamp']);
    assert.equal(c.state, 'syn_sent');
  });

  it('refuses an acknowledgement of what the server did not send', () => {
    const c = new Conversation();
    c.say('c', 'S', 0, 0);
    c.say('s', 'SA', 0, 1);
    assert.deepEqual(c.say('c', 'A', 1, 3), ['3whs_right_seq_wrong_ack_evasion']);
    assert.equal(c.state, 'syn_recv');
  });

  it('takes data that was acknowledged before it went past', () => {
    const c = new Conversation();
    c.shake();
    c.say('s', 'A', 1, 11);
    assert.deepEqual(c.say('c', 'PA', 1, 1, { data: 'late' }), ['pkt_spurious_retransmission']);
    assert.equal(c.counters.byName('tcp.ack_unseen_data'), 1);
  });

  it('counts each segment that acknowledges what was not seen, of open connections alone', () => {
    const unseen = (...segments: Parameters<Conversation['say']>[]): number => {
      const c = new Conversation();
      c.say('c', 'S', 0, 0);
      for (const segment of segments) c.say(...segment);
      return c.counters.byName('tcp.ack_unseen_data');
    };
    const open: Parameters<Conversation['say']>[] = [
      ['s', 'SA', 0, 1],
      ['c', 'A', 1, 1],
    ];
    assert.equal(unseen(...open, ['s', 'A', 1, 11], ['s', 'A', 1, 11], ['s', 'A', 1, 21]), 3);
    assert.equal(unseen(...open, ['s', 'A', 1, 11], ['c', 'PA', 11, 1, { data: 'more' }], ['s', 'A', 1, 15]), 1);
    assert.equal(unseen(['s', 'SA', 0, 1], ['s', 'A', 1, 11]), 0);
    assert.equal(unseen(...open, ['s', 'RA', 1, 11]), 0);
    assert.equal(unseen(...open, ['c', 'FA', 1, 1], ['s', 'A', 1, 2], ['s', 'A', 1, 11]), 0);
  });
});

describe('depth', () => {
  it('bypasses the flow when told to', () => {
    const c = new Conversation((o) => {
      o.bypass = true;
      o.reassembly.depth = 4;
    });
    c.shake();
    c.say('c', 'PA', 1, 1, { data: 'abcdef' });
    assert.equal(c.flows.word(c.f, F.state), FlowStateId.bypassed);
    assert.equal(c.flows.hasFlag(c.f, FlowFlag.bypassed), true);
  });
});
