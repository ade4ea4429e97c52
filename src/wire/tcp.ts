// TCP header (RFC 9293) and its options (RFC 7323, 2018, 7413, 2385, 5925).
import { i32, u16 } from './read.ts';

export const TCP_HEADER_LENGTH = 20;

/** Bits of `Packet.tcpFlags`. */
export const TcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

export const TcpOption = {
  endOfList: 0,
  noOperation: 1,
  maximumSegmentSize: 2,
  windowScale: 3,
  sackPermitted: 4,
  sack: 5,
  timestamp: 8,
  md5: 19,
  authentication: 29,
  fastOpen: 34,
  experiment1: 253,
  experiment2: 254,
} as const;

/** RFC 7323: a larger shift count is to be taken as this one. */
export const TCP_MAX_WINDOW_SCALE = 14;

export const Tcp = {
  sourcePort: (data: Uint8Array, o: number): number => u16(data, o),
  destinationPort: (data: Uint8Array, o: number): number => u16(data, o + 2),
  sequence: (data: Uint8Array, o: number): number => i32(data, o + 4),
  acknowledgement: (data: Uint8Array, o: number): number => i32(data, o + 8),
  headerLength: (data: Uint8Array, o: number): number => (data[o + 12]! >> 4) << 2,
  /** The four bits between data offset and flags. */
  reserved: (data: Uint8Array, o: number): number => data[o + 12]! & 15,
  flags: (data: Uint8Array, o: number): number => data[o + 13]!,
  window: (data: Uint8Array, o: number): number => u16(data, o + 14),
  checksum: (data: Uint8Array, o: number): number => u16(data, o + 16),
  urgentPointer: (data: Uint8Array, o: number): number => u16(data, o + 18),
} as const;
