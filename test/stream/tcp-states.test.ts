// One packet more in every state, as Suricata 8.0.8 judges it.

import assert from 'node:assert/strict';
import type { Said } from './support.ts';
import { Conversation } from './support.ts';

type Step = readonly [from: 'c' | 's', flags: string, seq: number, ack: number, said?: number | Said];

const TEXT = 'x'.repeat(26);
const SHAKE: readonly Step[] = [
  ['c', 'S', 0, 0],
  ['s', 'SA', 0, 1],
  ['c', 'A', 1, 1],
];
/** 10 bytes of the client, 20 of the server, all acknowledged. */
const OPEN: readonly Step[] = [...SHAKE, ['c', 'PA', 1, 1, 10], ['s', 'PA', 1, 11, 20], ['c', 'A', 11, 21]];
const SERVER_CLOSED: readonly Step[] = [...OPEN, ['s', 'FA', 21, 11]];
const HALF_CLOSED: readonly Step[] = [...SERVER_CLOSED, ['c', 'A', 11, 22]];
const CLIENT_CLOSED: readonly Step[] = [...OPEN, ['c', 'FA', 11, 21]];
const LAST_ACK: readonly Step[] = [...CLIENT_CLOSED, ['s', 'FA', 21, 12]];
const TIME_WAIT: readonly Step[] = [...SERVER_CLOSED, ['c', 'FA', 11, 22]];

const CASES: Readonly<
  Record<string, readonly [before: readonly Step[], packet: Step, events: string[], state: string][]>
