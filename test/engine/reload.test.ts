// Rules are exchanged while flows are open: what flows, hosts and rules have in mind goes on.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { log } from '../../src/base/log.ts';
import type { LogRecord } from '../../src/base/log-format.ts';
import { ascii, udp4 } from '../support/packets.ts';
import { CONFIG, LiveRun } from './live-run.ts';
import { HANDSHAKE, request, response } from './sessions.ts';

/** What one end of the session sends, all of it acknowledged by the other's next packet. */
class Side {
  sent = 0;
  private readonly frame: typeof request;

  constructor(frame: typeof request) {
    this.frame = frame;
  }

  say(text: string, other: Side): Uint8Array {
    const frame = this.frame(text, this.sent, other.sent);
    this.sent += text.length;
    return frame;
  }
}

const GET = (path: string): string => `GET /${path} HTTP/1.1\r\nHost: tayra.test\r\n\r\n`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const content = (text: string, sid: number): string =>
  `alert udp any any -> any any (msg:"m"; content:"${text}"; sid:${String(sid)};)`;

describe('rule reload', () => {
  let folder: string;
  const runs: LiveRun[] = [];
  const begin = (...args: ConstructorParameters<typeof LiveRun> extends [string, ...infer R] ? R : never): LiveRun => {
    const made = new LiveRun(folder, ...args);
    runs.push(made);
    return made;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-reload-'));
    log.configure([]);
  });
  afterEach(() => {
    for (const { run } of runs.splice(0)) run.finish();
    rmSync(folder, { recursive: true });
  });

  for (const mpm of ['auto', 'ac'])
    it(`puts other rules in force, also with none before (mpm-algo ${mpm})`, async () => {
      const live = begin([], { mpm });
      const frame = udp4({}, ascii('hello world'));
      assert.deepEqual(live.feed(frame), []);
      assert.equal(await live.reload([content('hello', 1)]), undefined);
      assert.deepEqual(live.feed(frame), [1]);
      assert.equal(await live.reload([content('world', 2), content('nothing', 3)]), undefined);
      assert.deepEqual(live.feed(frame), [2]);
      assert.equal(await live.reload([]), undefined);
      assert.deepEqual(live.feed(frame), []);
    });

  it('looks at transactions that are open with the new rules, and alerts no rule twice', async () => {
    const host = 'alert http any any -> any any (msg:"m"; http.host; content:"tayra"; sid:1;)';
    const uri = 'alert http any any -> any any (msg:"m"; http.uri; content:"second"; sid:2;)';
    const both =
      'alert http any any -> any any (msg:"m"; flow:to_server; http.host; content:"tayra"; fast_pattern; http.request_body; content:"body"; sid:3;)';
    const live = begin([host, both]);
    const post = 'GET /first HTTP/1.1\r\nHost: tayra.test\r\nContent-Length: 4\r\n\r\n';
    const client = new Side(request);
    const server = new Side(response);
    // a side's packet shows the rules what the other has acknowledged before
    const turn = (said: string, answer: string): number[] =>
      live.feed(client.say(said, server), server.say(answer, client), client.say('', server)).sort();
    assert.deepEqual([live.feed(...HANDSHAKE), turn(post, '')], [[], [1]]);
    // sid 3 waits for the body; the same rules get other numbers
    assert.equal(await live.reload([uri, content('x', 9), both, host]), undefined);
    assert.deepEqual(turn('body', OK), [3]);
    assert.deepEqual(turn(GET('second'), OK), [1, 2]);
  });

  it('keeps flowbits, by their names', async () => {
    const set =
      'alert tcp-pkt any any -> any any (msg:"m"; content:"login"; flowbits:set,mine; flowbits:noalert; sid:1;)';
    const ask = (bit: string): string =>
      `alert tcp-pkt any any -> any any (msg:"m"; content:"after"; flowbits:isset,${bit}; sid:2;)`;
    const live = begin([set]);
    assert.deepEqual(live.feed(...HANDSHAKE, request('login'), response('', 0, 5)), []);
    const other = 'alert tcp any any -> any any (msg:"m"; content:"zzz"; flowbits:set,aaa; sid:7;)';
    assert.equal(await live.reload([other, ask('mine')]), undefined);
    assert.deepEqual(live.feed(request('after', 5), response('', 0, 10)), [2]);
    assert.deepEqual(live.events.at(-1)?.metadata?.flowbits, ['mine']);
  });

  it('goes on counting for thresholds that stay, marks of hosts, and tags', async () => {
    const limit = `alert udp any any -> any any (msg:"m"; content:"hello"; threshold:type limit,track by_src,count 1,seconds 600; sid:1;)`;
    const mark = 'alert udp any any -> any any (msg:"m"; content:"mark"; hostbits:set,seen,src; sid:2;)';
    const marked = 'alert udp any any -> any any (msg:"m"; content:"ask"; hostbits:isset,seen,src; sid:3;)';
    const live = begin([limit, mark]);
    const hello = udp4({}, ascii('hello'));
    assert.deepEqual(live.feed(hello, udp4({}, ascii('mark'))), [1, 2]);
    assert.equal(await live.reload([marked, limit]), undefined);
    assert.deepEqual(live.feed(hello, udp4({}, ascii('ask'))), [3]);
    assert.equal(await live.reload([limit.replace('count 1', 'count 2')]), undefined);
    assert.deepEqual(live.feed(hello), [1], 'another threshold counts anew');
  });

  it('keeps what rules put into a data set, and loads files of sets anew', async () => {
    const list = join(folder, 'list.lst');
    writeFileSync(list, `${Buffer.from('one').toString('base64')}\n`);
    const seen = 'alert udp any any -> any any (msg:"m"; udp.hdr; dataset:isset,seen,type string; sid:1;)';
    const fill = seen.replace('isset', 'set').replace('sid:1', 'sid:2');
    const saved =
      'alert udp any any -> any any (msg:"m"; udp.hdr; dataset:set,kept,type string,state kept.lst; sid:4;)';
    const live = begin([fill, saved]);
    const frame = udp4({}, ascii('some'));
    assert.deepEqual(live.feed(frame).sort(), [2, 4]);
    assert.equal(await live.reload([seen]), undefined);
    assert.deepEqual(live.feed(frame), [1]);
    assert.ok(existsSync(join(folder, 'kept.lst')), 'a set that no rule names any more is saved');
    const named = `alert dns any any -> any any (msg:"m"; dns.query; dataset:isset,named,type string,load list.lst; sid:3;)`;
    assert.equal(await live.reload([named]), undefined);
    rmSync(list);
    assert.equal(await live.reload([named, content('some', 5)]), undefined, 'the rule fails, the others load');
    assert.equal(live.run.rules?.ruleset.failed, 1);
    assert.deepEqual(live.feed(frame), [5]);
  });

  it('changes nothing when it fails', async () => {
    const live = begin([content('hello', 1)], { areErrorsFatal: true });
    const frame = udp4({}, ascii('hello world'));
    const before = live.run.lastReload;
    assert.match((await live.reload([content('world', 2), 'alert nonsense'])) ?? '', /1 rules failed to load/);
    assert.deepEqual(live.feed(frame), [1]);
    assert.match((await live.reload(['alert nonsense'])) ?? '', /none of 1 rules/);
    rmSync(join(folder, 'test.rules'));
    assert.match((await live.reload()) ?? '', /cannot be read/);
    live.write([content('world', 2)]);
    writeFileSync(join(folder, 'config.yaml'), 'no: [yaml');
    assert.notEqual(await live.reload(), undefined);
    assert.deepEqual(live.feed(frame), [1]);
    assert.equal(live.run.lastReload, before);
    writeFileSync(join(folder, 'config.yaml'), CONFIG);
    assert.equal(await live.reload(), undefined);
    assert.deepEqual(live.feed(frame), [2]);
    assert.ok(live.run.lastReload > before);
  });

  it('is refused while another is under way, and tells what is in force', async () => {
    const told: LogRecord[] = [];
    log.configure([{ level: 'info', write: (record) => told.push(record) }]);
    const live = begin([content('hello', 1)]);
    const first = live.reload([content('world', 2), content('w', 3)]);
    assert.equal(await live.reload(), 'Reload already in progress');
    assert.equal(await first, undefined);
    log.configure([]);
    assert.equal(live.run.rules?.ruleset.outlines.length, 2);
    const texts = told.map(({ message }) => message);
    assert.ok(texts.includes('rule reload starting') && texts.includes('rule reload complete'), texts.join('\n'));
    assert.ok(texts.some((text) => text.startsWith('1 rule files processed. 2 rules successfully loaded')));
  });

  it('reads variables anew', async () => {
    const live = begin(['alert udp $HOME_NET any -> any any (msg:"m"; content:"hello"; sid:1;)', content('hello', 2)]);
    const frame = udp4({}, ascii('hello world'));
    assert.deepEqual(live.feed(frame), [2], 'the variable is not there');
    const file = join(folder, 'config.yaml');
    writeFileSync(file, `${readFileSync(file, 'utf8')}vars: { address-groups: { HOME_NET: any } }\n`);
    assert.equal(await live.reload(), undefined);
    assert.deepEqual(live.feed(frame).sort(), [1, 2]);
  });
});
