import assert from 'node:assert/strict';
import { HANDSHAKE, acknowledged, request, response, session } from './sessions.ts';
import { CLIENT, SERVER, tcp4 } from '../support/packets.ts';
import { ofType, runEngine, sidsOf } from './support.ts';
import type { EngineRun, EveEvent } from './support.ts';

const THERE = { src: CLIENT, dst: SERVER };
const BACK = { src: SERVER, dst: CLIENT };
const GET = 'GET /one HTTP/1.1\r\nHost: a\r\nUser-Agent: agent\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

const http = (options: string, sid: number): string =>
  `alert http any any -> any any (msg:"m"; ${options} sid:${String(sid)};)`;

function alerts(rules: readonly string[], frames: EngineRun['frames'], settings = {}): EveEvent[] {
  return ofType(runEngine({ rules, frames, settings }), 'alert');
}

const sids = (rules: readonly string[], frames: EngineRun['frames'], settings = {}): number[] =>
  sidsOf(alerts(rules, frames, settings)).sort((a, b) => a - b);

describe('rules on transactions', () => {
  it('match each transaction once, however many packets it takes', () => {
    const rules = [
      http('http.uri; content:"/one";', 1),
      http('http.method; content:"GET"; http.uri; content:"one";', 2),
    ];
    const frames = session(
      { client: GET },
      { server: OK.slice(0, 20) },
      { server: OK.slice(20) },
      { client: GET },
      { server: OK },
    );
    assert.deepEqual(sids(rules, frames), [1, 1, 2, 2]);
  });

  it('wait for the state that they ask for', () => {
    const rules = [http('flow:to_server; http.uri; content:"/one"; http.user_agent; content:"agent";', 1)];
    const half = GET.indexOf('User');
    const events = alerts(
      rules,
      session({ client: GET.slice(0, half) }, { server: '' }, { client: GET.slice(half) }, { server: OK }),
    );
    assert.deepEqual(sidsOf(events), [1]);
    assert.equal(events[0]!.direction, 'to_server');
  });

  it('look at headers once more when trailers came with the end of their message', () => {
    const rules = [
      http('flow:to_server; http.header; content:"late";', 1),
      http('flow:to_server; http.header; content:"Host"; content:"late";', 2),
      http('flow:to_server; http.header.raw; content:"chunked|0d 0a 0d 0a|T: late|0d 0a|";', 3),
      http('flow:to_server; http.header; content:"Host";', 4),
      http('flow:to_client; http.header; content:"Server"; http.header; content:"late";', 5),
      http('flow:to_server; http.user_agent; content:"late";', 6),
      http('flow:to_client; http.header.raw; content:"late";', 7),
    ];
    const framed = 'Transfer-Encoding: chunked\r\n\r\n';
    const rest = ['3\r\nabc\r\n', '0\r\n', 'T: late\r\nUser-Agent: late\r\n', '\r\n'];
    const frames = [...HANDSHAKE];
    let asked = 0;
    let told = 0;
    for (const piece of [`POST / HTTP/1.1\r\nHost: a\r\n${framed}`, ...rest]) {
      frames.push(request(piece, asked), acknowledged((asked += piece.length)));
    }
    for (const piece of [`HTTP/1.1 200 OK\r\nServer: b\r\n${framed}`, ...rest]) {
      frames.push(response(piece, told, asked), request('', asked, (told += piece.length)));
    }
    frames.push(response('', told, asked));
    assert.deepEqual(sids(rules, frames), [1, 2, 3, 4, 5, 7]);
  });

  it('match again as long as the state lasts that is all they ask for', () => {
    const hook = (state: string, options: string, sid: number): string =>
      `alert http1:${state} any any -> any any (msg:"m"; ${options} sid:${String(sid)};)`;
    const rules = [
      hook('response_body', '', 1),
      hook('response_headers', '', 3),
      hook('response_complete', '', 4),
      hook('response_started', '', 5),
    ];
    const frames = [...HANDSHAKE, request(GET)];
    let sent = 0;
    for (const piece of [OK.slice(0, -4), 'e', 'l', 'l', 'o']) {
      frames.push(response(piece, sent, GET.length));
      sent += piece.length;
      frames.push(request('', GET.length, sent));
    }
    assert.deepEqual(sids(rules, frames), [1, 1, 1, 1, 1, 3, 4, 5]);
  });

  it('end with the packet that closes their session, though it is the other side and a message breaks off', () => {
    const asked = 'POST /one HTTP/1.1\r\nHost: a\r\n';
    const rules = [http('flow:to_server; http.header; content:"Host";', 1)];
    const fin = { flags: 0x11, window: 8192 };
    const frames = [
      ...HANDSHAKE,
      request(asked),
      response(OK, 0, asked.length),
      request('', asked.length, OK.length),
      tcp4({ ...fin, sp: 80, dp: 1000, seq: 101 + OK.length, ack: 2 + asked.length }, undefined, BACK),
      tcp4({ ...fin, sp: 1000, dp: 80, seq: 2 + asked.length, ack: 102 + OK.length }, undefined, THERE),
      tcp4({ ...fin, flags: 0x10, sp: 80, dp: 1000, seq: 102 + OK.length, ack: 3 + asked.length }, undefined, BACK),
    ];
    const run = runEngine({ rules, frames, settings: { 'outputs.0.eve-log.types.4': 'http' } });
    assert.deepEqual(sidsOf(ofType(run, 'alert')), [1]);
    assert.deepEqual(
      ofType(runEngine({ frames, settings: { 'outputs.0.eve-log.types.4': 'http' } }), 'http').map(
        (one) => one.pcap_cnt,
      ),
      [9],
    );
  });

  it('are guessed for alerts on packets and streams, where that is asked for', () => {
    const rules = ['alert tcp any any -> any any (msg:"m"; flow:established,to_server; sid:1;)'];
    const frames = session({ client: GET }, { server: OK });
    const guessed = (settings: Record<string, string>): unknown[] =>
      alerts(rules, frames, settings).map((alert) => (alert as { tx_id?: number }).tx_id);
    assert.deepEqual(guessed({}), [undefined, undefined]);
    assert.deepEqual(guessed({ 'detect.guess-applayer-tx': 'yes' }), [undefined, 0]);
  });

  it('do not match across transactions', () => {
    const other = GET.replace('/one', '/two').replace('agent', 'other');
    const rules = [http('http.uri; content:"/one"; http.user_agent; content:"other";', 1)];
    assert.deepEqual(sids(rules, session({ client: GET + other }, { server: OK + OK })), []);
  });

  it('see a growing body in windows, with what was before them', () => {
    const body = `${'a'.repeat(3000)}need${'b'.repeat(1000)}`;
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${String(body.length + 3)}\r\n\r\n`;
    const rules = [http('file.data; content:"needle";', 1), http('file.data; content:"aaaneed";', 2)];
    const split = body.replace('need', 'needle').replace('b', '');
    const at = split.indexOf('needle') + 3;
    const limits = { 'app-layer.protocols.http.libhtp.default-config.response-body-minimal-inspect-size': '100' };
    const frames = session(
      { client: GET },
      { server: head },
      { server: split.slice(0, at) },
      { server: `${split.slice(at)}xx` },
    );
    assert.deepEqual(sids(rules, frames, limits), [1, 2]);
  });

  it('hold for request and response of one transaction with =>', () => {
    const rule = (uri: string, code: string, sid: number): string =>
      `alert http any any => any any (msg:"m"; http.uri; content:"${uri}"; http.stat_code; content:"${code}"; sid:${String(sid)};)`;
    const frames = session({ client: GET + GET.replace('one', 'two') }, { server: OK + OK.replace('200', '404') });
    assert.deepEqual(sids([rule('one', '200', 1), rule('one', '404', 2), rule('two', '404', 3)], frames), [1, 3]);
  });

  it('look at addresses of the packet at hand, also where no rule on the packet did', () => {
    const rules = ['alert http 10.0.0.1 any -> 10.0.0.2 any (msg:"m"; http.uri; content:"/one"; sid:1;)'];
    // first nothing but a packet the other way, then the pseudo packet at the end of the flow
    assert.deepEqual(sids(rules, [...HANDSHAKE, request(GET)]), [1]);
  });

  it('are put in order with those on packets', () => {
    const rules = [
      http('http.uri; content:"/one"; priority:1;', 3),
      'alert tcp any any -> any any (msg:"m"; flow:to_server,established; priority:3; sid:4;)',
      http('http.uri; content:"/one"; priority:2;', 5),
    ];
    const together = alerts(rules, session({ client: GET }, { server: OK })).filter(
      ({ pcap_cnt }) => pcap_cnt !== undefined,
    );
    const packet = together.find(({ alert }) => alert!.signature_id === 3)!.pcap_cnt;
    assert.deepEqual(sidsOf(together.filter(({ pcap_cnt }) => pcap_cnt === packet)), [3, 5, 4]);
  });

  it('know the anomalies of their transaction', () => {
    const rules = [http('app-layer-event:http.missing_host_header;', 1)];
    // looked at in both directions, as in Suricata
    assert.deepEqual(sids(rules, session({ client: 'GET / HTTP/1.1\r\n\r\n' }, { server: OK })), [1, 1]);
    assert.deepEqual(sids(rules, session({ client: GET }, { server: OK })), []);
  });

  it('take the modifiers of older rules', () => {
    const rules = [
      http('content:"GET"; http_method; content:"one"; http_uri; content:"e"; http_uri; distance:-1; within:1;', 1),
      http('content:"one"; http_uri; pcre:"/^\\/o/U";', 2),
      http('uricontent:"/on"; pcre:"/^e/UR";', 3),
      http('content:"agent"; nocase; http_user_agent; content:!"Host"; http_header;', 4),
    ];
    assert.deepEqual(sids(rules, session({ client: GET }, { server: OK })), [1, 2, 3]);
  });

  it('leave the former protocol to its transactions after a change', () => {
    const connect = 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n';
    const rules = [http('http.method; content:"CONNECT";', 1), http('http.uri; content:"/one";', 2)];
    const frames = session({ client: connect }, { server: 'HTTP/1.1 200 OK\r\n\r\n' }, { client: GET }, { server: OK });
    assert.deepEqual(sids(rules, frames), [1, 2]);
  });
});

describe('protocols of flows', () => {
  it('are found on any port, and rules on the protocol alone match', () => {
    const rules = [
      'alert tcp any any -> any any (msg:"m"; app-layer-protocol:http; sid:1;)',
      'alert http any any -> any any (msg:"m"; sid:2;)',
    ];
    const found = sids(rules, session({ client: GET }, { server: OK }));
    assert.ok(found.includes(1) && found.includes(2), found.join());
  });

  it('are news once in a direction for rules that ask for nothing else', () => {
    const rule = (options: string, sid: number): string =>
      `alert tcp any any -> any any (msg:"m"; app-layer-protocol:http; ${options} sid:${String(sid)};)`;
    const rules = [rule('', 1), rule('flow:to_server;', 2), rule('ttl:>0;', 3), rule('prefilter; ttl:>0;', 4)];
    const frames = session({ client: GET }, { server: OK }, { client: GET }, { server: OK });
    const seen = (isInline: boolean): Record<number, number[]> => {
      const found: Record<number, number[]> = {};
      for (const { alert, pcap_cnt } of ofType(runEngine({ rules, frames, isInline }), 'alert'))
        (found[alert!.signature_id] ??= []).push(pcap_cnt!);
      return found;
    };
    const passive = seen(false);
    assert.deepEqual([passive[1], passive[2], passive[4]], [[6, 7], [6], [6, 7]]);
    assert.ok(passive[3]!.length > 2);
    // the packet that shows it, and the next of its direction
    assert.deepEqual(seen(true)[2], [4, 6]);
  });

  it('do not change while they are changing', () => {
    const rules = ['alert http any any -> any any (msg:"m"; app-layer-event:http.failed_protocol_change; sid:1;)'];
    const frames = session(
      { server: '220 f\n' },
      { client: 'EHLO\nSTARTTLS\n' },
      { server: '220 a\n220 b\n' },
      { server: 'HTTP/1.1 101\nUpgrade:h2c\n\n' },
    );
    const events = runEngine({ rules, frames });
    assert.ok(sidsOf(ofType(events, 'alert')).includes(1));
    assert.equal(ofType(events, 'flow')[0]!.app_proto, 'http');
  });

  it('are failed where neither side is understood', () => {
    const rules = ['alert tcp any any -> any any (msg:"m"; app-layer-protocol:failed; sid:1;)'];
    const noise = 'xyzzy'.repeat(60);
    assert.ok(sids(rules, session({ client: noise }, { server: noise }, { client: noise })).includes(1));
    // that it is failed is clear with the sixth packet, and news with the next of its direction
    const said = session({ client: noise }, { server: noise }, { client: noise }, { client: noise });
    const alerts = ofType(runEngine({ rules, frames: said }), 'alert');
    assert.deepEqual(
      alerts.map(({ pcap_cnt }) => pcap_cnt),
      [7, 9],
    );
  });

  it('are found behind a gap, unless what was lost could have told', () => {
    const isIn = (frames: EngineRun['frames']): unknown => ofType(runEngine({ frames }), 'flow')[0]?.app_proto;
    const noise = 'xyzzy'.repeat(60);
    const found = session({ client: 'GE' }, { client: 'T ' }, { client: GET }, { server: OK });
    assert.equal(isIn(found.filter((_, i) => i !== 3)), 'http');
    assert.equal(isIn(found.filter((_, i) => i !== 4)), 'http');
    const never = session({ client: 'GE' }, { client: 'Xyz' }, { client: noise }, { server: noise }, { client: noise });
    assert.equal(isIn(never), 'failed');
    assert.equal(isIn(never.filter((_, i) => i !== 4)), undefined);
  });
});
