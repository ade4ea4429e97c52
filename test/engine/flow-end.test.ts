import assert from 'node:assert/strict';
import { HANDSHAKE, SYN_ACK, acknowledged, request, response } from './sessions.ts';
import { ofType, runEngine, sidsOf } from './support.ts';

const RULE = 'alert tcp any any -> any any (msg:"split word"; content:"splitword"; sid:1;)';

describe('the end of a flow', () => {
  it('inspects what was never due with a packet, at the time the flow began', () => {
    const events = runEngine({ rules: [RULE], frames: [...HANDSHAKE, request('split'), request('word', 5)] });
    const [alert] = ofType(events, 'alert');
    assert.equal(alert?.pkt_src, 'stream (flow timeout)');
    assert.equal(alert.direction, 'to_server');
    assert.equal(alert.src_ip, '10.0.0.1');
    assert.equal(alert.pcap_cnt, undefined);
    assert.equal(alert.payload_printable, 'splitword');
  });

  it('inspects both directions, and the record comes after the alerts', () => {
    const frames = [...HANDSHAKE, request('split'), request('word', 5), response('splitword', 0, 9)];
    const events = runEngine({ rules: [RULE], frames });
    assert.deepEqual(
      events.map((event) => event.direction ?? event.event_type),
      ['to_server', 'to_client', 'flow', 'stats'],
    );
  });

  it('makes no packet where nothing is left', () => {
    const events = runEngine({ rules: [RULE], frames: [...HANDSHAKE, acknowledged(0)] });
    assert.deepEqual(sidsOf(events), []);
    assert.equal(ofType(events, 'flow').length, 1);
  });

  it('counts packets by direction after client and server changed places', () => {
    const events = runEngine({
      frames: [SYN_ACK, response('hello', 0), request('hello', 0)],
      settings: { 'stream.midstream': 'true' },
    });
    const [flow] = ofType(events, 'flow');
    assert.equal(flow?.src_ip, '10.0.0.1');
    assert.deepEqual([flow.flow?.pkts_toserver, flow.flow?.pkts_toclient], [1, 2]);
  });
});
