import assert from 'node:assert/strict';
import { HANDSHAKE, SYN_ACK, acknowledged, request, response, session } from './sessions.ts';
import type { Said } from './sessions.ts';
import type { Bytes } from '../support/packets.ts';
import { CLIENT, SERVER, hex, tcp4, udp4 } from '../support/packets.ts';
import { ofType, runEngine, sidsOf } from './support.ts';

const RULE = 'alert tcp any any -> any any (msg:"split word"; content:"splitword"; sid:1;)';

/** Both sides close, the client first. */
function goodbyes(client: number, server: number): Bytes[] {
  const there = { src: CLIENT, dst: SERVER };
  const back = { src: SERVER, dst: CLIENT };
  return [
    tcp4({ sp: 1000, dp: 80, seq: 2 + client, ack: 101 + server, flags: 0x11 }, undefined, there),
    tcp4({ sp: 80, dp: 1000, seq: 101 + server, ack: 3 + client, flags: 0x11 }, undefined, back),
    tcp4({ sp: 1000, dp: 80, seq: 3 + client, ack: 102 + server, flags: 0x10 }, undefined, there),
  ];
}

const HALF = 'GET /half';

describe('what is left of a line at the end of a flow', () => {
  const rules = ['alert http any any -> any any (msg:"m"; http.uri; content:"/half"; sid:1;)'];

  it('is a line, whether the session was reset or not', () => {
    const frames = [...HANDSHAKE, request(HALF), acknowledged(HALF.length)];
    const reset = tcp4({ sp: 1000, dp: 80, window: 8192, seq: 2 + HALF.length, flags: 0x04 });
    assert.deepEqual(sidsOf(ofType(runEngine({ rules, frames }), 'alert')), [1]);
    assert.deepEqual(sidsOf(ofType(runEngine({ rules, frames: [...frames, reset] }), 'alert')), [1]);
  });

  it('has the Ethernet addresses of its flow', () => {
    const frames = [...HANDSHAKE, request(HALF), acknowledged(HALF.length)];
    const settings = { 'outputs.0.eve-log.ethernet': 'yes' };
    const events = runEngine({
      rules: [...rules, 'alert tcp any any -> any any (msg:"m"; flags:S; sid:2;)'],
      frames,
      settings,
    });
    const [syn, last] = ofType(events, 'alert').map((alert) => (alert as { ether?: Record<string, unknown> }).ether);
    assert.ok(syn?.['src_mac'] !== undefined);
    assert.deepEqual(last, { src_mac: syn['src_mac'], dest_mac: syn['dest_mac'] });
  });
});

describe('the end of a flow', () => {
  it('inspects what was never due with a packet, at the time of the last one of the capture', () => {
    const later = udp4({ sp: 5000, dp: 5001 }, new Uint8Array(4));
    const events = runEngine({ rules: [RULE], frames: [...HANDSHAKE, request('split'), request('word', 5), later] });
    const [alert] = ofType(events, 'alert');
    assert.equal(alert?.pkt_src, 'stream (flow timeout)');
    assert.equal(alert.direction, 'to_server');
    assert.equal(alert.src_ip, '10.0.0.1');
    assert.equal(alert.pcap_cnt, undefined);
    assert.equal(alert.timestamp.slice(11, 26), '01:46:40.005000');
    assert.equal(alert.payload_printable, 'splitword');
  });

  it('goes on behind bytes that were acknowledged and never came', () => {
    const asked = 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n';
    const begun = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc';
    const missed = begun.length + 3;
    const rules = ['alert http any any -> any any (msg:"m"; http.response_body; content:"ghi"; sid:1;)'];
    const alertsAfter = (acked: number): number[] => {
      const frames = [
        ...HANDSHAKE,
        request(asked),
        response(begun, 0, asked.length),
        request('', asked.length, acked),
        response('ghi', missed, asked.length),
      ];
      return sidsOf(runEngine({ rules, frames }));
    };
    assert.deepEqual(alertsAfter(missed), [1]);
    assert.deepEqual(alertsAfter(begun.length), [], 'what was not acknowledged may still come');
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

  it('makes packets of the directions that are not over, and none for datagrams', () => {
    const rules = ['http', 'dns'].map(
      (protocol, i) => `alert ${protocol} any any -> any any (msg:"m"; sid:${String(i + 1)};)`,
    );
    const atEnd = (frames: readonly Bytes[]): unknown[] =>
      ofType(runEngine({ rules, frames }), 'alert').flatMap((event) =>
        event.pkt_src === 'stream (flow timeout)' ? [event.direction] : [],
      );
    const get = 'GET / HTTP/1.0\r\n\r\n';
    const unfinished = 'HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nabc';
    const open = session({ client: get }, { server: unfinished });
    assert.deepEqual(atEnd(open), ['to_server', 'to_client']);
    assert.deepEqual(atEnd([...open, ...goodbyes(get.length, unfinished.length)]), ['to_client']);
    const query = hex('0001 0100 0001 0000 0000 0000 0161 0162 00 0001 0001');
    assert.deepEqual(atEnd([udp4({ sp: 1000, dp: 53 }, query)]), []);
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

  const spoken = (...turns: readonly Said[]): unknown[] => {
    const [event] = ofType(runEngine({ frames: session(...turns) }), 'flow');
    return [event?.app_proto, event?.app_proto_orig, event?.flow?.tx_cnt];
  };
  const CONNECT: Said[] = [
    { client: 'CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n' },
    { server: 'HTTP/1.1 200 OK\r\n\r\n' },
  ];
  const GET: Said[] = [
    { client: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' },
    { server: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
  ];

  it('has the number of transactions, of those that are gone too', () => {
    assert.deepEqual(spoken(...GET, ...GET, ...GET), ['http', undefined, 3]);
    assert.deepEqual(spoken({ client: 'xyzzy' }), [undefined, undefined, undefined]);
  });

  it('counts the transactions of the protocol that was spoken last', () => {
    const mail = [{ server: '220 mail ESMTP\r\n' }, { client: 'EHLO b\r\n' }, { server: '250 b\r\n' }];
    assert.deepEqual(spoken(...CONNECT, ...mail), ['smtp', 'http', 1]);
    assert.deepEqual(spoken(...CONNECT, ...GET, ...GET), ['http', undefined, 2]);
  });

  it('names the protocol that was asked for and did not come', () => {
    const greeted = [{ server: '220 mail ESMTP\r\n' }, { client: 'EHLO b\r\n' }, { server: '250 b\r\n' }];
    const asked = [...greeted, { client: 'STARTTLS\r\n' }, { server: '220 go on\r\n' }];
    const record = (...turns: readonly Said[]): unknown[] => {
      const [event] = ofType(runEngine({ frames: session(...turns) }), 'flow');
      return [event!.app_proto, event!.app_proto_expected];
    };
    assert.deepEqual(record(...asked), ['failed', 'tls']);
    assert.deepEqual(record(...asked, ...GET), ['http', 'tls']);
    const hello = `\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03${'r'.repeat(32)}\x00\x00\x02\xc0\x2f\x01\x00`;
    assert.deepEqual(record(...asked, { client: hello }), ['tls', undefined]);
    assert.deepEqual(record(...CONNECT), ['failed', undefined]);
  });

  it('what a flow left its protocol for has failed when it never showed', () => {
    assert.deepEqual(spoken(...CONNECT), ['failed', 'http', undefined]);
    assert.deepEqual(spoken(...CONNECT, { client: 'xyzzy' }), ['failed', 'http', undefined]);
  });
});
