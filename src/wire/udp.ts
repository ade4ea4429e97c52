// UDP header (RFC 768).
import { u16 } from './read.ts';

export const UDP_HEADER_LENGTH = 8;

export const Udp = {
  sourcePort: (data: Uint8Array, o: number): number => u16(data, o),
  destinationPort: (data: Uint8Array, o: number): number => u16(data, o + 2),
  length: (data: Uint8Array, o: number): number => u16(data, o + 4),
  checksum: (data: Uint8Array, o: number): number => u16(data, o + 6),
} as const;
