// IPv4 header (RFC 791) and its options (RFC 791 section 3.1, RFC 1108, RFC 2113).
import { i32, u16 } from './read.ts';

export const IPV4_HEADER_LENGTH = 20;
export const IPV4_MAX_LENGTH = 65_535;

/** IP protocol numbers (IANA) that the decoder knows, IPv6 extension headers among them. */
export const IpProtocol = {
  hopByHop: 0,
  icmp: 1,
  igmp: 2,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  esp: 50,
  auth: 51,
  icmpv6: 58,
  none: 59,
  destination: 60,
  sctp: 132,
  mobility: 135,
  hip: 139,
  shim6: 140,
} as const;

/** Option type bytes, copied flag and class included. */
export const Ipv4Option = {
  endOfList: 0,
  noOperation: 1,
  recordRoute: 7,
  quickStart: 25,
  timestamp: 68,
  security: 130,
  looseSourceRoute: 131,
  extendedSecurity: 133,
  commercialSecurity: 134,
  streamId: 136,
  strictSourceRoute: 137,
  routerAlert: 148,
} as const;

export const Ipv4 = {
  version: (data: Uint8Array, o: number): number => data[o]! >> 4,
  headerLength: (data: Uint8Array, o: number): number => (data[o]! & 15) << 2,
  tos: (data: Uint8Array, o: number): number => data[o + 1]!,
  totalLength: (data: Uint8Array, o: number): number => u16(data, o + 2),
  id: (data: Uint8Array, o: number): number => u16(data, o + 4),
  /** Reserved bit, don't fragment, more fragments and the offset in units of eight bytes. */
  flagsAndOffset: (data: Uint8Array, o: number): number => u16(data, o + 6),
  ttl: (data: Uint8Array, o: number): number => data[o + 8]!,
  protocol: (data: Uint8Array, o: number): number => data[o + 9]!,
  checksum: (data: Uint8Array, o: number): number => u16(data, o + 10),
  source: (data: Uint8Array, o: number): number => i32(data, o + 12),
  destination: (data: Uint8Array, o: number): number => i32(data, o + 16),
} as const;
