// Every encapsulation around the same datagram: it is found, at every shorter length nothing breaks.
import assert from 'node:assert/strict';
import { PACKET_SOURCES } from '../../src/framework/packet.ts';
import type { Packet } from '../../src/framework/packet.ts';
import { LAYERS } from '../../src/layers/registry.ts';
import {
  anomaliesOf,
  bytes,
  concat,
  decode,
  ethernet,
  frame4,
  frame6,
  hex,
  ipv4,
  ipv6,
  payloadOf,
  udp,
  udp4,
} from '../support/packets.ts';

const PAYLOAD = bytes(1, 2, 3, 4, 5, 6, 7, 8, 9);
const IP = ipv4({ protocol: 17 }, udp({ dp: 7 }, PAYLOAD));
const IP6 = ipv6({ nextHeader: 17 }, udp({ dp: 7 }, PAYLOAD));
const FRAME = ethernet(0x0800, IP);

interface Case {
  readonly name: string;
  readonly frame: Uint8Array;
  readonly linkType?: number;
  /** Where the datagram is found: `pkt_src` of the inner packet, or none when it is the packet itself. */
  readonly source?: string;
  readonly check?: (outer: Packet, found: Packet) => void;
}

const gre = (head: string, inner: Uint8Array) => frame4(47, concat(hex(head), inner));
const CASES: Case[] = [
  { name: 'raw IPv4', frame: IP, linkType: 101 },
  { name: 'raw IPv6', frame: IP6, linkType: 101 },
  { name: 'null', frame: concat(hex('02000000'), IP), linkType: 0 },
  { name: 'null with the family of macOS', frame: concat(hex('1e000000'), IP6), linkType: 0 },
  { name: 'SLL', frame: concat(new Uint8Array(14), hex('0800'), IP), linkType: 113 },
  { name: 'SLL2', frame: concat(hex('0800'), new Uint8Array(18), IP), linkType: 276 },
  { name: 'CHDLC', frame: concat(hex('0f00 0800'), IP), linkType: 104 },
  { name: 'PPP', frame: concat(hex('ff03 0021'), IP), linkType: 9 },
  { name: 'PPP without framing', frame: concat(hex('0057'), IP6), linkType: 9 },
  { name: 'PPP with a short number', frame: concat(hex('21'), IP), linkType: 9 },
  {
    name: 'PPPoE session',
    frame: ethernet(0x8864, concat(hex('1100 0042 0020 0021'), IP)),
    check: (outer) => assert.equal(outer.pppoeSession, 0x42),
  },
  { name: 'MPLS', frame: ethernet(0x8847, concat(hex('0001 0040 0001 0140'), IP)) },
  { name: 'MPLS with explicit null', frame: ethernet(0x8847, concat(hex('0000 2140'), IP6)) },
  { name: 'MPLS pseudo wire', frame: ethernet(0x8848, concat(hex('0001 0140 0000 0000'), FRAME)) },
  { name: '802.1ah', frame: ethernet(0x88e7, concat(new Uint8Array(16), hex('0800'), IP)) },
  { name: 'VN-Tag', frame: ethernet(0x8926, concat(new Uint8Array(4), hex('0800'), IP)) },
  { name: 'E-Tag', frame: ethernet(0x893f, concat(new Uint8Array(6), hex('0800'), IP)) },
  { name: 'DCE', frame: ethernet(0x8903, concat(hex('0000'), FRAME)) },
  { name: 'NSH type 1', frame: ethernet(0x894f, concat(hex('0fc6 0101 0001 23ff'), new Uint8Array(16), IP)) },
  { name: 'NSH type 2', frame: ethernet(0x894f, concat(hex('0fc2 0203 0001 23ff'), FRAME)) },
  { name: 'IPv4 in IPv4', frame: frame4(4, IP), source: 'ipv4 tunnel' },
  { name: '6in4', frame: frame4(41, IP6), source: 'ipv4 tunnel' },
  { name: 'IPv4 in IPv6', frame: frame6(4, IP), source: 'ipv6 tunnel' },
  { name: 'IPv6 in IPv6', frame: frame6(41, IP6), source: 'ipv6 tunnel' },
  { name: 'GRE', frame: gre('0000 0800', IP), source: 'gre tunnel' },
  { name: 'GRE over IPv6', frame: frame6(47, concat(hex('0000 86dd'), IP6)), source: 'gre tunnel' },
  {
    name: 'GRE with checksum, key and sequence',
    frame: gre('b000 0800 0000 0000 0000 0001 0000 0002', IP),
    source: 'gre tunnel',
  },
  {
    name: 'GRE with a source route',
    frame: gre('4000 0800 0000 0000 0800 0004 01020304 0000 0000', IP),
    source: 'gre tunnel',
  },
  { name: 'transparent bridging', frame: gre('0000 6558', FRAME), source: 'gre tunnel' },
  { name: 'PPTP', frame: gre('3081 880b 0000 0001 0000 0001 0000 0002 ff03 0021', IP), source: 'gre tunnel' },
  { name: 'ERSPAN I', frame: gre('0000 88be', FRAME), source: 'gre tunnel' },
  {
    name: 'ERSPAN II',
    frame: gre('1000 88be 0000 0001 1005 0000 0000 0000', FRAME),
    source: 'gre tunnel',
    check: (_, found) => assert.deepEqual([found.vlanCount, found.vlan0], [1, 5]),
  },
  {
    name: 'VXLAN',
    frame: udp4({ dp: 4789 }, concat(hex('0800 0000 0001 0200'), FRAME)),
    source: 'vxlan encapsulation',
    check: (_, found) => assert.equal(found.vni, 0x000102),
  },
  {
    name: 'Geneve with an option',
    frame: udp4({ dp: 6081 }, concat(hex('0200 6558 00aa bb00 0102 8001 0000 0000'), FRAME)),
    source: 'geneve encapsulation',
    check: (_, found) => assert.equal(found.vni, 0x00aabb),
  },
  { name: 'Teredo', frame: udp4({ dp: 3544 }, IP6), source: 'teredo tunnel' },
  { name: 'Teredo between clients', frame: udp4({ sp: 3797, dp: 1027 }, IP6), source: 'teredo tunnel' },
  {
    name: 'Teredo with an origin',
    frame: udp4({ sp: 3544 }, concat(hex('0000 1234 01020304'), IP6)),
    source: 'teredo tunnel',
  },
];

