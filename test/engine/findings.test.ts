import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HANDSHAKE, acknowledged, request, response } from './sessions.ts';
import { counterOf, ofType, runEngine, sidsOf } from './support.ts';
import type { EngineRun, EveEvent } from './support.ts';

const GET = 'GET /one HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Agent/7.1\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nServer: Apache\r\nContent-Length: 5\r\n\r\nhello';
/** One request and its response, both acknowledged. */
const EXCHANGE = [...HANDSHAKE, request(GET), response(OK, 0, GET.length), request('', GET.length, OK.length)];

const http = (options: string, sid: number): string =>
  `alert http any any -> any any (msg:"m"; ${options} sid:${String(sid)};)`;

/** Events are open records here: the tests look where they know something to be. */
type Found = EveEvent & {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly traffic?: Readonly<Record<string, unknown>>;
  readonly alert?: { readonly context?: Readonly<Record<string, unknown>> };
};

function run(rules: readonly string[], more: Partial<EngineRun> = {}): Found[] {
  return runEngine({ rules, frames: EXCHANGE, ...more });
}

const alertsOf = (events: readonly EveEvent[]): Found[] => ofType(events, 'alert');

describe('what rules find and events tell', () => {
  it('captures are kept with the flow, the packet or the alert once all of the rule matches', () => {
    const pcre = 'pcre:"/^(\\w+)\\/(\\d)\\.(\\d)/,alert:name,flow:major,pkt:minor";';
    const events = run([http(`http.user_agent; ${pcre}`, 1), http(`http.user_agent; ${pcre} content:"none";`, 2)]);
    const [alert] = alertsOf(events);
    assert.deepEqual(alert?.alert?.context, { name: 'Agent' });
    assert.deepEqual(alert.metadata, { pktvars: [{ minor: '1' }], flowvars: [{ major: '7' }] });
    assert.deepEqual((ofType(events, 'flow')[0] as Found).metadata, { flowvars: [{ major: '7' }] });
  });

  it('nothing is kept of a rule that does not match in the end', () => {
    const events = run([http('http.user_agent; pcre:"/^(\\w+)/,flow:name"; content:"none";', 1)]);
    assert.equal((ofType(events, 'flow')[0] as Found).metadata, undefined);
  });

  it('flowbits that classify the traffic are told apart from others', () => {
    const bits = 'flowbits:set,traffic/id/web; flowbits:set,traffic/label/known; flowbits:set,own;';
    const [alert] = alertsOf(run([http(`http.uri; content:"one"; ${bits}`, 1)]));
    assert.deepEqual(alert?.metadata, { flowbits: ['own'] });
    assert.deepEqual(alert.traffic, { id: ['web'], label: ['known'] });
  });

  it('a data set shows what it knows of the entry, without its key when that is asked for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tayra-data-'));
    try {
      const path = join(folder, 'hosts.json');
      writeFileSync(path, '[{"host":"www.example.com","year":2005},{"year":1}]');
      const set = (name: string, more: string): string =>
        `http.host; dataset:isset,${name},type string,load ${path},format json,value_key host,context_key host${more};`;
      const rules = [http(set('a', ''), 1), http(set('b', ',remove_key'), 2)];
      const contexts = alertsOf(run(rules)).map(({ alert }) => alert?.context);
      assert.deepEqual(contexts, [{ host: { host: 'www.example.com', year: 2005 } }, { host: { year: 2005 } }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('what a data set knows is told once, however often the rest of the rule was tried', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tayra-data-'));
    try {
      const path = join(folder, 'agents.json');
      writeFileSync(path, '[{"agent":"a-b-c","n":1}]');
      const set = `dataset:isset,a,type string,load ${path},format json,value_key agent,context_key agent;`;
      const said = GET.replace('Agent/7.1', 'a-b-c');
      const frames = [...HANDSHAKE, request(said), response(OK, 0, said.length), request('', said.length, OK.length)];
      const rule = http(`http.user_agent; content:"-"; ${set} content:"c"; within:1; distance:0;`, 1);
      const lines = alertsOf(run([rule], { frames })).map(({ alert }) => JSON.stringify(alert?.context));
      assert.deepEqual(lines, ['{"agent":{"agent":"a-b-c","n":1}}']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a transform leaves what was asked before it alone', () => {
    const rules = [
      http('http.user_agent; content:"Agent"; to_lowercase; content:"agent";', 1),
      http('http.user_agent; to_lowercase; content:"Agent";', 2),
    ];
    assert.deepEqual(sidsOf(alertsOf(run(rules))), [1]);
  });

  it('rules on both directions say which one a keyword of either means', () => {
    const both = (options: string, sid: number): string =>
      `alert http any any => any any (msg:"m"; ${options} sid:${String(sid)};)`;
    const rules = [
      both('http.header: to_client; content:"Apache"; http.header: to_server; content:"example";', 1),
      both('http.header: to_server; content:"Apache"; http.stat_code; content:"200";', 2),
      both('http.uri; content:"/one"; http.header: to_client; content:"Apache";', 3),
    ];
    assert.deepEqual(
      sidsOf(alertsOf(run(rules))).sort((a, b) => a - b),
      [1, 3],
    );
  });

  it('a rule without a pattern waits for the flowbits it asks for', () => {
    const rules = [
      http('flow:to_client; flowbits:isset,late; filesize:>1;', 1),
      http('flow:to_client; http.response_body; content:"hello"; flowbits:set,late; noalert;', 2),
    ];
    const rest = [...EXCHANGE, response('', OK.length, GET.length)];
    assert.deepEqual(sidsOf(alertsOf(run(rules, { frames: rest }))), [1]);
  });

  it('the first packet of each direction begins a flow for rules', () => {
    const events = run(['alert tcp:flow_start any any -> any any (msg:"m"; sid:1;)']);
    assert.deepEqual(
      alertsOf(events).map(({ pcap_cnt }) => pcap_cnt),
      [1, 2],
    );
  });

  it('the rest of a dropped flow is not told, but its files come to an end', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello evil';
    const frames = [...HANDSHAKE, request(GET), response(head, 0, GET.length), request('', GET.length, head.length)];
    const settings = { 'outputs.0.eve-log.types.4': 'files', 'outputs.0.eve-log.types.5': 'http' };
    const rules = ['drop http any any -> any any (msg:"d"; http.stat_code; content:"200"; sid:1;)'];
    const events = run(rules, { isInline: true, frames, settings });
    assert.deepEqual([ofType(events, 'fileinfo').length, ofType(events, 'http').length], [1, 0]);
    assert.equal(
      (ofType(events, 'fileinfo')[0] as unknown as { fileinfo: { state: string } }).fileinfo.state,
      'TRUNCATED',
    );
  });

  it('what a drop beyond the queue stops is stopped', () => {
    const rules = [
      'alert tcp any any -> any any (msg:"a"; content:"GET"; sid:1;)',
      'drop tcp any any -> any any (msg:"d"; content:"GET"; content:"Agent"; sid:2;)',
    ];
    const settings = { 'packet-alert-max': '1', 'action-order.0': 'alert', 'action-order.1': 'drop' };
    const events = run(rules, { isInline: true, settings, frames: [...EXCHANGE, acknowledged(GET.length)] });
    assert.equal(alertsOf(events).length, 1);
    assert.equal(counterOf(events, 'detect.alert_queue_overflow'), 1);
    assert.equal(ofType(events, 'drop')[0]?.drop?.reason, 'rules');
    assert.equal(ofType(events, 'flow')[0]?.flow?.action, 'drop');
  });
});