> = {
  'syn sent': [
    [SHAKE.slice(0, 1), ['s', 'FSA', 0, 1, 3], [], 'syn_recv'],
    [SHAKE.slice(0, 1), ['c', 'FSA', 1, 0, 3], ['3whs_synack_in_wrong_direction'], 'syn_sent'],
    [SHAKE.slice(0, 1), ['s', 'RA', 0, 5, 4], ['rst_with_data', 'pkt_invalid_ack', 'rst_invalid_ack'], 'syn_sent'],
  ],
  'syn received': [
    [SHAKE.slice(0, 2), ['c', 'FA', 0, 1], ['fin_out_of_window'], 'syn_recv'],
    [SHAKE.slice(0, 2), ['c', 'FA', 1, -200000], ['pkt_invalid_ack', 'fin_invalid_ack'], 'syn_recv'],
    [SHAKE.slice(0, 2), ['s', 'A', 1, 70001], [], 'established'],
    [SHAKE.slice(0, 2), ['c', 'PA', 0, 1, 1], [], 'syn_recv'],
    [SHAKE.slice(0, 2), ['c', 'PA', -49, 1, 10], ['pkt_spurious_retransmission'], 'syn_recv'],
  ],
  established: [
    // what is done with says nothing any more, whatever its flags
    [SHAKE, ['c', 'PA', -200, 70000, 10], ['pkt_spurious_retransmission'], 'established'],
    [SHAKE, ['c', 'RA', -200, 1, 10], ['pkt_spurious_retransmission'], 'established'],
    [SHAKE, ['c', 'S', -200, 0, 10], ['pkt_spurious_retransmission'], 'established'],
    // an acknowledgement that was overtaken
    [OPEN, ['c', 'A', 11, -200000], [], 'established'],
    [OPEN, ['c', 'PA', 11, -200000, 5], ['pkt_invalid_ack', 'est_invalid_ack'], 'established'],
    [OPEN, ['c', 'A', 12, -200000], ['pkt_invalid_ack', 'est_invalid_ack'], 'established'],
    // a FIN may begin in data that was not acknowledged
    [[...SHAKE, ['c', 'PA', 1, 1, 10]], ['c', 'FPA', 10, 1, 5], [], 'close_wait'],
    [OPEN, ['c', 'FA', 10, 21], ['fin_out_of_window'], 'established'],
    [OPEN, ['c', 'FA', 70000, 70000], ['pkt_invalid_ack', 'fin_invalid_ack'], 'established'],
    // with a SYN
    [OPEN, ['c', 'FS', 11, 0], ['fin_syn'], 'established'],
    [OPEN, ['s', 'FS', 21, 0], [], 'fin_wait1'],
    // resets
    [OPEN, ['c', 'RA', 11, 0, 4], ['rst_with_data'], 'closed'],
    [OPEN, ['c', 'RA', 11, 70000, 4], ['rst_with_data', 'pkt_invalid_ack', 'rst_invalid_ack'], 'established'],
    // a repeated SYN/ACK before and behind a word of the server
    [SHAKE, ['s', 'SA', 0, 1], [], 'established'],
    [[...SHAKE, ['s', 'A', 1, 1]], ['s', 'SA', 0, 1], ['est_synack_resend'], 'established'],
    // a probe of a closed window
    [[SHAKE[0]!, ['s', 'SA', 0, 1, { window: 0 }], SHAKE[2]!], ['c', 'PA', 1, 1, 1], [], 'established'],
    [
      [SHAKE[0]!, ['s', 'SA', 0, 1, { window: 0 }], SHAKE[2]!],
      ['c', 'PA', 1, 1, 2],
      ['est_packet_out_of_window'],
      'established',
    ],
    // windows count only as scaled by both
    [
      [SHAKE[0]!, ['s', 'SA', 0, 1, { scale: 7 }], SHAKE[2]!, ['s', 'A', 1, 1]],
      ['c', 'PA', 70000, 1, 5],
      ['est_packet_out_of_window'],
      'established',
    ],
  ],
  'half open': [
    // the client's acknowledgement came by before the SYN/ACK, with data that the server knows
    [SHAKE.slice(0, 2), ['s', 'A', 42, 20], [], 'established'],
    [SHAKE.slice(0, 2), ['s', 'PA', 42, 20, 5], [], 'established'],
    [SHAKE.slice(0, 2), ['s', 'A', 42, 1], ['3whs_wrong_seq_wrong_ack'], 'syn_recv'],
  ],
  'closed by the server': [
    [SERVER_CLOSED, ['s', 'FA', 22, 11], [], 'time_wait'],
    [SERVER_CLOSED, ['s', 'FA', 21, 11], [], 'fin_wait1'],
    [SERVER_CLOSED, ['c', 'F', 11, 0], [], 'closing'],
    [SERVER_CLOSED, ['c', 'FA', 11, 22], [], 'time_wait'],
    [SERVER_CLOSED, ['c', 'FS', 11, 0], [], 'closing'],
    [SERVER_CLOSED, ['c', 'FPA', 6, 22, 5], ['pkt_spurious_retransmission', 'pkt_retransmission'], 'fin_wait1'],
    [SERVER_CLOSED, ['c', 'A', 11, 23], [], 'fin_wait1'],
    [SERVER_CLOSED, ['c', 'A', 70000, 70000], ['pkt_invalid_ack', 'fin1_invalid_ack'], 'fin_wait1'],
    [[...SERVER_CLOSED, ['c', 'F', 11, 0]], ['c', 'A', 11, 22], [], 'time_wait'],
    [[...SERVER_CLOSED, ['c', 'F', 11, 0]], ['c', 'A', 12, 22], ['closing_ack_wrong_seq'], 'closing'],
    [HALF_CLOSED, ['c', 'FPA', 10, 22, 5], [], 'fin_wait2'],
    [HALF_CLOSED, ['c', 'F', 10, 0], ['fin2_fin_wrong_seq'], 'fin_wait2'],
    [HALF_CLOSED, ['s', 'FA', 22, 11], [], 'time_wait'],
    // overtaken by the FIN that acknowledges it
    [[...SHAKE, ['c', 'PA', 1, 1, 10], ['s', 'FA', 1, 12]], ['c', 'FA', 11, 1], [], 'time_wait'],
    [[...SHAKE, ['s', 'FA', 1, 2], ['c', 'FA', 1, 1]], ['c', 'A', 2, 2], [], 'closed'],
    [[...HALF_CLOSED, ['s', 'A', 22, 12]], ['c', 'FA', 11, 22], [], 'time_wait'],
  ],
  'closed by the client': [
    [CLIENT_CLOSED, ['s', 'FPA', 16, 12, 5], ['pkt_spurious_retransmission', 'pkt_retransmission'], 'close_wait'],
    [CLIENT_CLOSED, ['s', 'FA', 20, 12], ['closewait_fin_out_of_window'], 'close_wait'],
    [CLIENT_CLOSED, ['s', 'FSA', 21, 12, 3], [], 'last_ack'],
    [CLIENT_CLOSED, ['c', 'SA', 12, 21], ['shutdown_syn_resend'], 'close_wait'],
    // data in its place may be longer than the window
    [[...CLIENT_CLOSED, ['c', 'A', 12, 21, { window: 2 }]], ['s', 'PA', 21, 12, 20], [], 'close_wait'],
  ],
  'closed by both': [
    [LAST_ACK, ['c', 'A', 12, 21], [], 'closed'],
    [LAST_ACK, ['c', 'FA', 12, 70000], [], 'last_ack'],
    [LAST_ACK, ['s', 'PA', 22, 70000, 5], [], 'last_ack'],
    [TIME_WAIT, ['c', 'FPA', 7, 22, 5], [], 'time_wait'],
    [TIME_WAIT, ['s', 'FA', 22, 70000], [], 'time_wait'],
  ],
};

