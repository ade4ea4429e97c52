// SCTP common header and chunks (RFC 9260).
import { i32, u16 } from './read.ts';

export const SCTP_HEADER_LENGTH = 12;
export const SCTP_CHUNK_HEADER_LENGTH = 4;
/** Chunk header, TSN, stream, sequence and payload protocol of a DATA chunk. */
export const SCTP_DATA_HEADER_LENGTH = 16;

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

/** Names of chunk types by value: RFC 9260 section 3.2 and the extensions of the IANA registry. */
const CHUNK_NAMES: readonly string[] = [
  'data',
  'init',
  'init_ack',
  'sack',
  'heartbeat',
  'heartbeat_ack',
  'abort',
  'shutdown',
  'shutdown_ack',
  'error',
  'cookie_echo',
  'cookie_ack',
  'ecne',
  'cwr',
  'shutdown_complete',
  'auth',
];
const EXTENSIONS: Readonly<Record<string, number>> = {
  i_data: 0x40,
  asconf_ack: 0x80,
  re_config: 0x82,
  pad: 0x84,
  forward_tsn: 0xc0,
  asconf: 0xc1,
  i_forward_tsn: 0xc2,
};

/** Value of a chunk type by its name, undefined for a name nobody gave. */
export function sctpChunkType(name: string): number | undefined {
  const index = CHUNK_NAMES.indexOf(name);
  return index >= 0 ? index : EXTENSIONS[name];
}

/** Name of a chunk type, `unknown` for values without one. */
export function sctpChunkName(type: number): string {
  return CHUNK_NAMES[type] ?? Object.keys(EXTENSIONS).find((name) => EXTENSIONS[name] === type) ?? 'unknown';
}

/** Offset of the n-th well-formed chunk of the packet whose SCTP header is at `o` and ends at `end`, -1 without. */
export function sctpChunkAt(data: Uint8Array, o: number, end: number, n: number): number {
  let at = o + SCTP_HEADER_LENGTH;
  for (let i = 0; at + SCTP_CHUNK_HEADER_LENGTH <= end; i++) {
    const length = Sctp.chunkLength(data, at);
    if (length < SCTP_CHUNK_HEADER_LENGTH || at + length > end) return -1;
    if (i === n) return at;
    at += (length + 3) & ~3;
  }
  return -1;
}
