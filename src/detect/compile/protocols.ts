// Protocols of rule headers: which packets a rule's protocol word covers.

import type { PacketMatch } from '../../framework/signature.ts';

const TCP = 6;
const UDP = 17;

const MATCHES: Readonly<Record<string, PacketMatch>> = {
  ip: (p) => p.ipVersion !== 0,
  ip4: (p) => p.ipVersion === 4,
  ipv4: (p) => p.ipVersion === 4,
  ip6: (p) => p.ipVersion === 6,
  ipv6: (p) => p.ipVersion === 6,
  tcp: (p) => p.proto === TCP,
  'tcp-pkt': (p) => p.proto === TCP,
  'tcp-stream': (p) => p.proto === TCP,
  udp: (p) => p.proto === UDP,
  icmp: (p) => p.proto === 1 || p.proto === 58,
  icmpv4: (p) => p.proto === 1,
  icmpv6: (p) => p.proto === 58,
  sctp: (p) => p.proto === 132,
  igmp: (p) => p.proto === 2,
  ether: (p) => p.etherOffset >= 0,
  arp: (p) => p.arpOffset >= 0,
  pkthdr: () => true,
};

/** The condition of a protocol word (lower case), undefined when it is none of the network or transport layer. */
export function protocolMatch(protocol: string): PacketMatch | undefined {
  return MATCHES[protocol];
}

export function isTcpProtocol(protocol: string): boolean {
  return protocol === 'tcp' || protocol === 'tcp-pkt' || protocol === 'tcp-stream';
}

/** Only these have ports. */
export function hasPorts(proto: number): boolean {
  return proto === TCP || proto === UDP || proto === 132;
}
