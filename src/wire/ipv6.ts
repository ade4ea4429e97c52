// IPv6 header (RFC 8200), its extension headers and their options.
import { i32, u16 } from './read.ts';

export const IPV6_HEADER_LENGTH = 40;
export const IPV6_MAX_PAYLOAD = 65_535;
export const IPV6_FRAGMENT_HEADER_LENGTH = 8;
export const IPV6_AUTH_HEADER_LENGTH = 12;

/** Options of hop-by-hop and destination headers. */
export const Ipv6Option = {
  pad1: 0,
  padN: 1,
  routerAlert: 5,
  jumbo: 0xc2,
  homeAddress: 0xc9,
} as const;

export const Ipv6 = {
  version: (data: Uint8Array, o: number): number => data[o]! >> 4,
  trafficClass: (data: Uint8Array, o: number): number => ((data[o]! & 15) << 4) | (data[o + 1]! >> 4),
  flowLabel: (data: Uint8Array, o: number): number => i32(data, o) & 0xfffff,
  payloadLength: (data: Uint8Array, o: number): number => u16(data, o + 4),
  nextHeader: (data: Uint8Array, o: number): number => data[o + 6]!,
  hopLimit: (data: Uint8Array, o: number): number => data[o + 7]!,
  /** Word `n` (0-3) of the addresses. */
  source: (data: Uint8Array, o: number, n: number): number => i32(data, o + 8 + n * 4),
  destination: (data: Uint8Array, o: number, n: number): number => i32(data, o + 24 + n * 4),
} as const;

export const Ipv6Fragment = {
  nextHeader: (data: Uint8Array, o: number): number => data[o]!,
  reserved: (data: Uint8Array, o: number): number => data[o + 1]!,
  /** In bytes. */
  offset: (data: Uint8Array, o: number): number => u16(data, o + 2) & 0xfff8,
  moreFragments: (data: Uint8Array, o: number): number => data[o + 3]! & 1,
  id: (data: Uint8Array, o: number): number => i32(data, o + 4),
} as const;
