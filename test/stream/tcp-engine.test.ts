// Sessions: handshakes, data, ends and the anomalies of each.

import assert from 'node:assert/strict';
import { F, FlowStateId } from '../../src/framework/flows.ts';
import { Action, PACKET_SOURCES, PacketFlag } from '../../src/framework/packet.ts';
import { Conversation } from './support.ts';

describe('TCP sessions', () => {
  it('establishes by SYN, SYN/ACK, ACK, and measures it', () => {
    const c = new Conversation();
    assert.deepEqual(c.say('c', 'S', 0, 0), []);
    assert.equal(c.state, 'syn_sent');
    assert.deepEqual(c.say('s', 'SA', 0, 1), []);
    assert.equal(c.state, 'syn_recv');
    assert.equal(c.flows.word(c.f, F.state), FlowStateId.new);
    assert.deepEqual(c.say('c', 'A', 1, 1), []);
    assert.equal(c.state, 'established');
    assert.equal(c.p.flags & PacketFlag.established, 0, 'the acknowledgement belongs to the handshake');
    assert.equal(c.flows.word(c.f, F.state), FlowStateId.established);
    assert.equal(c.engine.view.handshakeRtt(c.t), 2000);
    assert.equal(c.counters.byName('tcp.syn'), 1);
    assert.equal(c.counters.byName('tcp.synack'), 1);
    assert.equal(c.counters.byName('tcp.sessions'), 1);
    c.say('s', 'A', 1, 1);
    assert.notEqual(c.p.flags & PacketFlag.established, 0);
  });

  it('closes by FIN from the client, then the server', () => {
    const c = new Conversation();
    c.shake();
    assert.deepEqual(c.say('c', 'PA', 1, 1, { data: 'hello' }), []);
    assert.deepEqual(c.say('s', 'A', 1, 6), []);
    assert.deepEqual(c.say('c', 'FA', 6, 1), []);
    assert.equal(c.state, 'close_wait');
    assert.deepEqual(c.say('s', 'FA', 1, 7), []);
    assert.equal(c.state, 'last_ack');
    assert.deepEqual(c.say('c', 'A', 7, 2), []);
    assert.equal(c.state, 'closed');
    assert.equal(c.flows.word(c.f, F.state), FlowStateId.closed);
    assert.equal(c.engine.view.history(c.t), 'ShADaFf');
    assert.equal(c.engine.view.connState(c.t), 'SF');
    assert.deepEqual(c.inspected[0], ['hello']);
    assert.equal(c.engine.view.missedBytes(c.t, 'toServer'), 0);
  });

  it('begins anew with a SYN where the data of the first one was not taken', () => {
    const c = new Conversation();
    c.say('c', 'S', 0, 0, { data: 'early', fastOpen: 8 });
    assert.deepEqual(c.say('s', 'SA', 0, 1), ['3whs_synack_tfo_data_ignored']);
    c.p.tcpFlags = 2;
    c.p.tcpSeq = c.isn[0];
    assert.equal(c.engine.isReuse(c.p, c.f), true);
    assert.deepEqual(c.engine.view.snapshot(c.t).flags, ['tcp_fast_open', 'tfo_data_ignored']);
    const other = new Conversation();
    other.say('c', 'S', 0, 0);
    other.say('s', 'SA', 0, 1);
    other.p.tcpFlags = 2;
    other.p.tcpSeq = other.isn[0];
    assert.equal(other.engine.isReuse(other.p, other.f), false);
  });

  it('doubts the FIN of the only side when it lies beyond the window told first', () => {
    for (const [window, events, state] of [
      [5, [], 'close_wait'],
      [4, ['fin_out_of_window'], 'established'],
    ] as const) {
      const c = new Conversation((options) => {
        options.asyncOneside = true;
      });
      c.say('c', 'S', 0, 0, { window: 1 });
      c.say('c', 'A', 1, 1, { window });
      c.say('c', 'PA', 1, 1, { data: 'hello', window: 9999 });
      c.say('c', 'A', 6, 301, { window: 9999 });
      assert.deepEqual(c.say('c', 'FA', 6, 301, { window: 9999 }), events);
      assert.equal(c.state, state);
    }
  });

  it('closes by FIN from the server, then the client', () => {
    const c = new Conversation();
    c.shake();
    c.say('s', 'FA', 1, 1);
    assert.equal(c.state, 'fin_wait1');
    c.say('c', 'A', 1, 2);
    assert.equal(c.state, 'fin_wait2');
    assert.deepEqual(c.say('c', 'FA', 1, 2), []);
    assert.equal(c.state, 'time_wait');
    assert.deepEqual(c.say('s', 'A', 2, 2), []);
    assert.equal(c.state, 'closed');
  });

  it('takes a reset in sequence and doubts one that is not', () => {
    const c = new Conversation();
    c.shake();
    c.say('s', 'R', 77, 0);
    assert.equal(c.state, 'established');
    assert.notEqual(c.p.flags & PacketFlag.streamInvalid, 0);
    c.say('s', 'R', 1, 0);
    assert.equal(c.state, 'closed');
    assert.equal(c.engine.view.connState(c.t), 'RSTR');
    assert.deepEqual(c.say('s', 'PA', 1, 1, { data: 'still here' }), []);
    assert.equal(c.state, 'closed');
  });

  it('takes a signed reset back when its sender goes on', () => {
    const c = new Conversation();
    c.shake();
    c.say('s', 'R', 1, 0, { signed: true });
    assert.equal(c.state, 'closed');
    assert.deepEqual(c.say('c', 'A', 1, 1), []);
    assert.deepEqual(c.say('s', 'PA', 1, 1, { data: 'still here' }), ['suspected_rst_inject']);
    assert.equal(c.state, 'established', 'the reset was none of the server');
    c.say('c', 'A', 1, 11);
    assert.deepEqual([c.delivered[1], c.ended], [['still here'], []]);
  });

  it('leaves a session reset of which the other side goes on', () => {
    const c = new Conversation();
    c.shake();
    c.say('s', 'R', 1, 0);
    assert.deepEqual(c.say('c', 'PA', 1, 1, { data: 'still here' }), []);
    assert.deepEqual(c.say('s', 'PA', 1, 11, { data: 'late' }), []);
    assert.equal(c.state, 'closed');
  });

  it('takes any reset once segments were missed, and with it all that its sender had said', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('c', 'A', 7, 1, { data: 'two' });
    c.say('s', 'A', 1, 10);
    c.say('c', 'A', 13, 1, { data: 'four' });
    assert.deepEqual(c.delivered[0], ['one', '[3 missing]', 'two']);
    assert.deepEqual(c.say('c', 'RA', 5000, 1), ['reassembly_seq_gap']);
    assert.equal(c.state, 'closed');
    assert.deepEqual(c.delivered[0].slice(3), ['[3 missing]', 'four']);
    assert.deepEqual(c.ended, [], 'the end is told with that of the flow');
  });

  it('counts a refused connection as REJ', () => {
    const c = new Conversation();
    c.say('c', 'S', 0, 0);
    c.say('s', 'RA', -c.isn[1], 1);
    assert.equal(c.state, 'closed');
    assert.equal(c.engine.view.connState(c.t), 'REJ');
    assert.equal(c.engine.view.history(c.t), 'Sr');
  });

  it('leaves packets without a beginning alone', () => {
    const c = new Conversation();
    assert.deepEqual(c.say('c', 'R', 0, 0), ['rst_but_no_session']);
    assert.deepEqual(c.say('c', 'FA', 0, 1), ['fin_but_no_session']);
    assert.deepEqual(c.say('c', 'PA', 0, 1, { data: 'x' }), []);
    assert.equal(c.t, -1);
  });

  it('picks up midstream when told to', () => {
    const c = new Conversation((o) => (o.midstream = true));
    c.say('c', 'PA', 500, 700, { data: 'request' });
    assert.equal(c.state, 'established');
    assert.equal(c.engine.view.isMidstream(c.t), true);
    c.say('s', 'A', 700, 507);
    c.engine.triggerRaw(c.t, 0);
    c.say('c', 'A', 507, 700);
    assert.deepEqual(c.inspected[0], ['request']);
    assert.equal(c.engine.view.connState(c.t), 'OTH');
  });

  it('stops nothing inline that fills a hole from before it was picked up', () => {
    const c = new Conversation((o) => {
      o.midstream = true;
      o.inline = true;
    });
    c.say('s', 'A', 5000, 40, { data: 'behind a hole' });
    c.say('c', 'A', 40, 3000);
    assert.deepEqual(c.say('s', 'A', 3000, 40, { data: 'x'.repeat(1000) }), ['pkt_spurious_retransmission']);
    assert.equal(c.p.action & Action.drop, 0);
    c.say('c', 'A', 40, 4000);
    c.say('s', 'A', 4000, 40, { data: 'x'.repeat(1000) });
    assert.equal(c.p.action & Action.drop, 0);
    c.say('c', 'A', 40, 5013);
    // now that it is acknowledged, it is what it would be in any session: a repetition, as long as it brings no news
    assert.deepEqual(c.say('s', 'A', 3000, 40, { data: 'x'.repeat(1000) }), ['pkt_spurious_retransmission']);
    assert.equal(c.p.action & Action.drop, 0);
    assert.deepEqual(c.say('s', 'A', 3000, 40), ['est_pkt_before_last_ack']);
    assert.equal(c.p.action & Action.drop, 0);
  });

  it('turns the flow around when it begins with a SYN/ACK', () => {
    const c = new Conversation((o) => (o.midstream = true));
    c.isn = [1000, 1000];
    c.say('c', 'SA', 0, 1);
    assert.notEqual(c.p.flags & PacketFlag.toClient, 0);
    c.say('s', 'A', 1, 1);
    assert.equal(c.state, 'established');
    assert.equal(c.engine.view.history(c.t).startsWith('^h'), true);
  });

  it('follows a split handshake', () => {
    const c = new Conversation();
    c.say('c', 'S', 0, 0);
    assert.deepEqual(c.say('s', 'S', 0, 0), []);
    assert.deepEqual(c.say('c', 'SA', 0, 1), []);
    assert.deepEqual(c.say('s', 'A', 1, 1), []);
    assert.equal(c.state, 'established');
  });

  it('takes data on a SYN with a fast-open cookie', () => {
    const c = new Conversation();
    c.say('c', 'S', 0, 0, { fastOpen: 8, data: 'GET /' });
    c.say('s', 'SA', 0, 6);
    c.say('c', 'A', 6, 1);
    assert.equal(c.state, 'established');
    c.engine.triggerRaw(c.t, 0);
    c.say('c', 'A', 6, 1);
    assert.deepEqual(c.inspected[0], ['GET /']);
  });

  it('says when the server ignored the data on the SYN', () => {
    const c = new Conversation();
    c.say('c', 'S', 0, 0, { fastOpen: 8, data: 'GET /' });
    assert.deepEqual(c.say('s', 'SA', 0, 1), ['3whs_synack_tfo_data_ignored']);
    c.say('c', 'A', 1, 1);
    c.say('c', 'PA', 1, 1, { data: 'GET /' });
    c.say('s', 'A', 1, 6);
    c.end();
    assert.deepEqual(c.inspected[0], ['GET /']);
  });

  const STRAY: [string, 'c' | 's', string, number, number, string[]][] = [
    ['an acknowledgement of nothing sent', 'c', 'A', 1, 900000, ['pkt_invalid_ack', 'est_invalid_ack']],
    ['a SYN of the same number', 'c', 'S', 0, 0, ['est_syn_resend_diff_seq']],
    ['a SYN of another number', 'c', 'S', 55, 0, ['est_syn_resend_diff_seq']],
    ['a SYN from the server', 's', 'S', 0, 0, ['est_syn_toclient']],
    ['a SYN/ACK of another number', 's', 'SA', 9, 1, ['est_synack_resend_with_diff_seq']],
    ['a SYN/ACK of another acknowledgement', 's', 'SA', 0, 7, ['est_synack_resend_with_diff_ack']],
    ['a SYN/ACK from the client', 'c', 'SA', 0, 1, ['est_synack_toserver']],
    ['data beyond the window', 'c', 'A', 70000, 1, ['est_packet_out_of_window']],
  ];
  for (const [name, from, flags, seq, ack, expected] of STRAY) {
    it(`refuses ${name} on an open connection`, () => {
      const c = new Conversation();
      c.shake();
      assert.deepEqual(c.say(from, flags, seq, ack), expected);
      assert.notEqual(c.p.flags & PacketFlag.streamInvalid, 0);
      assert.equal(c.state, 'established');
    });
  }

  it('refuses old timestamps', () => {
    const c = new Conversation();
    c.say('c', 'S', 0, 0, { ts: 100 });
    c.say('s', 'SA', 0, 1, { ts: 900 });
    c.say('c', 'A', 1, 1, { ts: 101 });
    assert.deepEqual(c.say('c', 'PA', 1, 1, { ts: 50, data: 'x' }), ['pkt_invalid_timestamp']);
  });

  it('knows keep-alives and retransmissions', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'PA', 1, 1, { data: 'abc' });
    assert.deepEqual(c.say('c', 'PA', 1, 1, { data: 'abc' }), []);
    assert.notEqual(c.p.flags & PacketFlag.tcpRetransmission, 0);
    c.say('s', 'A', 1, 4);
    assert.deepEqual(c.say('c', 'PA', 1, 1, { data: 'abc' }), ['pkt_spurious_retransmission']);
    assert.deepEqual(c.say('c', 'A', 3, 1), []);
    assert.deepEqual(c.say('s', 'A', 1, 4), []);
    assert.equal(c.engine.view.retransmits(c.t, 'toServer'), 2);
    assert.equal(c.engine.view.history(c.t).includes('T'), true);
  });

  it('takes a byte in the place of a keep-alive for data where it was never seen', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'PA', 1, 1, { data: 'ab' });
    c.say('s', 'A', 1, 3);
    c.say('c', 'A', 4, 1);
    assert.deepEqual(c.say('c', 'PA', 3, 1, { data: 'c' }), []);
    assert.equal(c.p.flags & PacketFlag.tcpRetransmission, 0);
    c.say('s', 'A', 1, 4);
    assert.deepEqual(c.say('c', 'PA', 3, 1, { data: 'c' }), []);
    assert.notEqual(c.p.flags & PacketFlag.tcpRetransmission, 0, 'by now it is a keep-alive');
    c.say('c', 'FA', 4, 1);
    c.say('s', 'FA', 1, 5);
    c.say('c', 'A', 5, 2);
    assert.equal(c.inspected[0].join(''), 'abc');
    assert.equal(c.engine.view.missedBytes(c.t, 'toServer'), 0);
  });

  it('passes over acknowledgements that were overtaken, unless their SACK is of what was acknowledged since', () => {
    for (const [sack, raised] of [
      [[], []],
      [[[200, 300]], []],
      [[[20, 40]], ['pkt_invalid_timestamp']],
      [
        [
          [200, 300],
          [20, 40],
        ],
        ['pkt_invalid_timestamp'],
      ],
    ] as const) {
      const c = new Conversation();
      c.say('c', 'S', 0, 0, { ts: 100 });
      c.say('s', 'SA', 0, 1, { ts: 100, echo: 100 });
      c.say('c', 'A', 1, 1, { ts: 100, echo: 100 });
      c.say('s', 'PA', 1, 1, { data: 'x'.repeat(400), ts: 110, echo: 100 });
      assert.deepEqual(c.say('c', 'A', 1, 101, { ts: 110, echo: 110 }), []);
      assert.deepEqual(c.say('c', 'A', 1, 11, { ts: 105, echo: 105, sack }), raised);
    }
  });

  it('follows what a server sends after the client has closed its side, further than the window in the FIN', () => {
    const c = new Conversation((o) => (o.inline = true));
    c.shake();
    assert.deepEqual(c.say('c', 'FA', 1, 1, { window: 3000 }), []);
    assert.deepEqual(c.say('s', 'A', 1, 2), []);
    for (let at = 1; at < 10_000; at += 1000) {
      assert.deepEqual(c.say('s', 'PA', at, 2, { data: 'x'.repeat(1000) }), []);
      assert.deepEqual(c.say('c', 'A', 2, at + 1000, { window: 3000 }), []);
    }
    assert.deepEqual(c.say('s', 'FA', 10_001, 2), []);
    assert.deepEqual(c.say('c', 'A', 2, 10_002), []);
    assert.equal(c.state, 'closed');
  });

  it('lets a bare SYN within a session through, inline, and the reset that its answer leads to ends the session', () => {
    for (const isHalfClosed of [false, true]) {
      const c = new Conversation((o) => (o.inline = true));
      c.shake();
      c.say('c', 'PA', 1, 1, { data: 'abc' });
      c.say('s', 'A', 1, 4);
      if (isHalfClosed) c.say('c', 'FA', 4, 1);
      const raised = [isHalfClosed ? 'shutdown_syn_resend' : 'est_syn_resend_diff_seq'];
      assert.deepEqual(c.say('c', 'S', 99_000, 0, { data: 'early' }), raised);
      assert.notEqual(c.p.action & Action.drop, 0, 'nobody looks at its data');
      assert.deepEqual(c.say('c', 'S', 99_000, 0), raised);
      assert.equal(c.p.action & Action.drop, 0);
      assert.deepEqual(c.say('s', 'A', 1, 4), []);
      assert.deepEqual(c.say('c', 'R', 4, 0), []);
      assert.equal(c.state, 'closed');
    }
  });

  it('ends a session, inline, whose server answers a SYN of another', () => {
    const c = new Conversation((o) => (o.inline = true));
    const isDropped = (): boolean => (c.p.action & Action.drop) !== 0;
    c.shake();
    // of what its server misses nobody here knows: whether it believes the reset is for it to say
    c.say('c', 'R', 500, 0);
    assert.deepEqual([c.state, isDropped()], ['established', false]);
    c.say('c', 'S', 99_000, 0);
    assert.deepEqual(c.say('s', 'SA', 70_000, 88), ['est_synack_resend_with_diff_ack']);
    assert.deepEqual([c.state, isDropped()], ['established', true]);
    assert.deepEqual(c.say('s', 'SA', 70_000, 99_001), ['est_synack_resend_with_diff_ack']);
    assert.deepEqual([c.state, isDropped()], ['closed', true]);
    // not before the next session has begun: with a repeated SYN
    c.say('s', 'SA', 70_000, 99_001);
    assert.equal(isDropped(), true);
    c.p.tcpFlags = 2;
    c.p.tcpSeq = (c.isn[0] + 99_000) | 0;
    assert.equal(c.engine.isReuse(c.p, c.f), true);
  });

  it('lets what a server says of the connection before through, inline, to the client that begins another', () => {
    const c = new Conversation((o) => (o.inline = true));
    c.say('c', 'S', 0, 0, { ts: 100 });
    assert.deepEqual(c.say('s', 'A', 5000, 40, { ts: 90, echo: 50 }), ['pkt_invalid_timestamp']);
    assert.equal(c.p.action & Action.drop, 0);
    assert.deepEqual(c.say('s', 'PA', 5000, 40, { ts: 90, echo: 50, data: 'late' }), ['pkt_invalid_timestamp']);
    assert.notEqual(c.p.action & Action.drop, 0);
    assert.deepEqual(c.say('s', 'S', 5000, 0, { ts: 90, echo: 50 }), ['pkt_invalid_timestamp']);
    assert.notEqual(c.p.action & Action.drop, 0);
    c.say('c', 'R', 40, 0);
    assert.deepEqual(c.say('s', 'SA', 0, 1, { ts: 100, echo: 100 }), []);
    assert.equal(c.state, 'syn_recv');
  });

  it('takes the window that opens again after probes of a closed one', () => {
    for (const probe of ['', 'y']) {
      const c = new Conversation();
      c.shake();
      c.say('s', 'PA', 1, 1, { data: 'abc' });
      assert.deepEqual(c.say('c', 'A', 1, 4, { window: 0 }), []);
      // Linux probes with the byte before, others with the next (RFC 9293, 3.8.6.1)
      for (let i = 0; i < 2; i++) assert.deepEqual(c.say('s', 'A', probe === '' ? 3 : 4, 1, { data: probe }), []);
      assert.deepEqual(c.say('c', 'A', 1, 4, { window: 0 }), []);
      assert.deepEqual(c.say('s', 'A', probe === '' ? 3 : 4, 1, { data: probe }), []);
      assert.deepEqual(c.say('c', 'A', 1, 4, { window: 65_000 }), []);
      assert.deepEqual(c.say('s', 'PA', 4, 1, { data: 'y'.repeat(60_000) }), []);
      assert.deepEqual(c.say('s', 'FA', 60_004, 1), []);
    }
  });

  it('does not use packets with a wrong checksum', () => {
    const c = new Conversation();
    c.p.reset(c.data, 0, 0, 0);
    c.p.flags |= PacketFlag.badChecksum | PacketFlag.toServer;
    c.p.tcpFlags = 2;
    c.engine.packet(c.p, c.f);
    assert.equal(c.t, -1);
    assert.equal(c.counters.byName('tcp.invalid_checksum'), 1);
  });

  it('calls a SYN after the end a new connection', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'R', 1, 0);
    c.p.reset(c.data, 0, 0, 0);
    c.p.flags |= PacketFlag.toServer;
    c.p.tcpFlags = 2;
    c.p.tcpSeq = 5;
    assert.equal(c.engine.isReuse(c.p, c.f), true);
    c.p.tcpSeq = 1000;
    assert.equal(c.engine.isReuse(c.p, c.f), false);
  });

  it('looks at payload of a direction once more after rules are to look at no more of it', () => {
    const c = new Conversation();
    const isLooked = (): boolean => (c.p.flags & PacketFlag.noPayloadInspection) === 0;
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('s', 'A', 1, 4);
    c.engine.disableRaw(c.t, 0);
    c.engine.disableRaw(c.t, 1);
    c.say('s', 'A', 1, 4);
    assert.ok(isLooked());
    c.say('s', 'A', 1, 4, { data: 'two' });
    assert.ok(isLooked(), 'the first with data');
    c.say('c', 'A', 4, 4, { data: 'three' });
    assert.ok(isLooked());
    c.say('s', 'A', 4, 9, { data: 'four' });
    assert.ok(!isLooked());
    c.say('c', 'A', 9, 8, { data: 'five' });
    assert.ok(!isLooked());
    assert.deepEqual(c.inspected, [['one'], []], 'what was said by then, with the next packet of its direction');
  });

  it('counts the packets made for flows that go on, not those for flows that end', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    const counted = (source: string): number => {
      c.p.flags |= PacketFlag.pseudoStreamEnd;
      c.p.source = (PACKET_SOURCES as readonly string[]).indexOf(source);
      c.engine.packet(c.p, c.f);
      return c.counters.byName('tcp.pseudo');
    };
    assert.equal(counted('stream (flow timeout)'), 0);
    assert.equal(counted('stream (detect/log)'), 1);
  });
});
