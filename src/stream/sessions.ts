// Sessions: the records of all TCP connections of a worker, in one typed array; a session is an index.

import { doublesOf, largeWords } from '../native/large-memory.ts';
import { OutOfBand } from './out-of-band.ts';

/**
 * Words of a record that belong to neither direction. What most packets read or write lies in the first 48 words of a
 * record, three lines of the cache: here, and below `RARE` in each direction.
 */
export const S = {
  state: 0,
  flags: 1, // SessionFlag
  flow: 2,
  historySeen: 3,
  history: 57, // 8 words: 32 letters
  historyLength: 65,
  synTs: 66, // double
  handshakeRtt: 68,
  greetingsSeen: 69, // in the handshake: SYNs, and in the upper half different SYN/ACKs
  greetings: 79, // list in HandshakeQueue: other SYNs while syn_sent, other SYN/ACKs while syn_recv
} as const;

/** Words of one direction, added to its base. */
export const D = {
  flags: 0, // StreamFlag
  nextSeq: 1,
  lastAck: 2,
  window: 3, // bytes the peer is ready to take
  nextWin: 4, // highest sequence number the peer is ready to take
  windowScale: 5, // shift of the windows the peer announces
  lastTs: 6,
  lastPacketSecond: 7,
  tcpFlags: 8,
  baseSeq: 9, // sequence number of relative position 0
  buffer: 10, // place of relative position 0 in the arena, -1 without
  capacity: 11,
  segmentHead: 12, // index of the first segment record, -1 without
  segmentTail: 13,
  segmentCount: 14,
  contiguous: 15, // relative end of the data without a hole from the base
  raw: 16, // relative position up to which raw inspection is done
  app: 17, // the same for the application layer
  offered: 18, // relative position up to which the application layer was offered the data
  end: 19, // relative end of the data furthest out
  skip: 20, // relative position up to which the application layer has no use for the bytes
  needed: 21, // sequence number of the first byte that the application layer needed after the direction's last packet
  // from here on RARE
  missed: 44, // double
  baseOffset: 46, // double: stream offset of relative position 0
  isn: 48,
  retransmits: 49,
  urgentCount: 50,
  maxRegions: 51,
  historyScaled: 52, // retransmissions, gaps, zero windows seen: 10 bits each
} as const;

export const CLIENT = 4;
export const SERVER = 26;
/** Words of a direction: [0, OFTEN) and [RARE, DIRECTION_END). */
export const OFTEN = 22;
export const RARE = 44;
export const DIRECTION_END = 53;
/** 320 bytes a session. */
export const STRIDE = 80;

export const SessionFlag = {
  midstream: 1 << 0,
  async: 1 << 1,
  timestamp: 1 << 2,
  fourWay: 1 << 3,
  fastOpen: 1 << 4,
  closedByRst: 1 << 5,
  midstreamSynAck: 1 << 6,
  midstreamEstablished: 1 << 7,
  sack: 1 << 8,
  finByClient: 1 << 9,
  finByServer: 1 << 10,
  rstByClient: 1 << 11,
  rstByServer: 1 << 12,
  ignored: 1 << 13,
  synSeen: 1 << 14,
  synAckSeen: 1 << 15,
  established: 1 << 16,
  /** The server did not take what came with the SYN. */
  synDataIgnored: 1 << 17,
  /** The server has gone on behind the handshake: a repeated SYN/ACK is none any more. */
  confirmed: 1 << 18,
  /** The side that data came from first. */
  clientFirst: 1 << 19,
  serverFirst: 1 << 20,
} as const;

/** Where `S.flags` keeps the state that a session had before its reset: 4 bits. */
export const BEFORE_RESET = 24;

