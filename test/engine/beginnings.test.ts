import assert from 'node:assert/strict';
import type { Bytes } from '../support/packets.ts';
import {
  CLIENT,
  CLIENT6,
  SERVER,
  SERVER6,
  ascii,
  bytes,
  concat,
  ethernet,
  frame4,
  hex,
  icmp4,
  icmp6,
  ipv4,
  ipv6,
  tcp4,
  udp,
  udp4,
  udp6,
  vlan,
} from '../support/packets.ts';
import { ACK, HANDSHAKE, SYN, SYN_ACK, acknowledged, request, response } from './sessions.ts';
import { counterOf, ofType, runEngine } from './support.ts';
import type { EveEvent } from './support.ts';

const GET = 'GET /one HTTP/1.1\r\nHost: a\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const ESP = 50;

type FlowEvent = EveEvent & {
  readonly src_port?: number;
  readonly app_proto?: string;
  readonly spi?: number;
  readonly vlan?: readonly number[];
  readonly tayra?: { readonly history?: string };
};

const flowsOf = (events: readonly EveEvent[]): FlowEvent[] => ofType(events, 'flow');

/** Number of the packet, or where else it came from, of each alert of a rule. */
function alertsOf(events: readonly EveEvent[], sid: number): unknown[] {
  const alerts = ofType(events, 'alert').filter(({ alert }) => alert?.signature_id === sid);
  return alerts.map(({ pcap_cnt: number, pkt_src: source }) => number ?? source);
}

