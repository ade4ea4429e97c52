// SCTP common header and chunks (RFC 9260).
import { i32, u16 } from './read.ts';

export const SCTP_HEADER_LENGTH = 12;
export const SCTP_CHUNK_HEADER_LENGTH = 4;

export const SctpChunkType = { data: 0, init: 1, initAck: 2, abort: 6, shutdownComplete: 14 } as const;

export const Sctp = {
  sourcePort: (data: Uint8Array, o: number): number => u16(data, o),
  destinationPort: (data: Uint8Array, o: number): number => u16(data, o + 2),
  verificationTag: (data: Uint8Array, o: number): number => i32(data, o + 4),
  chunkType: (data: Uint8Array, o: number): number => data[o]!,
  chunkFlags: (data: Uint8Array, o: number): number => data[o + 1]!,
  /** Header included, padding not. */
  chunkLength: (data: Uint8Array, o: number): number => u16(data, o + 2),
} as const;