export const StreamFlag = {
  timestamp: 1 << 0,
  zeroTimestamp: 1 << 1,
  depthReached: 1 << 2,
  triggerRaw: 1 << 3,
  rawDisabled: 1 << 4,
  noReassembly: 1 << 5,
  gap: 1 << 6,
  keepAlive: 1 << 7,
  /** It sent a reset with a signature that only its receiver can check (RFC 2385, RFC 5925). */
  rstUnproven: 1 << 8,
  based: 1 << 9, // baseSeq is set
  appDisabled: 1 << 10,
  started: 1 << 11, // the application layer has seen the beginning
  eof: 1 << 12,
  /** The sequence number of the FIN is part of nextSeq. */
  finCounted: 1 << 13,
  /** Acknowledged bytes never came (also where nobody is told: `gap` says that). */
  hole: 1 << 14,
  /** Nobody reads the bytes any more: none are kept. */
  unread: 1 << 15,
  /** Raw inspection ends with what is there now. */
  rawLast: 1 << 16,
  /** The application layer knows that nothing follows. */
  endTold: 1 << 17,
  /** Followed to `Reassembly.ownDepth`. */
  ownDepth: 1 << 18,
  /** What was looked at stays for a while (`NeededBytes.hold`). */
  held: 1 << 19,
  /** Followed to its end, whatever the depth of others is. */
  whole: 1 << 20,
  /** As `held`, but nothing is kept: repeated, it is judged as if it were. */
  lingers: 1 << 21,
  /** Its SYN offered no scaling: that of the other side does not hold either (RFC 7323, 2.2). */
  unscaled: 1 << 22,
  /** Some of its bytes are out of band (`Sessions.outOfBand`). */
  outOfBand: 1 << 23,
} as const;

/** Flags of a direction once content rules have looked at what was due. */
export function afterLook(flags: number): number {
  const isLast = (flags & StreamFlag.rawLast) !== 0;
  return (flags & ~StreamFlag.triggerRaw) | (isLast ? StreamFlag.rawDisabled : 0);
}

/** Where `D.flags` keeps how overlaps are resolved: 4 bits. */
export const OS_POLICY = 24;

/** Number of the overlap policy in the flags of a direction. */
export function osPolicyOf(flags: number): number {
  return (flags >>> OS_POLICY) & 15;
}

/** The record store. */
export class Sessions {
  words: Int32Array<ArrayBuffer>;
  doubles: Float64Array;
  active = 0;
  readonly outOfBand = new OutOfBand();
  private capacity: number;
  private free: Int32Array;
  private freeCount = 0;
  private nextUnused = 0;

  constructor(initial = 1 << 15) {
    this.capacity = initial;
    this.words = largeWords(initial * STRIDE);
    this.doubles = doublesOf(this.words);
    this.free = new Int32Array(initial);
  }

  static readonly bytesPerSession = STRIDE * 4;

  /** Whether the next allocation reuses a record. */
  get hasFree(): boolean {
    return this.freeCount > 0;
  }

  /** A cleared record. */
  allocate(): number {
    if (this.freeCount === 0 && this.nextUnused === this.capacity) this.grow();
    const t = this.freeCount > 0 ? this.free[--this.freeCount]! : this.nextUnused++;
    const b = t * STRIDE;
    this.words.fill(0, b, b + STRIDE);
    this.words[b + S.handshakeRtt] = -1;
    this.clearDirection(b + CLIENT);
    this.clearDirection(b + SERVER);
    this.active++;
    return t;
  }

  release(t: number): void {
    const b = t * STRIDE;
    const flags = this.words[b + CLIENT + D.flags]! | this.words[b + SERVER + D.flags]!;
    if ((flags & StreamFlag.outOfBand) !== 0) {
      this.outOfBand.release(b + CLIENT);
      this.outOfBand.release(b + SERVER);
    }
    this.free[this.freeCount++] = t;
    this.active--;
  }

  private clearDirection(d: number): void {
    const w = this.words;
    w[d + D.buffer] = -1;
    w[d + D.segmentHead] = -1;
    w[d + D.segmentTail] = -1;
    w[d + D.maxRegions] = 1;
  }

  private grow(): void {
    const capacity = this.capacity * 2;
    const words = largeWords(capacity * STRIDE);
    words.set(this.words);
    this.words = words;
    this.doubles = doublesOf(words);
    const free = new Int32Array(capacity);
    free.set(this.free);
    this.free = free;
    this.capacity = capacity;
  }
}
