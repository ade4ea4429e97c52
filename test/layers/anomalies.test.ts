// The faults of each encapsulation, by the names rules use.
import assert from 'node:assert/strict';
import { anomaliesOf, bytes, concat, decode, ethernet, frame4, hex, ipv4, udp, udp4 } from '../support/packets.ts';

const IP = ipv4({ protocol: 17 }, udp({}));
const gre = (text: string) => frame4(47, hex(text));
const mpls = (text: string) => ethernet(0x8847, concat(hex(text), IP));

const CASES: [name: string, frame: Uint8Array, linkType: number, anomalies: string[]][] = [
  ['Ethernet cut', bytes(1, 2, 3), 1, ['ethernet.pkt_too_small']],
  ['raw IP of version 5', concat(bytes(0x55), new Uint8Array(30)), 101, ['ipraw.invalid_ip_version']],
  ['raw IP cut', bytes(0x45), 101, ['ipv4.pkt_too_small']],
  ['null cut', bytes(2), 0, ['ltnull.pkt_too_small']],
  ['null with a family nobody knows', concat(hex('63000000'), IP), 0, ['ltnull.unsupported_type']],
  ['SLL cut', new Uint8Array(15), 113, ['sll.pkt_too_small']],
  ['SLL2 cut', new Uint8Array(19), 276, ['sll2.pkt_too_small']],
  ['CHDLC cut', bytes(15, 0, 8), 104, ['chdlc.pkt_too_small']],
  ['PPP cut', bytes(0xff, 3, 0), 9, ['ppp.pkt_too_small']],
  ['PPP with IPv4 cut', hex('ff03 0021 45'), 9, ['ppp.ip4_pkt_too_small']],
  ['PPP with IPv6 cut', hex('ff03 0057 60'), 9, ['ppp.ip6_pkt_too_small']],
  ['PPP with IPX', hex('ff03 002b 00'), 9, ['ppp.unsup_proto']],
  ['PPP of no protocol', hex('ff03 0002 00'), 9, ['ppp.wrong_type']],
  ['PPPoE cut', ethernet(0x8864, hex('1100 0001')), 1, ['pppoe.pkt_too_small']],
  ['PPPoE discovery of no code', ethernet(0x8863, hex('1101 0000 0000')), 1, ['pppoe.wrong_code']],
  ['PPPoE discovery with tags missing', ethernet(0x8863, hex('1109 0000 0009 0101')), 1, ['pppoe.malformed_tags']],
  ['MPLS without a bottom', ethernet(0x8847, hex('0001 0040')), 1, ['mpls.header_too_small']],
  ['MPLS without payload', ethernet(0x8847, hex('0001 0140')), 1, ['mpls.pkt_too_small']],
  ['MPLS router alert', mpls('0000 1140'), 1, ['mpls.bad_label_router_alert']],
  ['MPLS implicit null', mpls('0000 3140'), 1, ['mpls.bad_label_implicit_null']],
  ['MPLS reserved label', mpls('0000 7140'), 1, ['mpls.bad_label_reserved']],
  ['MPLS with no known payload', ethernet(0x8847, hex('0001 0140 50 000000')), 1, ['mpls.unknown_payload_type']],
  ['802.1ah cut', ethernet(0x88e7, new Uint8Array(17)), 1, ['ieee8021ah.header_too_small']],
  ['VN-Tag cut', ethernet(0x8926, new Uint8Array(5)), 1, ['vntag.header_too_small']],
  ['E-Tag cut', ethernet(0x893f, new Uint8Array(7)), 1, ['etag.header_too_small']],
  [
    'E-Tag with a type nobody knows',
    ethernet(0x893f, new Uint8Array(9)),
    1,
    ['ethernet.unknown_ethertype', 'etag.unknown_type'],
  ],
  ['DCE cut', ethernet(0x8903, new Uint8Array(15)), 1, ['dce.pkt_too_small']],
  ['NSH cut', ethernet(0x894f, hex('0fc6 0101')), 1, ['nsh.header_too_small']],
  ['NSH of version 1', ethernet(0x894f, concat(hex('4fc2 0201 0001 23ff'), IP)), 1, ['nsh.unsupported_version']],
  [
    'NSH type 1 of a wrong length',
    ethernet(0x894f, concat(hex('0fc2 0101 0001 23ff'), IP)),
    1,
    ['nsh.bad_header_length'],
  ],
  ['NSH of a reserved type', ethernet(0x894f, concat(hex('0fc2 0001 0001 23ff'), IP)), 1, ['nsh.reserved_type']],
  ['NSH of a reserved type, cut', ethernet(0x894f, hex('0fc2 0001 0001 23ff')), 1, ['nsh.bad_header_length']],
  ['NSH of an unknown type, cut', ethernet(0x894f, hex('0fc4 0701 0001 23ff 0000 0000')), 1, ['nsh.bad_header_length']],
  ['NSH of an unknown type', ethernet(0x894f, concat(hex('0fc2 0701 0001 23ff'), IP)), 1, ['nsh.unsupported_type']],
  ['NSH with no known payload', ethernet(0x894f, concat(hex('0fc2 0209 0001 23ff'), IP)), 1, ['nsh.unknown_payload']],
  ['GRE cut', gre('0000 08'), 1, ['gre.pkt_too_small']],
  ['GRE of version 2', gre('0002 0800'), 1, ['gre.wrong_version']],
  ['GRE with recursion control', gre('0100 0800'), 1, ['gre.version0_recur']],
  ['GRE with reserved flags', gre('0008 0800'), 1, ['gre.version0_flags']],
  ['GRE without the key it announces', gre('2000 0800'), 1, ['gre.version0_hdr_too_big']],
  ['GRE source route cut', gre('4000 0800 0000 0000 0800 0009'), 1, ['gre.version0_malformed_sre_hdr']],
  ['PPTP with a checksum', gre('a001 880b 0000 0000'), 1, ['gre.version1_chksum']],
  ['PPTP with IP', gre('2001 0800 0000 0000'), 1, ['gre.version1_wrong_protocol']],
  ['PPTP without a key', gre('0001 880b'), 1, ['gre.version1_no_key']],
  ['PPTP cut', gre('2001 880b'), 1, ['gre.version1_hdr_too_big']],
  [
    'VXLAN with no known payload',
    udp4({ dp: 4789 }, concat(hex('0800 0000 0000 0000'), ethernet(0x9999, IP))),
    1,
    ['vxlan.unknown_payload_type'],
  ],
  [
    'Geneve with no known payload',
    udp4({ dp: 6081 }, concat(hex('0000 9999 0000 0000'), IP)),
    1,
    ['geneve.unknown_payload_type'],
  ],
  ['SCTP cut', frame4(132, new Uint8Array(11)), 1, ['sctp.pkt_too_small']],
  ['SCTP chunk cut', frame4(132, hex('0001 0002 0000 0001 00000000 0300')), 1, ['sctp.chunk_too_small']],
  [
    'SCTP chunk beyond the packet',
    frame4(132, hex('0001 0002 0000 0001 00000000 0300 0020')),
    1,
    ['sctp.chunk_len_invalid'],
  ],
  [
    'SCTP data under tag 0',
    frame4(132, hex('0001 0002 0000 0000 00000000 0003 0004')),
    1,
    ['sctp.data_with_zero_vtag'],
  ],
  [
    'SCTP INIT under a tag',
    frame4(132, hex('0001 0002 0000 0001 00000000 0100 0004')),
    1,
    ['sctp.init_with_non_zero_vtag'],
  ],
  ['ESP cut', frame4(50, new Uint8Array(7)), 1, ['esp.pkt_too_small']],
  ['ARP cut', ethernet(0x0806, hex('0001 0800')), 1, ['arp.pkt_too_small']],
  [
    'ARP of other hardware',
    ethernet(0x0806, concat(hex('0006 0800 0604 0001'), new Uint8Array(20))),
    1,
    ['arp.unsupported_hardware'],
  ],
  [
    'ARP of an unknown operation',
    ethernet(0x0806, concat(hex('0001 0800 0604 0009'), new Uint8Array(20))),
    1,
    ['arp.unsupported_opcode'],
  ],
  ['ARP with addresses cut', ethernet(0x0806, hex('0001 0800 0604 0001 0000')), 1, ['arp.invalid_pkt']],
  ['IGMP cut', frame4(2, new Uint8Array(7)), 1, ['igmp.pkt_too_small']],
  ['IGMPv3 query cut', frame4(2, hex('1100 0000 00000000 0000')), 1, ['igmp.v3_pkt_too_small']],
  ['IGMPv3 report with records missing', frame4(2, hex('2200 0000 0000 0002')), 1, ['igmp.malformed']],
];

