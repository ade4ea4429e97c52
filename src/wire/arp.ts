// Address resolution (RFC 826), for IPv4 over Ethernet.
import { i32, u16 } from './read.ts';

/** The part whose size does not depend on the addresses. */
export const ARP_FIXED_LENGTH = 8;
export const ARP_IPV4_LENGTH = 28;

export const Arp = {
  hardware: (data: Uint8Array, o: number): number => u16(data, o),
  protocol: (data: Uint8Array, o: number): number => u16(data, o + 2),
  hardwareSize: (data: Uint8Array, o: number): number => data[o + 4]!,
  protocolSize: (data: Uint8Array, o: number): number => data[o + 5]!,
  opcode: (data: Uint8Array, o: number): number => u16(data, o + 6),
  /** Offsets of the addresses. */
  senderMac: (o: number): number => o + 8,
  targetMac: (o: number): number => o + 18,
  senderIp: (data: Uint8Array, o: number): number => i32(data, o + 14),
  targetIp: (data: Uint8Array, o: number): number => i32(data, o + 24),
} as const;
