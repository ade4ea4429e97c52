import assert from 'node:assert/strict';
import { session } from '../engine/sessions.ts';
import { ofType, runEngine } from '../engine/support.ts';
import type { EveEvent } from '../engine/support.ts';

interface StreamEvent extends EveEvent {
  readonly stream_tcp: {
    readonly packet: Readonly<Record<string, unknown>> & { readonly flags: readonly string[] };
    readonly session: {
      readonly state: string;
      readonly pstate?: string;
      readonly flags: { readonly flags: readonly string[] };
      readonly client: Readonly<Record<string, unknown>>;
      readonly server: Readonly<Record<string, unknown>>;
    };
    readonly events?: readonly string[];
  };
}

function streamEvents(
  wanted: Readonly<Record<string, string>>,
  frames = session({ client: 'hello' }),
  rules: readonly string[] = [],
): StreamEvent[] {
  const path = 'outputs.0.eve-log.types.4.stream';
  const settings = Object.fromEntries(Object.entries(wanted).map(([key, value]) => [`${path}.${key}`, value]));
  return ofType(runEngine({ frames, settings, rules }), 'stream_tcp') as StreamEvent[];
}

describe('EVE stream_tcp', () => {
  it('tells of each packet what became of its session', () => {
    const events = streamEvents({ all: 'yes' }).filter(({ pkt_src }) => pkt_src === 'wire/pcap');
    assert.deepEqual(
      events.map(({ stream_tcp: { session } }) => [session.state, session.pstate]),
      [
        ['syn_sent', 'none'],
        ['syn_recv', 'syn_sent'],
        ['established', 'syn_recv'],
        ['established', undefined],
        ['established', undefined],
        ['established', undefined],
      ],
    );
    const { packet, session: after } = events[3]!.stream_tcp;
    assert.deepEqual([packet['tcpseq'], packet['len'], packet['psh'], packet['syn']], [2, 45, true, false]);
    assert.deepEqual([after.client['isn'], after.client['next_seq'], after.client['segs_right_edge']], [1, 7, 7]);
    assert.equal(events[3]!.direction, 'to_server');
  });

  it('has flags for what both sides agreed on and what was found out', () => {
    const frames = session(
      { client: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' },
      { server: 'HTTP/1.1 204 No Content\r\n\r\n' },
    );
    const events = streamEvents({ all: 'yes' }, frames).filter(({ pkt_src }) => pkt_src === 'wire/pcap');
    assert.deepEqual(
      events.map(({ stream_tcp: { session: after } }) => after.flags.flags),
      [[], [], [], [], ['3whs_confirmed'], ['3whs_confirmed'], ['3whs_confirmed']],
    );
    const isDetected = (end: Readonly<Record<string, unknown>>): boolean =>
      (end['flags'] as readonly string[]).includes('appproto_detection_completed');
    assert.deepEqual(
      events.slice(3).map(({ stream_tcp: { session: after } }) => [isDetected(after.client), isDetected(after.server)]),
      [
        [false, false],
        [true, false],
        [true, true],
        [true, true],
      ],
    );
  });

  it('is told of the packets asked for', () => {
    const flags = (events: readonly StreamEvent[]): string[] =>
      events.map(({ stream_tcp }) => stream_tcp.packet.flags.join());
    assert.deepEqual(flags(streamEvents({ 'state-update': 'yes' })), ['state_update', 'state_update', 'state_update']);
    const frames = session({ client: 'hello' });
    frames.push(frames[3]!);
    const [again] = streamEvents({ 'event-set': 'yes' }, frames);
    assert.deepEqual(again!.stream_tcp.events, ['stream.pkt_spurious_retransmission']);
    assert.equal(streamEvents({ 'spurious-retransmission': 'yes' }, frames).length, 1);
    assert.deepEqual(streamEvents({ 'event-set': 'yes' }), []);
    assert.deepEqual(streamEvents({ enabled: 'yes' }), []);
  });

  it('tells of rules as they are behind the packet', () => {
    const frames = session(
      { client: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' },
      { server: 'HTTP/1.1 204 No Content\r\n\r\n' },
    );
    const flags = (rules: readonly string[]): string[] =>
      streamEvents({ all: 'yes' }, frames, rules)
        .filter(({ pkt_src }) => pkt_src === 'wire/pcap')
        .map(({ stream_tcp: { session: after } }) => (after.client['flags'] as string[]).join());
    const looks = flags(['alert tcp any any -> any any (content:"absent"; sid:1;)']);
    assert.ok(looks[4]!.includes('trigger_raw'), 'a request is through');
    assert.ok(!looks[5]!.includes('trigger_raw'), 'looked at with this packet');
    assert.ok(flags([]).every((text) => text.endsWith('disable_raw')));
    assert.ok(looks.every((text) => !text.includes('disable_raw')));
  });

  it('marks the packet that begins a session in the place of another', () => {
    const FLAGS = 14 + 20 + 13;
    const changed = (frame: Uint8Array, at: number, value: number): (typeof frames)[number] => {
      const copy = Uint8Array.from(frame);
      copy[at] = value;
      return copy;
    };
    const frames = session({ client: 'hello' });
    const RST_ACK = 20;
    const reset = changed(frames.at(-2)!, FLAGS, RST_ACK);
    const again = changed(frames[0]!, 14 + 20 + 4, 7);
    const events = streamEvents({ all: 'yes' }, [...frames, reset, again]);
    assert.deepEqual(events.at(-1)!.stream_tcp.packet.flags, ['state_update', 'tcp_session_reuse']);
    assert.equal(events.flatMap(({ stream_tcp }) => stream_tcp.packet.flags).filter((f) => /reuse/.test(f)).length, 1);
  });
});
