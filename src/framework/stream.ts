// What the rest of the engine sees of TCP streams: raw inspection windows and the values of a session.

import type { Packet } from './packet.ts';

/**
 * The reassembled data that is due for inspection with a packet. One instance per worker, reused:
 * `open(p)`, read the blocks, `commit(p)`.
 */
export interface RawStream {
  /** Readies the blocks for the direction of p; returns how many (0: nothing to inspect now). */
  open(p: Packet): number;
  /** Blocks of the last `open`. */
  readonly opened: number;
  /** The array the blocks lie in, and its registration with the native matchers. */
  readonly data: Uint8Array;
  readonly bufferId: number;
  /** Offset into `data`, length, and stream offset of each block. */
  readonly blockStart: Int32Array;
  readonly blockLength: Int32Array;
  readonly blockStreamOffset: Float64Array;
  /** Inspection is done: the inspected bytes need not be kept for it any longer. */
  commit(p: Packet): void;
}

/** The bytes that are there of a direction, segment by segment. One instance per worker, reused. */
export interface HeldBytes {
  /** Lists those of the direction of p; returns how many pieces there are. */
  open(p: Packet): number;
  /** The array they lie in. */
  readonly data: Uint8Array;
  /** Offset into `data`, length, and bytes that never came before each piece. */
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly missing: Int32Array;
}

export const TCP_STATES = [
  'none',
  'listen',
  'syn_sent',
  'syn_recv',
  'established',
  'fin_wait1',
  'fin_wait2',
  'time_wait',
  'last_ack',
  'close_wait',
  'closing',
  'closed',
] as const;

/** Values of one TCP session, for keywords (stream_size, tcp.session ...) and records. `t` is `flows.tcp(f)`. */
export interface TcpView {
  /** Index into TCP_STATES. */
  state(t: number): number;
  /** Flags seen to server / to client, bits as in the header. */
  flagsToServer(t: number): number;
  flagsToClient(t: number): number;
  /** Bytes of sequence space used by a direction so far (stream_size). */
  streamSize(t: number, direction: 'toServer' | 'toClient'): number;
  /** Bytes of a direction that came without a hole, so far. */
  ordered(t: number, direction: 'toServer' | 'toClient'): number;
  /** Bytes that are missing behind them in front of others that came; 0: none did. */
  holeSize(t: number, direction: 'toServer' | 'toClient'): number;
  /** Nothing more of a direction is put together: `stream.reassembly.depth` is reached. */
  isDepthReached(t: number, direction: 'toServer' | 'toClient'): boolean;
  hasGap(t: number, direction: 'toServer' | 'toClient'): boolean;
  /** Largest number of disjoint data regions the direction held (EVE ts_max_regions). */
  maxRegions(t: number, direction: 'toServer' | 'toClient'): number;
  /** Payload bytes never seen though acknowledged. */
  missedBytes(t: number, direction: 'toServer' | 'toClient'): number;
  retransmits(t: number, direction: 'toServer' | 'toClient'): number;
  /** Microseconds from SYN to the ACK that ends the handshake, -1 unknown. */
  handshakeRtt(t: number): number;
  /** Picked up after the handshake. */
  isMidstream(t: number): boolean;
  /** Zeek's history letters and connection state of the flow. */
  history(t: number): string;
  connState(t: number): string;
  /** All that is known of it, to look for what went wrong. */
  snapshot(t: number): TcpSnapshot;
}

/** A session at one moment, in the words of Suricata. */
export interface TcpSnapshot {
  readonly flags: readonly string[];
  readonly client: TcpEndSnapshot;
  readonly server: TcpEndSnapshot;
}

/** What one end sent. */
export interface TcpEndSnapshot {
  readonly isn: number;
  readonly nextSeq: number;
  readonly lastAck: number;
  readonly nextWin: number;
  readonly baseSeq: number;
  /** Behind the data furthest out, 0 without any. */
  readonly rightEdge: number;
  readonly window: number;
  readonly windowScale: number;
  readonly flags: readonly string[];
  readonly segments: number;
  /** Bytes of the buffer that holds them. */
  readonly capacity: number;
}

/** Bits that come with data for the application layer. */
export const AppDataFlag = {
  start: 1,
  gap: 2,
  eof: 4,
  midstream: 8,
  /** Nothing is seen of the other side (`stream.async-oneside`). */
  oneSided: 16,
  /** It was the other side that spoke first, though it may have been missed. */
  otherFirst: 32,
} as const;

/**
 * Is told the bytes of TCP directions (0: to server, 1: to client) in order, each once, as they are settled: [start, end)
 * of `data`, which are only there during the call. Bytes that never came are left out.
 */
export type StreamListener = (
  f: number,
  direction: 0 | 1,
  data: Uint8Array,
  start: number,
  end: number,
  about: { readonly isFirst: boolean },
) => void;

/**
 * Takes the bytes of a TCP direction in order (direction 0: to server, 1: to client) and returns how many it is done
 * with: the rest is given again, with more behind it. With `gap` there are none.
 */
export interface AppStreamSink {
  /** Set by `data`: how many bytes behind those it took are of no use; they are not given, `passed` tells of them. */
  readonly skip: number;
  data(
    p: Packet,
    f: number,
    t: number,
    direction: number,
    data: Uint8Array,
    offset: number,
    length: number,
    flags: number,
  ): number;
  /** `length` bytes arrived that it had no use for. */
  passed(f: number, direction: 0 | 1, length: number): void;
  /** Nothing follows in a direction whose bytes were all taken. */
  end(p: Packet, f: number, direction: 0 | 1): void;
  /** Whether bytes that were left are done with when the session closes: they are offered once more, with its end. */
  endsWithSession(f: number, direction: 0 | 1): boolean;
  /** The rest of a direction lies beyond `stream.reassembly.depth`: it is not given. */
  cut(p: Packet, f: number, direction: 0 | 1): void;
}
