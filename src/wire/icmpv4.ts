// ICMP for IPv4 (RFC 792, RFC 1256, RFC 950).
import { u16 } from './read.ts';

export const ICMPV4_HEADER_LENGTH = 8;

export const Icmpv4Type = {
  echoReply: 0,
  unreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  routerAdvertisement: 9,
  routerSolicitation: 10,
  timeExceeded: 11,
  parameterProblem: 12,
  timestampRequest: 13,
  timestampReply: 14,
  informationRequest: 15,
  informationReply: 16,
  addressMaskRequest: 17,
  addressMaskReply: 18,
} as const;

export const Icmpv4 = {
  type: (data: Uint8Array, o: number): number => data[o]!,
  code: (data: Uint8Array, o: number): number => data[o + 1]!,
  checksum: (data: Uint8Array, o: number): number => u16(data, o + 2),
  id: (data: Uint8Array, o: number): number => u16(data, o + 4),
  sequence: (data: Uint8Array, o: number): number => u16(data, o + 6),
  /** Of a router advertisement: how many addresses, and words of four bytes for each (RFC 1256 section 3). */
  addressCount: (data: Uint8Array, o: number): number => data[o + 4]!,
  addressWords: (data: Uint8Array, o: number): number => data[o + 5]!,
  /** Next-hop MTU of "fragmentation needed" (RFC 1191). */
  mtu: (data: Uint8Array, o: number): number => u16(data, o + 6),
} as const;
