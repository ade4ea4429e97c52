// Defragmenter: rebuilding, header repair, keys, limits, timeouts and the faults with a name.
import assert from 'node:assert/strict';
import { hasValidIpv4Checksum } from '../../src/decode/checksum-verifier.ts';
import { PACKET_SOURCES, PacketFlag } from '../../src/framework/packet.ts';
import {
  ascii,
  bytes,
  concat,
  ethernet,
  frame4,
  ipv4,
  ipv6,
  ipv6Fragment,
  payloadOf,
  udp,
  vlan,
} from '../support/packets.ts';
import { DefragDriver, contentOf, fragment4, fragment6 } from './support.ts';
import type { Part } from './support.ts';

const first: Part = { offset: 0, more: true, data: ascii('AAAAAAAA') };
const second: Part = { offset: 8, more: true, data: ascii('BBBBBBBB') };
const third: Part = { offset: 16, more: false, data: ascii('CCC') };

describe('Defragmenter', () => {
  for (const [name, build] of [
    ['IPv4', fragment4],
    ['IPv6', fragment6],
  ] as const) {
    it(`rebuilds ${name} packets from fragments in any order`, () => {
      for (const order of [
        [first, second, third],
        [third, second, first],
        [second, third, first],
      ]) {
        const driver = new DefragDriver();
        const rebuilt = order.flatMap((part) => driver.feed(build(part)));
        assert.equal(rebuilt.length, 1);
        assert.deepEqual(contentOf(rebuilt[0]!), ascii('AAAAAAAABBBBBBBBCCC'));
        assert.equal(driver.counters.byName(`defrag.${name.toLowerCase()}.fragments`), 3);
        assert.equal(driver.counters.byName(`defrag.${name.toLowerCase()}.reassembled`), 1);
        assert.equal(driver.defragmenter.trackers, 0);
      }
    });
  }

  it('decodes the transport of the rebuilt packet and says where it comes from', () => {
    const driver = new DefragDriver();
    const datagram = udp({ sp: 9, dp: 53 }, ascii('a question that is long enough'));
    const part = (offset: number, end: number) =>
      ethernet(
        0x8100,
        vlan(
          5,
          0x0800,
          ipv4(
            { protocol: 17, fragmentOffset: offset, moreFragments: end < datagram.length },
            datagram.slice(offset, end),
          ),
        ),
      );
    assert.equal(driver.feed(part(0, 16)).length, 0);
    const p = driver.feed(part(16, datagram.length))[0]!;
    assert.deepEqual([p.sp, p.dp, p.vlan0, PACKET_SOURCES[p.source]], [9, 53, 5, 'defrag']);
    assert.notEqual(p.flags & PacketFlag.reassembled, 0);
    assert.notEqual(p.parent!.flags & PacketFlag.fragment, 0);
    assert.equal(p.parent!.l4Offset, -1);
    assert.deepEqual(payloadOf(p), datagram.slice(8));
    assert.ok(hasValidIpv4Checksum(p));
    assert.equal(p.etherOffset, p.start);
    assert.equal(p.l3Offset - p.start, 18);
  });

  it('takes the fragment header out and mends what named it', () => {
    const driver = new DefragDriver();
    const part = (offset: number, more: boolean, data: Uint8Array) =>
      ethernet(
        0x86dd,
        ipv6({ nextHeader: 0 }, concat(bytes(44, 0, 5, 2, 0, 0, 0, 0), ipv6Fragment(17, 3, offset, more, data))),
      );
    const datagram = udp({ dp: 53 }, ascii('12345678'));
    driver.feed(part(0, true, datagram.slice(0, 8)));
    const p = driver.feed(part(8, false, datagram.slice(8)))[0]!;
    assert.equal(p.dp, 53);
    assert.equal(p.data[p.l3Offset + 40], 17);
    assert.equal(p.end - p.l3Offset, 40 + 8 + 16);
  });

  it('keeps packets apart by address, identifier, protocol, VLAN and tunnel depth', () => {
    const driver = new DefragDriver();
    driver.feed(fragment4(first));
    const rest = { ...second, more: false };
    const other = (ip: object) => ipv4({ protocol: 253, id: 7, fragmentOffset: 8, ...ip }, rest.data);
    for (const frame of [
      fragment4(rest, 8),
      ethernet(0x0800, other({ src: '10.0.0.9' })),
      ethernet(0x0800, other({ protocol: 252 })),
      ethernet(0x8100, vlan(3, 0x0800, other({}))),
      frame4(4, other({})),
    ]) {
      assert.equal(driver.feed(frame).filter((p) => p.source === PACKET_SOURCES.indexOf('defrag')).length, 0);
    }
    assert.equal(driver.feed(fragment4(rest)).length, 1);
  });

  it('forgets what waited longer than the timeout', () => {
    const driver = new DefragDriver({ timeoutOf: () => 30 });
    driver.feed(fragment4(first), 1e6);
    assert.equal(driver.feed(fragment4({ ...second, more: false }), 32e6).length, 0);
    assert.equal(driver.counters.byName('defrag.wrk.tracker_timeout'), 1);
    driver.defragmenter.expire(100e6);
    assert.equal(driver.defragmenter.trackers, 0);
  });

  it('keeps no more trackers than it may: the oldest goes', () => {
    const driver = new DefragDriver({ maxTrackers: 3 });
    for (let id = 0; id < 5; id++) driver.feed(fragment4(first, id));
    assert.equal(driver.defragmenter.trackers, 3);
    assert.equal(driver.counters.byName('defrag.tracker_hard_reuse'), 2);
    assert.equal(driver.feed(fragment4({ ...second, more: false }, 4)).length, 1);
  });

  it('keeps no more bytes than its memcap and tells', () => {
    let told = 0;
    const driver = new DefragDriver({ size: 4096, onMemcap: () => told++ });
    for (let id = 0; id < 20; id++) driver.feed(fragment4({ ...first, data: new Uint8Array(400) }, id));
    assert.ok(told > 0);
    assert.ok(driver.anomalies.includes('ipv4.frag_ignored'));
    assert.equal(driver.counters.byName('defrag.max_frags_reached'), told);
    driver.defragmenter.expire(1e12);
    assert.equal(driver.feed(fragment4(first)).length + driver.feed(fragment4({ ...second, more: false })).length, 1);
  });

  it('gives memory back: a thousand packets through little of it', () => {
    const driver = new DefragDriver({ size: 8192 });
    let rebuilt = 0;
    for (let id = 0; id < 1000; id++)
      for (const part of [second, first, third]) rebuilt += driver.feed(fragment4(part, id)).length;
    assert.equal(rebuilt, 1000);
  });

  const faults: [string, Uint8Array, string][] = [
    [
      'IPv4 beyond 65535',
      fragment4({ offset: 65528, more: false, data: new Uint8Array(16) }),
      'ipv4.frag_pkt_too_large',
    ],
    [
      'IPv6 beyond 65535',
      fragment6({ offset: 65528, more: false, data: new Uint8Array(16) }),
      'ipv6.frag_pkt_too_large',
    ],
    [
      'IPv6 fragment that is no multiple of eight',
      fragment6({ offset: 0, more: true, data: new Uint8Array(9) }),
      'ipv6.frag_invalid_length',
    ],
  ];
  for (const [name, frame, anomaly] of faults) {
    it(`refuses ${name}`, () => {
      const driver = new DefragDriver();
      assert.equal(driver.feed(frame).length, 0);
      assert.deepEqual(driver.anomalies, [anomaly]);
    });
  }

  it('ends a packet with the first fragment that says so, once nothing is missing beyond it either', () => {
    const part = (offset: number, length: number, fill: string, more = true): Part => ({
      offset,
      more,
      data: ascii(fill.repeat(length)),
    });
    const text = (...parts: Part[]): string[] => {
      const driver = new DefragDriver();
      return parts
        .flatMap((one) => driver.feed(fragment4(one)))
        .map((p) =>
          Buffer.from(contentOf(p))
            .toString('latin1')
            .replace(/(.)\1{3}/g, '$1'),
        );
    };
    // two ends
    assert.deepEqual(text(part(16, 8, 'C', false), part(0, 8, 'A'), part(8, 8, 'B', false)), ['AABB']);
    assert.deepEqual(text(part(8, 8, 'B', false), part(8, 16, 'C', false), part(0, 8, 'A')), ['AABB']);
    assert.deepEqual(text(part(16, 8, 'C', false), part(8, 24, 'B', false), part(0, 8, 'A')), ['AABBBBBB']);
    // something beyond the end
    assert.deepEqual(text(part(24, 8, 'D'), part(0, 8, 'A'), part(8, 8, 'B', false)), []);
    assert.deepEqual(text(part(16, 8, 'C'), part(0, 8, 'A'), part(8, 4, 'B', false)), []);
    assert.deepEqual(text(part(16, 8, 'C'), part(0, 8, 'A'), part(8, 8, 'B', false)), ['AABB']);
    // an end that says nothing new
    assert.deepEqual(text(part(8, 8, 'B'), part(0, 8, 'A'), part(8, 8, 'C', false)), []);
  });

  it('names an overlap', () => {
    const driver = new DefragDriver();
    driver.feed(fragment4(first));
    driver.feed(fragment4(first));
    assert.deepEqual(driver.anomalies, ['ipv4.frag_overlap']);
  });
});
