// Packets whose headers do not fit or do not hold together, each from a host of its own, and rules of every kind for them.

import { ascii, bytes, concat, ethernet, icmp, ipv4, ipv6, tcp, udp } from '../support/packets.ts';
import type { RuleCase } from './rule-runs.ts';

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const EVIL = ascii('evilpayload');
const SYN = 2;

/** A TCP header that gives its own length in words, whatever there is. */
function tcpOfLength(words: number, rest: Uint8Array): Uint8Array {
  const segment = tcp({ sp: 1000, flags: SYN }, rest);
  segment[12] = words << 4;
  return segment;
}

const SEGMENT = tcp({ sp: 1000, flags: SYN });
const DATAGRAM = udp({ sp: 1000 }, EVIL);

/** Over both versions of IP: protocol, and what stands behind the header. */
const TRANSPORTS: readonly (readonly [number, Uint8Array])[] = [
  [6, SEGMENT],
  [6, SEGMENT.subarray(0, 10)],
  [6, SEGMENT.subarray(0, 3)],
  [6, bytes()],
  [6, tcpOfLength(4, EVIL)],
  [6, tcpOfLength(15, EVIL)],
  // options: one longer than there is room, one without a length
  [6, tcpOfLength(6, concat(bytes(2, 9, 0, 0), EVIL))],
  [6, tcpOfLength(6, concat(bytes(2, 0, 0, 0), EVIL))],
  [17, DATAGRAM],
  [17, DATAGRAM.subarray(0, 4)],
  [17, udp({ sp: 1000, length: 100 }, EVIL)],
  [17, udp({ sp: 1000, length: 9 }, EVIL)],
  [17, udp({ sp: 1000, length: 7 }, EVIL)],
  [17, udp({ sp: 1000, length: 0 }, EVIL)],
  [132, concat(bytes(0, 1, 0, 2), ascii('evil'))],
  [47, bytes(0)],
  [47, concat(bytes(0, 7, 8, 0), ipv4({}, SEGMENT))],
  [50, bytes(0, 0)],
  [200, EVIL],
];

/** Over IPv4 alone: ICMP. */
const MESSAGES: readonly Uint8Array[] = [
  bytes(8, 0, 0),
  icmp(200, 0, concat(bytes(0, 0, 0, 0), EVIL)),
  icmp(3, 99, concat(bytes(0, 0, 0, 0), ipv4({}, SEGMENT).subarray(0, 28))),
  icmp(3, 1, concat(bytes(0, 0, 0, 0), ipv4({}, SEGMENT).subarray(0, 10))),
];

/** Changes one byte. */
function spoiled(packet: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(packet);
  copy[at] = value;
  return copy;
}

/** Headers of the network and of links that do not fit. */
function brokenNetworks(): Uint8Array[] {
  const four = ipv4({ src: '10.9.0.1' }, SEGMENT);
  const six = ipv6({ src: '2001:db8:9::1' }, SEGMENT);
  return [
    ethernet(IPV4, four.subarray(0, 15)),
    ethernet(IPV4, spoiled(four, 0, 0x43)),
    ethernet(IPV4, spoiled(four, 3, 0x10)),
    ethernet(IPV4, spoiled(four, 2, 1)),
    ethernet(IPV4, spoiled(four, 0, 0x55)),
    ethernet(IPV6, six.subarray(0, 30)),
    ethernet(IPV6, six.subarray(0, 45)),
    ethernet(IPV6, spoiled(six, 0, 0x40)),
    ethernet(0x0806, bytes(0, 1, 8, 0)),
    ethernet(0x9999, concat(EVIL, EVIL, EVIL, EVIL, EVIL)),
    ethernet(0x8100, bytes(0)),
    ethernet(0x8864, bytes(0x11, 0, 0, 1)),
    ethernet(IPV4, four).subarray(0, 10),
  ];
}

const RULES = [
  'ip any any -> any any (',
  'tcp any any -> any any (',
  'tcp any any -> any 80 (',
  'tcp any any -> any 0 (',
  'tcp any 1000 -> any any (',
  'udp any any -> any any (',
  'udp any any -> any 53 (',
  'icmp any any -> any any (',
  'sctp any any -> any any (',
  'ip any any -> any !1 (',
  'ip 10.0.0.0/8 any -> any any (',
  'tcp-pkt any any -> any any (',
  'pkthdr any any -> any any (',
  'ip any any -> any any (content:"evilpayload";',
  'tcp any any -> any any (content:"evil";',
  'udp any any -> any any (content:"evil";',
  'icmp any any -> any any (content:"evil";',
  'pkthdr any any -> any any (content:"evil";',
  'ip any any -> any any (dsize:0;',
  'ip any any -> any any (ttl:64;',
  'ip any any -> any any (fragbits:!M;',
  'ip any any -> any any (ip_proto:6;',
  'ip any any -> any any (ip_proto:17;',
  'ip any any -> any any (flow:to_server;',
  'ip any any -> any any (flow:stateless;',
  'ip any any -> any any (tcp.hdr; content:"|03 e8|";',
  'ip any any -> any any (udp.hdr; content:"|03 e8|";',
  'ip any any -> any any (ipv4.hdr; content:"|45|";',
  'tcp any any -> any any (flags:S;',
  'tcp any any -> any any (window:8192;',
  'tcp any any -> any any (seq:1;',
  'tcp any any -> any any (tcp.mss:<5000;',
  'icmp any any -> any any (itype:3;',
  'tcp any any -> any any (flags:0;',
  'tcp any any -> any any (flags:!SA;',
  'tcp any any -> any any (window:0;',
  'tcp any any -> any any (seq:0;',
  'tcp any any -> any any (ack:0;',
  'icmp any any -> any any (itype:0;',
  'icmp any any -> any any (icode:0;',
  'icmp any any -> any any (icmp_id:0;',
  'icmp any any -> any any (icmp_seq:0;',
  'ip any any -> any any (tcp.hdr; bsize:>0;',
  'ip any any -> any any (content:!"x";',
  'udp any any -> any any (content:!"x";',
  'ip any any -> any any (isdataat:!1;',
  'tcp any any -> any any (stream_size:both,<,100;',
  'ip any any -> any any (flow:not_established;',
  'tcp any any -> any any (sameip;',
  'ip any any -> any any (ipv6.hdr; bsize:40;',
  'ip any any -> any any (id:1;',
  'ip any any -> any any (decode-event:tcp.pkt_too_small;',
  'tcp any any -> any any (decode-event:tcp.pkt_too_small;',
  'pkthdr any any -> any any (decode-event:udp.len_invalid;',
  'ip any any -> any any (decode-event:ipv4.trunc_pkt;',
  'pkthdr any any -> any any (decode-event:ipv4.trunc_pkt;',
];

export function brokenPackets(): RuleCase {
  const frames: Uint8Array[] = [];
  TRANSPORTS.forEach(([protocol, transport], i) => {
    const host = String(i + 1);
    frames.push(ethernet(IPV4, ipv4({ protocol, src: `10.4.0.${host}` }, transport)));
    frames.push(ethernet(IPV6, ipv6({ nextHeader: protocol, src: `2001:db8:6::${host}` }, transport)));
  });
  MESSAGES.forEach((message, i) => {
    frames.push(ethernet(IPV4, ipv4({ protocol: 1, src: `10.1.0.${String(i + 1)}` }, message)));
  });
  return {
    rules: RULES.map((rule, i) => `alert ${rule}msg:"broken"; sid:${String(i + 1)};)`),
    frames: [...frames, ...brokenNetworks()],
  };
}
