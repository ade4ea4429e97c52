// Decoding anything: random bytes never throw, valid packets come out as they were built, cuts stay inside the capture.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anomalyCount } from '../../src/framework/anomaly.ts';
import type { Packet } from '../../src/framework/packet.ts';
import {
  concat,
  decode,
  ethernet,
  icmp4,
  ipv4,
  ipv6,
  makeDecoder,
  packetOf,
  payloadOf,
  tcp4,
  tcp6,
  udp4,
  udp6,
  vlan,
} from '../support/packets.ts';

const MAX_FRAME = 200;
const LINK_TYPES = [0, 1, 9, 12, 50, 101, 104, 113, 228, 229, 276, 147];
const ETHER_TYPES = [
  0x0800, 0x0806, 0x8100, 0x86dd, 0x8847, 0x8863, 0x8864, 0x88a8, 0x88e7, 0x8903, 0x8926, 0x893f, 0x894f, 0x9100,
];
const PROTOCOLS = [0, 1, 2, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60, 132, 135, 253];
const PORTS = [53, 3544, 4789, 6081];

function assertWithin(p: Packet): void {
  assert.ok(p.start <= p.end);
  for (const offset of [p.etherOffset, p.l3Offset, p.l4Offset, p.arpOffset, p.embeddedOffset, p.ip6FragmentOffset])
    assert.ok(offset === -1 || (offset >= p.start && offset <= p.end));
  assert.ok(p.l3End <= p.end);
  assert.ok(p.l3Offset < 0 || p.l3Offset + p.l3HeaderLength <= p.l3End);
  assert.ok(p.l4Offset < 0 || p.l4Offset + p.l4HeaderLength <= p.end);
  assert.ok(p.payloadLength >= 0 && p.payloadOffset + p.payloadLength <= p.end);
  assert.ok(p.tcpSackCount === 0 || p.tcpSackOffset + p.tcpSackCount * 8 <= p.l4Offset + p.l4HeaderLength);
  for (let i = 0; i < p.anomalyCount; i++) assert.ok(p.anomalies[i]! < anomalyCount());
}

const bytesUpTo = (maxLength: number) => fc.uint8Array({ maxLength });

/** Plausible lengths and next headers rather than noise. */
const smallBytes = fc.uint8Array({ maxLength: 80, max: 60 });

describe('decoding', () => {
  const decoder = makeDecoder();
  const survives = (data: Uint8Array, linkType: number) => {
    const p = packetOf(data, linkType);
    decoder.decode(p);
    assertWithin(p);
    for (let i = 0; i < decoder.innerCount; i++) assertWithin(decoder.inner[i]!);
  };

  it('bears random bytes of every link type', () => {
    fc.assert(fc.property(bytesUpTo(MAX_FRAME), fc.constantFrom(...LINK_TYPES), survives), { numRuns: 3000 });
  });

  it('bears random bytes behind every Ethernet type', () => {
    const frame = fc.tuple(fc.constantFrom(...ETHER_TYPES), bytesUpTo(MAX_FRAME));
    fc.assert(
      fc.property(frame, ([type, body]) => survives(ethernet(type, body), 1)),
      { numRuns: 5000 },
    );
  });

  it('bears random bytes behind every IP protocol', () => {
    const body = fc.record({
      version: fc.constantFrom(4, 6),
      protocol: fc.constantFrom(...PROTOCOLS),
      data: fc.oneof(bytesUpTo(MAX_FRAME), smallBytes),
    });
    fc.assert(
      fc.property(body, ({ version, protocol, data }) => {
        const frame =
          version === 4
            ? ethernet(0x0800, ipv4({ protocol }, data))
            : ethernet(0x86dd, ipv6({ nextHeader: protocol }, data));
        survives(frame, 1);
      }),
      { numRuns: 5000 },
    );
  });

  it('bears random bytes behind the UDP ports of tunnels', () => {
    const datagram = fc.tuple(fc.constantFrom(...PORTS), fc.oneof(bytesUpTo(MAX_FRAME), smallBytes));
    fc.assert(
      fc.property(datagram, ([dp, data]) => survives(udp4({ dp }, data), 1)),
      { numRuns: 2000 },
    );
  });

  it('bears random TCP options', () => {
    const options = fc.uint8Array({ min: 0, max: 20, minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(options, (list) => survives(tcp4({ options: list.subarray(0, 4 * (list[0]! % 11)) }), 1)),
      {
        numRuns: 3000,
      },
    );
  });

  it('bears any flipped byte of a valid packet, and any cut', () => {
    const valid = [
      tcp4({ options: Uint8Array.from([1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2]) }),
      tcp4({ options: Uint8Array.from([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]) }),
      udp6({ dp: 4789 }),
      icmp4(3, 4),
    ];
    const change = fc.record({
      frame: fc.constantFrom(...valid),
      at: fc.nat(),
      value: fc.integer({ min: 0, max: 255 }),
      cut: fc.nat(),
    });
    fc.assert(
      fc.property(change, ({ frame, at, value, cut }) => {
        const spoilt = frame.slice(0, frame.length - (cut % 20));
        spoilt[at % spoilt.length] = value;
        survives(spoilt, 1);
      }),
      { numRuns: 5000 },
    );
  });

  it('finds in a valid packet what it was built from', () => {
    const fields = fc.record({
      isTcp: fc.boolean(),
      isIpv6: fc.boolean(),
      tags: fc.array(fc.integer({ min: 1, max: 4094 }), { maxLength: 3 }),
      sp: fc.integer({ min: 1, max: 65535 }),
      dp: fc.integer({ min: 1, max: 65535 }).filter((port) => !PORTS.includes(port)),
      seq: fc.integer({ min: 0, max: 0xffffffff }),
      payload: bytesUpTo(100),
      padding: bytesUpTo(20),
    });
    fc.assert(
      fc.property(fields, ({ isTcp, isIpv6, tags, sp, dp, seq, payload, padding }) => {
        const build = isTcp ? (isIpv6 ? tcp6 : tcp4) : isIpv6 ? udp6 : udp4;
        let body: Uint8Array = build({ sp, dp, seq }, payload).slice(14);
        let type = isIpv6 ? 0x86dd : 0x0800;
        for (const tag of [...tags].reverse()) {
          body = vlan(tag, type, body);
          type = 0x8100;
        }
        const { packet: p } = decode(concat(ethernet(type, body), padding));
        assert.deepEqual([p.sp, p.dp, p.proto, p.vlanCount], [sp, dp, isTcp ? 6 : 17, tags.length]);
        assert.deepEqual([p.vlan0, p.vlan1, p.vlan2].slice(0, tags.length), tags);
        if (isTcp) assert.equal(p.tcpSeq >>> 0, seq);
        assert.deepEqual(payloadOf(p), Uint8Array.from(payload));
        assert.equal(p.anomalyCount, 0);
      }),
      { numRuns: 1000 },
    );
  });
});