function say(c: Conversation, [from, flags, seq, ack, said]: Step): string[] {
  return c.say(from, flags, seq, ack, typeof said === 'number' ? { data: TEXT.slice(0, said) } : (said ?? {}));
}

describe('one packet more', () => {
  for (const [name, cases] of Object.entries(CASES)) {
    for (const [before, packet, events, state] of cases) {
      it(`in a session that is ${name}: ${packet[0]} ${packet[1]} ${String(packet[2])} ${String(packet[3])}`, () => {
        const c = new Conversation();
        for (const step of before) say(c, step);
        assert.deepEqual([say(c, packet).sort(), c.state], [[...events].sort(), state]);
      });
    }
  }

  it('counts data of a client that closed as repeated when it was seen, behind the FIN of the server not', () => {
    const c = new Conversation();
    for (const step of CLIENT_CLOSED) say(c, step);
    say(c, ['s', 'PA', 21, 12, 20]);
    assert.deepEqual(say(c, ['s', 'PA', 26, 12, 5]), ['pkt_retransmission']);
    const other = new Conversation();
    for (const step of HALF_CLOSED) say(other, step);
    say(other, ['c', 'PA', 12, 22, 5]);
    assert.deepEqual(say(other, ['c', 'PA', 11, 22, 6]), []);
  });

  it('judges acknowledgements by the window that their sender told of', () => {
    for (const [window, ack, isValid] of [
      [100, -99, true],
      [100, -100, false],
      [0, -200000, true],
    ] as const) {
      const c = new Conversation();
      c.say('c', 'S', 0, 0, { window });
      c.say('s', 'SA', 0, 1);
      c.say('c', 'A', 1, 1, { window });
      const events = c.say('c', 'PA', 1, ack, { data: 'hello', window });
      assert.deepEqual(events, isValid ? [] : ['pkt_invalid_ack', 'est_invalid_ack']);
    }
  });

  it('remembers timestamps of what begins where all before was acknowledged, and was taken', () => {
    const late = 9_000_000;
    const begin = (): Conversation => {
      const c = new Conversation();
      c.say('c', 'S', 0, 0, { ts: 1000 });
      c.say('s', 'SA', 0, 1, { ts: 5000, echo: 1000 });
      c.say('c', 'A', 1, 1, { ts: 1001, echo: 5000 });
      return c;
    };
    const next = { data: 'hello', ts: 1002 };
    let c = begin();
    c.say('c', 'PA', 1, 1, { data: 'hello', ts: late });
    assert.deepEqual(c.say('c', 'PA', 6, 1, next), ['pkt_invalid_timestamp']);
    c = begin();
    c.say('c', 'PA', 1, 1, { data: 'hello', ts: 1001 });
    c.say('c', 'PA', 6, 1, { data: 'world', ts: late });
    assert.deepEqual(c.say('c', 'PA', 11, 1, next), []);
    c = begin();
    c.say('c', 'PA', 1, 70000, { data: 'hello', ts: late });
    assert.deepEqual(c.say('c', 'PA', 1, 1, next), []);
  });
});
