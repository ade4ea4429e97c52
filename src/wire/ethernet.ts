// Ethernet II (IEEE 802.3): destination, source, type.
import { u16 } from './read.ts';

export const ETHERNET_HEADER_LENGTH = 14;
export const MAC_LENGTH = 6;

export const EtherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  transparentBridging: 0x6558,
  vlan: 0x8100,
  ipv6: 0x86dd,
  ppp: 0x880b,
  mplsUnicast: 0x8847,
  mplsMulticast: 0x8848,
  pppoeDiscovery: 0x8863,
  pppoeSession: 0x8864,
  qinq: 0x88a8,
  /** GRE protocol type of ERSPAN type II; type I has the same number and no sequence number. */
  erspan: 0x88be,
  ieee8021ah: 0x88e7,
  dce: 0x8903,
  vntag: 0x8926,
  etag: 0x893f,
  nsh: 0x894f,
  qinqOld: 0x9100,
} as const;

export const Ethernet = {
  destination: (o: number): number => o,
  source: (o: number): number => o + MAC_LENGTH,
  type: (data: Uint8Array, o: number): number => u16(data, o + 12),
} as const;
