// Generic routing encapsulation, version 0 (RFC 1701, 2784, 2890) and 1 (PPTP, RFC 2637).
import { u16 } from './read.ts';

export const GRE_HEADER_LENGTH = 4;
export const GRE_SOURCE_ROUTE_HEADER_LENGTH = 4;

/** Bits of the first byte. */
export const GreFlag = { checksum: 0x80, routing: 0x40, key: 0x20, sequence: 0x10, strictRoute: 0x08 } as const;

export const Gre = {
  flags: (data: Uint8Array, o: number): number => data[o]! & 0xf8,
  recursion: (data: Uint8Array, o: number): number => data[o]! & 7,
  /** Reserved flags, without the acknowledgement bit of version 1. */
  reserved: (data: Uint8Array, o: number): number => data[o + 1]! & 0x78,
  /** Acknowledgement present, version 1. */
  acknowledgement: (data: Uint8Array, o: number): number => data[o + 1]! & 0x80,
  version: (data: Uint8Array, o: number): number => data[o + 1]! & 7,
  protocol: (data: Uint8Array, o: number): number => u16(data, o + 2),
  routeFamily: (data: Uint8Array, o: number): number => u16(data, o),
  routeLength: (data: Uint8Array, o: number): number => data[o + 3]!,
} as const;
