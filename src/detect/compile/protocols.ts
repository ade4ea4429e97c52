// Protocols of rule headers: which packets a rule's protocol word covers.

import { ProtocolTest } from '../../framework/signature.ts';

const TCP = 6;
const UDP = 17;

const TESTS: Readonly<Record<string, number>> = {
  ip: ProtocolTest.ip,
  ip4: ProtocolTest.ip4,
  ipv4: ProtocolTest.ip4,
  ip6: ProtocolTest.ip6,
  ipv6: ProtocolTest.ip6,
  tcp: TCP,
  'tcp-pkt': TCP,
  'tcp-stream': TCP,
  udp: UDP,
  icmp: ProtocolTest.icmp,
  icmpv4: 1,
  icmpv6: 58,
  sctp: 132,
  igmp: 2,
  ether: ProtocolTest.ether,
  arp: ProtocolTest.arp,
  pkthdr: ProtocolTest.any,
};

/** What a protocol word (lower case) asks for, undefined when it is none of the network or transport layer. */
export function protocolTest(protocol: string): number | undefined {
  return Object.hasOwn(TESTS, protocol) ? TESTS[protocol] : undefined;
}

export function protocolNames(): string[] {
  return Object.keys(TESTS);
}

/** A protocol word of the network or transport layer, not of an application. */
export function isNetworkProtocol(protocol: string): boolean {
  return Object.hasOwn(TESTS, protocol);
}

export function isTcpProtocol(protocol: string): boolean {
  return protocol === 'tcp' || protocol === 'tcp-pkt' || protocol === 'tcp-stream';
}

/** Only these have ports. */
export function hasPorts(proto: number): boolean {
  return proto === TCP || proto === UDP || proto === 132;
}
