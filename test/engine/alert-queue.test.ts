import assert from 'node:assert/strict';
import { session } from './sessions.ts';
import { counterOf, ofType, runEngine, sidsOf } from './support.ts';
import type { EngineRun, EveEvent } from './support.ts';

const GET = 'GET /one HTTP/1.1\r\nHost: a\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const FRAMES = session({ client: GET }, { server: OK });

const onPayload = (sid: number, options = ''): string =>
  `alert tcp any any -> any any (msg:"m"; flow:to_server; dsize:>0; ${options} sid:${String(sid)};)`;
const onUri = (action: string, sid: number, options = ''): string =>
  `${action} http any any -> any any (msg:"m"; http.uri; content:"/one"; ${options} sid:${String(sid)};)`;
const LIMITED = 'threshold:type threshold,track by_src,count 1000,seconds 10;';

function run(rules: readonly string[], max: number, more: Partial<EngineRun> = {}): EveEvent[] {
  return runEngine({ rules, frames: FRAMES, settings: { 'packet-alert-max': String(max) }, ...more });
}

describe('the alerts of one packet', () => {
  it('are those that are told: what thresholds hold back takes no place', () => {
    const rules = [
      ...[1, 2, 3].map((sid) => onPayload(sid, LIMITED)),
      ...[4, 5, 6].map((sid) => onPayload(sid, 'noalert;')),
      ...[7, 8, 9, 10].map((sid) => onPayload(sid)),
    ];
    const events = run(rules, 3);
    assert.deepEqual(sidsOf(events), [7, 8, 9]);
    assert.equal(counterOf(events, 'detect.alert'), 3);
    assert.equal(counterOf(events, 'detect.alert_queue_overflow'), 1);
    assert.equal(counterOf(events, 'detect.alerts_suppressed'), 6);
  });

  it('are the first in the order of the rules, whatever was found first', () => {
    const rules = [...[1, 2, 3].map((sid) => onPayload(sid)), onUri('alert', 4, 'priority:1;')];
    assert.deepEqual(sidsOf(run(rules, 2, { isInline: true })), [4, 1]);
    const simulate = { alertQueueFailure: true };
    assert.deepEqual(sidsOf(run(rules, 2, { isInline: true, simulate })), [1, 2]);
  });

  it('are none behind a rule that passes, though the queue had been full when it was found', () => {
    const rules = [...[1, 2, 3].map((sid) => onPayload(sid)), onUri('pass', 4)];
    assert.deepEqual(sidsOf(run(rules, 2, { isInline: true })), []);
  });

  it('find room for more matches than there are alerts', () => {
    const rules = Array.from({ length: 300 }, (_, i) => onPayload(i + 1, i < 250 ? LIMITED : ''));
    assert.deepEqual(
      sidsOf(run(rules, 60)),
      Array.from({ length: 50 }, (_, i) => i + 251),
    );
  });

  it('of rules on packets tell of their transaction four times at most', () => {
    const rules = [1, 2, 3, 4, 5, 6].map((sid) => onPayload(sid));
    const told = (settings: Record<string, string>): number =>
      ofType(run(rules, 0, { isInline: true, settings: { 'detect.guess-applayer-tx': 'yes', ...settings } }), 'alert')
        .map((alert) => (alert as { tx_id?: number }).tx_id)
        .filter((id) => id === 0).length;
    assert.equal(told({}), 4);
    assert.equal(told({ 'detect.stream-tx-log-limit': '5' }), 5);
  });

  it('tag what follows only when they are told', () => {
    const tagged = (options: string): number[] => {
      const rules = [onPayload(1, `tag:session,5,packets; ${options}`)];
      const settings = { 'outputs.0.eve-log.types.0.alert.tagged-packets': 'yes' };
      return ofType(runEngine({ rules, frames: FRAMES, settings }), 'packet').map(({ pcap_cnt }) => pcap_cnt!);
    };
    assert.deepEqual(tagged(''), [5, 6, 7]);
    assert.deepEqual(tagged('noalert;'), [5, 6, 7]);
    assert.deepEqual(tagged(LIMITED), []);
  });
});