describe('encapsulations', () => {
  for (const { name, frame, linkType = 1, source, check } of CASES) {
    it(`finds the datagram in ${name}`, () => {
      const { packet, inner } = decode(frame, linkType);
      const found = source === undefined ? packet : inner[0];
      assert.ok(found !== undefined);
      assert.equal(found.dp, 7);
      assert.deepEqual(payloadOf(found), PAYLOAD);
      assert.deepEqual(anomaliesOf(packet), []);
      if (source !== undefined) assert.equal(PACKET_SOURCES[found.source], source);
      check?.(packet, found);
    });

    it(`bears ${name} cut at every length`, () => {
      for (let length = 0; length < frame.length; length++) {
        const { packet, inner } = decode(frame.slice(0, length), linkType);
        for (const p of [packet, ...inner]) assert.ok(p.payloadOffset + p.payloadLength <= length);
      }
    });
  }

  it('every layer says what it is carried in, under a name of its own', () => {
    assert.equal(new Set(LAYERS.map((layer) => layer.name)).size, LAYERS.length);
    for (const { linkTypes, etherTypes, ipv4Protocols, ipv6Protocols, tunnelTypes, udpPorts } of LAYERS) {
      assert.ok(linkTypes ?? etherTypes ?? ipv4Protocols ?? ipv6Protocols ?? tunnelTypes ?? udpPorts);
    }
  });
});
