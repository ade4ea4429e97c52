// What thresholds hold back has no effect on other rules; what is about each packet is asked of each.

import assert from 'node:assert/strict';
import { CLIENT, SERVER, ascii, udp4 } from '../support/packets.ts';
import { request, response, session } from './sessions.ts';
import { ofType, runEngine, sidsOf } from './support.ts';

const one = udp4({ sp: 1000, dp: 53 }, ascii('word'), { src: CLIENT, dst: SERVER });
/** Signatures that alerted, packet by packet. */
function alertsOf(rules: readonly string[], frames: readonly Uint8Array[], isInline = false): number[][] {
  const alerts = ofType(runEngine({ rules, frames, isInline }), 'alert');
  return frames.map((_, i) => sidsOf(alerts.filter((event) => event.pcap_cnt === i + 1)));
}

describe('thresholds of pass rules', () => {
  const alert = 'alert udp any any -> any any (msg:"m"; content:"word"; sid:2;)';
  const pass = (threshold: string): string =>
    `pass udp any any -> any any (msg:"m"; content:"word"; ${threshold} sid:1;)`;
  const passed = (threshold: string): boolean[] =>
    alertsOf([pass(threshold), alert], [one, one, one, one]).map((sids) => !sids.includes(2));

  it('let pass what they tell of', () => {
    assert.deepEqual(passed(''), [true, true, true, true]);
    assert.deepEqual(passed('threshold:type limit,track by_src,count 1,seconds 60;'), [true, false, false, false]);
    assert.deepEqual(passed('threshold:type threshold,track by_src,count 3,seconds 60;'), [false, false, true, false]);
    assert.deepEqual(passed('detection_filter:track by_src,count 2,seconds 60;'), [false, false, true, true]);
  });

  it('do not change why packets are dropped', () => {
    const rules = [
      'drop udp any any -> any any (msg:"m"; content:"word"; threshold:type limit,track by_src,count 1,seconds 60; sid:1;)',
    ];
    const drops = ofType(runEngine({ rules, frames: [one, one], isInline: true }), 'drop');
    assert.deepEqual(
      drops.map(({ drop }) => drop!.reason),
      ['rules', 'rules'],
    );
  });
});

describe('rules about addresses and flowbits', () => {
  const times = (option: string): number =>
    alertsOf([`alert udp any any -> any any (msg:"m"; ${option} sid:1;)`], [one, one, one]).flat().length;

  it('are asked once for each direction of a flow, unless they take marks away', () => {
    assert.deepEqual([times(''), times('flowbits:set,a;')], [1, 1]);
    assert.deepEqual([times('flowbits:unset,a;'), times('flowbits:toggle,a;')], [3, 3]);
  });
});

describe('content rules inline', () => {
  const rules = ['alert tcp any any -> any any (msg:"m"; content:"MARK"; content:"yy"; distance:0; sid:1;)'];
  const settings = { 'stream.reassembly.randomize-chunk-size': 'no' };
  /** Whether a word is found that begins so many bytes before a packet of that length. */
  const isSeen = (before: number, length: number): boolean => {
    const first = `MARK${'x'.repeat(before - 4)}`;
    const frames = [...session(), request(first), response('', 0, before), request('y'.repeat(length), before)];
    return ofType(runEngine({ rules, frames, settings, isInline: true }), 'alert').length > 0;
  };

  it('look into what is just before a packet, however large that is', () => {
    assert.deepEqual([isSeen(1560, 1000), isSeen(1561, 1000)], [true, false]);
    assert.deepEqual([isSeen(853, 2560), isSeen(854, 2560)], [true, false]);
    assert.deepEqual([isSeen(853, 6000), isSeen(854, 6000)], [true, false]);
  });
});
