// VXLAN (RFC 7348): an Ethernet frame with a network identifier.
import { u24 } from './read.ts';

export const VXLAN_HEADER_LENGTH = 8;
export const VXLAN_PORT = 4789;
/** The I flag: the network identifier is valid. */
export const VXLAN_FLAG_VNI = 0x08;

export const Vxlan = {
  flags: (data: Uint8Array, o: number): number => data[o]!,
  vni: (data: Uint8Array, o: number): number => u24(data, o + 4),
  reserved: (data: Uint8Array, o: number): number => data[o + 7]!,
} as const;