describe('anomalies of encapsulations', () => {
  for (const [name, frame, linkType, anomalies] of CASES) {
    it(name, () => assert.deepEqual(anomaliesOf(decode(frame, linkType).packet), anomalies));
  }

  it('finds no packet in a PPPoE session whose payload is empty', () => {
    const padding = ethernet(0x8864, concat(hex('1100 0042 0000 0021'), IP));
    const { packet: p, decoder } = decode(padding);
    assert.deepEqual([p.pppoeSession, p.ipVersion, anomaliesOf(p).length], [0x42, 0, 0]);
    assert.equal(decoder.counters.byName('decoder.ipv4'), 0);
  });

  it('leaves a tunnel alone whose inner packet does not hold', () => {
    const broken = IP.slice();
    broken[0] = 0x55;
    assert.equal(decode(frame4(4, broken)).inner.length, 0);
    assert.equal(decode(udp4({ dp: 3544 }, concat(bytes(0x60), new Uint8Array(50)))).inner.length, 0);
  });

  it('reads ports, tag and chunks of SCTP', () => {
    const { packet: p } = decode(
      frame4(132, hex('0b59 9f2f 0000 0000 00000000 0100 0014 00000001 00000000 00000000 00000000')),
    );
    assert.deepEqual([p.sp, p.dp, p.sctpVtag, p.sctpChunkCount, p.payloadLength], [2905, 40751, 0, 1, 20]);
  });

  it('reads type of IGMP and security parameters of ESP', () => {
    assert.equal(decode(frame4(2, hex('1600 0000 e0000001'))).packet.igmpType, 0x16);
    assert.equal(decode(frame4(50, hex('00000102 00000001 aa'))).packet.espSpi, 0x102);
  });
});
