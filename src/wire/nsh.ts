// Network service header (RFC 8300).
import { u16 } from './read.ts';

export const NSH_BASE_LENGTH = 8;
export const NSH_TYPE1_LENGTH = 24;

export const NshNextProtocol = {
  ipv4: 1,
  ipv6: 2,
  ethernet: 3,
  nsh: 4,
  mpls: 5,
  experiment1: 0xfe,
  experiment2: 0xff,
} as const;

export const Nsh = {
  version: (data: Uint8Array, o: number): number => data[o]! >> 6,
  length: (data: Uint8Array, o: number): number => (u16(data, o) & 0x3f) << 2,
  metadataType: (data: Uint8Array, o: number): number => data[o + 2]! & 15,
  nextProtocol: (data: Uint8Array, o: number): number => data[o + 3]!,
} as const;
