// Names that a packet filter knows: protocols, fields of TCP and ICMP, services.
import { readFileSync } from 'node:fs';

/** IP protocol numbers by the names of the filter language (IANA). */
export const IP_PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  igrp: 9,
  tcp: 6,
  udp: 17,
  esp: 50,
  ah: 51,
  icmp6: 58,
  pim: 103,
  vrrp: 112,
  sctp: 132,
};

export const ETHER_TYPES: Readonly<Record<string, number>> = {
  ip: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  ip6: 0x86dd,
  aarp: 0x80f3,
  atalk: 0x809b,
  loopback: 0x9000,
};

/** Offsets and values that may stand for numbers in arithmetic (RFC 9293, RFC 792, RFC 4443). */
export const CONSTANTS: Readonly<Record<string, number>> = {
  tcpflags: 13,
  'tcp-fin': 1,
  'tcp-syn': 2,
  'tcp-rst': 4,
  'tcp-push': 8,
  'tcp-ack': 16,
  'tcp-urg': 32,
  'tcp-ece': 64,
  'tcp-cwr': 128,
  icmptype: 0,
  icmpcode: 1,
  'icmp-echoreply': 0,
  'icmp-unreach': 3,
  'icmp-sourcequench': 4,
  'icmp-redirect': 5,
  'icmp-echo': 8,
  'icmp-routeradvert': 9,
  'icmp-routersolicit': 10,
  'icmp-timxceed': 11,
  'icmp-paramprob': 12,
  'icmp-tstamp': 13,
  'icmp-tstampreply': 14,
  icmp6type: 0,
  icmp6code: 1,
  'icmp6-destinationunreach': 1,
  'icmp6-packettoobig': 2,
  'icmp6-timeexceeded': 3,
  'icmp6-parameterproblem': 4,
  'icmp6-echo': 128,
  'icmp6-echoreply': 129,
  'icmp6-routersolicit': 133,
  'icmp6-routeradvert': 134,
  'icmp6-neighborsolicit': 135,
  'icmp6-neighboradvert': 136,
  'icmp6-redirect': 137,
};

/** Port of a service in the system's list, -1 for an unknown one. */
export function servicePort(name: string): number {
  let text: string;
  try {
    text = readFileSync('/etc/services', 'utf8');
  } catch {
    return -1; // a system without the list knows no names
  }
  for (const line of text.split('\n')) {
    const [service, port, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (port !== undefined && (service === name || aliases.includes(name))) return parseInt(port, 10);
  }
  return -1;
}
