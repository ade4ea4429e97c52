import assert from 'node:assert/strict';
import { ascii, bytes, concat, frame4, udp4, udp6 } from '../support/packets.ts';
import { ofType, runEngine, sidsOf } from './support.ts';

// The same first bytes in both families.
const FOUR = { src: '1.2.3.4', dst: '5.6.7.8' };
const SIX = { src: '102:304::', dst: '506:708::' };
const ports = { sp: 1111, dp: 2222 };

describe('state of hosts', () => {
  it('keeps an IPv4 pair apart from an IPv6 pair that begins with the same bytes', () => {
    const rules = [
      'alert ip any any -> any any (msg:"set"; content:"SET"; xbits:set,seen,track ip_pair; sid:1;)',
      'alert ip any any -> any any (msg:"isset"; content:"ASK"; xbits:isset,seen,track ip_pair; sid:2;)',
    ];
    const set = udp4(ports, ascii('SET'), FOUR);
    assert.deepEqual(sidsOf(runEngine({ rules, frames: [set, udp6(ports, ascii('ASK'), SIX)] })), [1]);
    assert.deepEqual(sidsOf(runEngine({ rules, frames: [set, udp4(ports, ascii('ASK'), FOUR)] })), [1, 2]);
  });

  it('counts thresholds of the families apart', () => {
    const rules = [
      'alert ip any any -> any any (msg:"m"; content:"HIT"; threshold:type limit,track by_src,count 1,seconds 60; sid:1;)',
    ];
    const four = udp4(ports, ascii('HIT'), FOUR);
    const six = udp6(ports, ascii('HIT'), SIX);
    assert.deepEqual(sidsOf(runEngine({ rules, frames: [four, six, four, six] })), [1, 1]);
  });
});

describe('the SCTP part of an alert', () => {
  it('names the tag and the chunks', () => {
    const init = bytes(1, 0, 0, 20, 0, 0, 0, 1, 0, 0, 16, 0, 0, 1, 0, 1, 0, 0, 0, 1);
    const header = bytes(0x0b, 0x5a, 0x18, 0x9f, 0xdd, 0x68, 0xd0, 0x3d, 0, 0, 0, 0);
    const unknown = bytes(0x3f, 0, 0, 4);
    const frame = frame4(132, concat(header, init, unknown));
    const [alert] = ofType(
      runEngine({ rules: ['alert sctp any any -> any any (msg:"m"; sid:1;)'], frames: [frame] }),
      'alert',
    );
    assert.deepEqual((alert as { sctp?: unknown }).sctp, {
      vtag: 0xdd68d03d,
      chunk_cnt: 2,
      chunk_types: ['init', 'unknown'],
      has_init: true,
      has_init_ack: false,
      has_data: false,
      has_abort: false,
    });
  });
});

describe('the IGMP part of an alert', () => {
  const part = (...message: number[]): unknown => {
    const rules = ['alert igmp any any -> any any (msg:"m"; sid:1;)'];
    const [alert] = ofType(runEngine({ rules, frames: [frame4(2, bytes(...message))] }), 'alert');
    const { igmp, rgmp } = alert as { igmp?: unknown; rgmp?: unknown };
    return igmp ?? { rgmp };
  };

  it('names type and version, or is one of RGMP', () => {
    const group = [224, 0, 0, 5];
    assert.deepEqual(part(0x11, 0, 0, 0, ...group), { type: 17, version: 1 });
    assert.deepEqual(part(0x11, 9, 0, 0, ...group), { type: 17, version: 2 });
    assert.deepEqual(part(0x11, 9, 0, 0, ...group, 0, 0, 0, 0), { type: 17, version: 3 });
    assert.deepEqual(part(0x12, 0, 0, 0, ...group), { type: 18, version: 1 });
    assert.deepEqual(part(0x17, 0, 0, 0, ...group), { type: 23, version: 2 });
    assert.deepEqual(part(0x22, 0, 0, 0, 0, 0, 0, 0), { type: 34, version: 3 });
    assert.deepEqual(part(0x30, 0, 0, 0, ...group), { type: 48 });
    assert.deepEqual(part(0xff, 0, 0, 0, ...group), { rgmp: { type: 255 } });
  });
});