describe('where flows begin and end', () => {
  const established = ['alert tcp any any -> any any (msg:"m"; flow:established; sid:1;)'];

  it('a bare acknowledgement that ends the handshake is not one of an established flow', () => {
    const frames = [...HANDSHAKE, request(GET), acknowledged(GET.length)];
    assert.deepEqual(alertsOf(runEngine({ rules: established, frames }), 1), [4, 5]);
  });

  it('data that comes with it is', () => {
    const frames = [SYN, SYN_ACK, request(GET), acknowledged(GET.length)];
    assert.deepEqual(alertsOf(runEngine({ rules: established, frames }), 1), [3, 4]);
  });

  it('the first packet of a session that is picked up is not', () => {
    const frames = [request('x'), acknowledged(1), request('y', 1)];
    const events = runEngine({ rules: established, frames, settings: { 'stream.midstream': 'true' } });
    assert.deepEqual(alertsOf(events, 1), [2, 3]);
  });

  it('at the end of a flow only rules on the stream and on the protocol are looked at', () => {
    const rules = [
      ...established,
      'alert tcp any any -> any any (msg:"m"; content:"hello"; sid:2;)',
      'alert http any any -> any any (msg:"m"; flow:to_client; sid:3;)',
      'alert http any any -> any any (msg:"m"; ttl:>0; flow:to_client; sid:4;)',
    ];
    const frames = [...HANDSHAKE, request(GET), response(OK, 0, GET.length)];
    const events = runEngine({ rules, frames });
    const atEnd = (sid: number): boolean => alertsOf(events, sid).includes('stream (flow timeout)');
    assert.deepEqual([1, 2, 3, 4].map(atEnd), [false, true, true, false]);
  });

  it('a session picked up with a packet of its server is turned around', () => {
    const frames = [response(OK, 0, 0), request('', 0, OK.length), request(GET, 0, OK.length)];
    const [flow] = flowsOf(runEngine({ frames, settings: { 'stream.midstream': 'true' } }));
    assert.equal(flow?.app_proto, 'http');
    assert.equal(flow.src_port, 1000);
    assert.deepEqual([flow.flow?.pkts_toserver, flow.flow?.pkts_toclient], [2, 1]);
  });

  it('without midstream pickup it is left as it came', () => {
    const [flow] = flowsOf(runEngine({ frames: [response(OK), request('', 0, OK.length)] }));
    assert.equal(flow?.app_proto, undefined);
    assert.equal(flow?.src_port, 80);
  });

  const stray = (flags: number): Bytes => tcp4({ sp: 1000, dp: 80, seq: 5, ack: 9, flags });
  const FIN_ACK = 0x11;
  const RST = 0x04;
  const STRAY_ACK = 0x10;

  it('a SYN among packets of no session begins a flow of its own', () => {
    for (const before of [SYN_ACK, stray(STRAY_ACK), stray(FIN_ACK), stray(RST)]) {
      const flows = flowsOf(runEngine({ frames: [before, ...HANDSHAKE] }));
      assert.deepEqual(
        flows.map(({ flow }) => [flow?.reason, flow?.state]),
        [
          ['tcp_reuse', 'new'],
          ['shutdown', 'established'],
        ],
      );
    }
  });

  it('neither a RST nor a FIN without data picks up a session; inline both are dropped', () => {
    const settings = { 'stream.midstream': 'true', 'stream.async-oneside': 'true' };
    for (const flags of [FIN_ACK, RST]) {
      const events = runEngine({ isInline: true, settings, frames: [stray(flags)] });
      assert.equal(ofType(events, 'drop')[0]?.drop?.reason, 'stream error');
      assert.equal(flowsOf(events)[0]?.flow?.state, 'new');
    }
  });

  it('inline, SYNs beyond those that are remembered go on', () => {
    const again = Array.from({ length: 14 }, (_, i) => tcp4({ sp: 1000, dp: 80, seq: 1 + i * 100, flags: 0x02 }));
    const events = runEngine({
      isInline: true,
      settings: {},
      types: ['anomaly:\n            types:\n              stream: yes'],
      frames: again,
    });
    assert.deepEqual([ofType(events, 'anomaly').length > 0, ofType(events, 'drop').length], [true, 0]);
  });

  it('inline, a server does not go on before its client has confirmed; passive, that may have been missed', () => {
    const frames = [SYN, SYN_ACK, response('early')];
    const dropped = (isInline: boolean): unknown[] =>
      ofType(runEngine({ isInline, frames }), 'drop').map(({ pcap_cnt: number, drop }) => [number, drop!.reason]);
    assert.deepEqual([dropped(true), dropped(false)], [[[3, 'stream error']], []]);
  });

  it('a FIN with data picks up a session that is about to end', () => {
    const last = tcp4({ sp: 1000, dp: 80, seq: 5, ack: 9, flags: FIN_ACK }, ascii(GET));
    const [flow] = flowsOf(runEngine({ settings: { 'stream.midstream': 'true' }, frames: [last] }));
    assert.deepEqual([flow?.flow?.state, flow?.app_proto], ['established', 'http']);
  });

  it('of one-sided sessions only a SYN/ACK is one that is picked up', () => {
    const sessions = (frame: Bytes): unknown =>
      counterOf(runEngine({ settings: { 'stream.async-oneside': 'true' }, frames: [frame] }), 'tcp.sessions');
    assert.deepEqual([SYN_ACK, stray(STRAY_ACK)].map(sessions), [1, 0]);
  });

  it('a packet that an exception policy drops picks up no session', () => {
    const settings = { 'stream.async-oneside': 'true' };
    const events = runEngine({ isInline: true, settings, frames: [SYN_ACK] });
    assert.equal(ofType(events, 'drop')[0]?.drop?.reason, 'stream midstream');
    assert.equal(counterOf(events, 'tcp.sessions'), 0);
  });

  const question = udp4({ sp: 1000, dp: 9999 }, ascii('question'));
  const answer = udp4({ sp: 9999, dp: 1000 }, ascii('answer'), { src: SERVER, dst: CLIENT });
  const quoted = ipv4({ protocol: 17 }, udp({ sp: 1000, dp: 9999 }, ascii('question')));
  const unreachable = icmp4(3, 3, concat(bytes(0, 0, 0, 0), quoted), { src: SERVER, dst: CLIENT });

  it('an ICMP error counts for the flow that it reports on, and answers nothing', () => {
    const rules = ['established', 'not_established'].map(
      (word, i) => `alert ip any any -> any any (msg:"m"; flow:${word}; sid:${String(i + 1)};)`,
    );
    const reported = runEngine({ rules, frames: [question, unreachable, question] });
    const [flow] = flowsOf(reported);
    assert.deepEqual([flow?.flow?.state, flow?.flow?.pkts_toclient], ['new', 1]);
    assert.deepEqual(alertsOf(reported, 2), [1, 2, 3]);
    const answered = runEngine({ rules, frames: [question, unreachable, answer, question] });
    assert.equal(flowsOf(answered)[0]?.flow?.state, 'established');
    assert.deepEqual(alertsOf(answered, 1), [3, 4]);
  });

  it('an error of ICMPv6 is a flow of its own', () => {
    const quoted6 = ipv6({ nextHeader: 17 }, udp({ sp: 1000, dp: 9999 }, ascii('question')));
    const unreachable6 = icmp6(1, 4, concat(bytes(0, 0, 0, 0), quoted6), { src: SERVER6, dst: CLIENT6 });
    const flows = flowsOf(runEngine({ frames: [udp6({ sp: 1000, dp: 9999 }, ascii('question')), unreachable6] }));
    assert.deepEqual(
      flows.map(({ flow }) => [flow?.pkts_toserver, flow?.pkts_toclient]),
      [
        [1, 0],
        [1, 0],
      ],
    );
  });

  it('other protocols have none, and what rules say of flows does not hold for them', () => {
    const IGMP = 2;
    const PIM = 103;
    const words = ['established', 'not_established', 'stateless', 'no_frag'];
    const rules = words.map((word, i) => `alert ip any any -> any any (msg:"m"; flow:${word}; sid:${String(i)};)`);
    const frames = [frame4(IGMP, hex('16 00 00 00 e0 00 00 05')), frame4(PIM, hex('20 00 00 00'))];
    const events = runEngine({ rules, frames });
    assert.deepEqual([ofType(events, 'flow'), ofType(events, 'alert')], [[], []]);
  });

  it('ESP is told apart by its security parameters', () => {
    const esp = (spi: string): Uint8Array => frame4(ESP, hex(`${spi} 00000001 0000000000000000`));
    const flows = flowsOf(runEngine({ frames: ['0000007b', '00000141', '0000007b'].map(esp) }));
    assert.deepEqual(
      flows.map(({ spi, flow }) => [spi, flow?.pkts_toserver]).sort((a, b) => Number(a[0]) - Number(b[0])),
      [
        [123, 2],
        [321, 1],
      ],
    );
  });

  it('VLANs are told of flows that they do not tell apart', () => {
    const tagged = (id: number): Uint8Array => ethernet(0x8100, vlan(id, 0x0800, ACK.subarray(14)));
    const frames = [tagged(7), tagged(8)];
    const settings = { 'vlan.use-for-tracking': 'false', 'stream.midstream': 'true' };
    assert.deepEqual(
      flowsOf(runEngine({ frames, settings })).map((flow) => flow.vlan),
      [[7]],
    );
  });

  it('a stream is looked at to its end unless a depth is configured', () => {
    const size = 1400;
    const frames = [...HANDSHAKE];
    for (let i = 0; i < 800; i++) frames.push(response('x'.repeat(size), i * size), request('', 0, (i + 1) * size));
    const reached = (settings: Readonly<Record<string, string>>): unknown =>
      counterOf(runEngine({ frames, settings }), 'tcp.stream_depth_reached');
    assert.equal(reached({}), 0);
    assert.equal(reached({ 'stream.reassembly.depth': '1mb' }), 1);
  });
});
