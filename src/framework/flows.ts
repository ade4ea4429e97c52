// Flows: the records of all flows of a worker, in typed arrays; a flow is a number, the index of its record.

import { doublesOf, largeWords } from '../native/large-memory.ts';

/** Bits of the flow's `flags` word. */
export const FlowFlag = {
  toServerSeen: 1 << 0,
  toClientSeen: 1 << 1,
  /** IP-only rules have been looked at for this direction. */
  ipOnlyToServer: 1 << 2,
  ipOnlyToClient: 1 << 3,
  /** An alert was raised in the flow (EVE `alerted`). */
  alerted: 1 << 4,
  actionDrop: 1 << 5,
  actionPass: 1 << 6,
  /** No detection on its packets any more. */
  noPacketInspection: 1 << 7,
  noPayloadInspection: 1 << 8,
  bypassed: 1 << 9,
  /** The two directions were swapped after the first packet (midstream SYN/ACK, app layer). */
  directionSwapped: 1 << 10,
  /** Ended because another connection took its tuple (EVE reason tcp_reuse). */
  tcpReused: 1 << 11,
  /** Created by an ICMP error that names it only; kept for symmetry. */
  icmpErrorSeen: 1 << 12,
  /** Packets of this flow are logged because of a `tag`. */
  tagged: 1 << 13,
  elephantToServer: 1 << 14,
  elephantToClient: 1 << 15,
  /** TCP: handed to the app layer in that direction at least once. */
  appToServer: 1 << 16,
  appToClient: 1 << 17,
  emergency: 1 << 18,
  /** Dropped or rejected by an exception policy; which ones applied is in `F.exceptions`. */
  exceptionPolicy: 1 << 19,
  /** The flow is IPv6. */
  ip6: 1 << 20,
  timedOut: 1 << 21,
  /** flow logging disabled by `config:` */
  noLog: 1 << 22,
  /** The application layer has bytes, states or anomalies that rules and outputs have not looked at. */
  appNewsToServer: 1 << 23,
  appNewsToClient: 1 << 24,
  /** Frames of the flow are asked for. */
  appFrames: 1 << 25,
  /** Rules wait for something that need not come with news of the application layer (flowbits, payload). */
  appRestlessToServer: 1 << 26,
  appRestlessToClient: 1 << 27,
} as const;

export const FLOW_STATES = ['new', 'established', 'closed', 'bypassed', 'capture_bypassed'] as const;
export const FlowStateId = { new: 0, established: 1, closed: 2, bypassed: 3, captureBypassed: 4 } as const;

/** Why a flow record was written (EVE `flow.reason`). */
export const FLOW_END_REASONS = ['unknown', 'timeout', 'forced', 'shutdown', 'tcp_reuse'] as const;
export const FlowEndReason = { unknown: 0, timeout: 1, forced: 2, shutdown: 3, tcpReuse: 4 } as const;

/**
 * Words of one record; a record is STRIDE words long, 64-bit values sit on even words. What every packet reads or writes
 * lies in the first 32 words: two lines of the cache.
 */
export const FLOW_STRIDE = 64;
export const F = {
  src: 0, // four words, initiator's address
  dst: 4, // four words
  ports: 8, // source port << 16 | destination port (ICMP: type/code as Suricata shows them)
  protoVersion: 9, // protocol | ip version << 8 | recursion << 16
  vlan01: 10, // vlan0 | vlan1 << 16
  vlan2: 11, // vlan2 | vlan count << 16
  vni: 12,
  device: 13,
  hash: 14,
  flags: 15,
  state: 16, // FlowStateId
  tcp: 17, // record of its TCP session, -1 without
  packetsToServer: 18,
  packetsToClient: 19,
  ttl: 20, // min and max TTL, to server min | max << 8 | to client min << 16 | max << 24
  extra: 21, // 1 when FlowExtra exists
  appProtocol: 22, // app protocol id: final, to server, to client, original
  endReason: 23,
  lastTs: 24, // 64-bit: use `doubles`, index word >> 1
  bytesToServer: 26, // 64-bit, as the next
  bytesToClient: 28,
  appProtocolToServer: 30,
  appProtocolToClient: 31,
  startTs: 32, // 64-bit, as the next five
  id: 34, // flow_id, an integer below 2^53
  firstNumber: 36, // pcap_cnt of the first packet
  srcMac: 38, // 48-bit integers of the first packet, -1 without ethernet
  dstMac: 40,
  parentId: 42, // flow_id of the tunnel's outer flow, 0 without
  timerNext: 44, // timer wheel links
  timerPrev: 45,
  timerSlot: 46,
  appProtocolOriginal: 47,
  emergencyOrMark: 48,
  icmpCodes: 49, // ICMP: code of the first packet | code of the first answer << 8
  spi: 50, // ESP: security parameters index
  seenVlan01: 51, // the same as vlan01 and vlan2, of the first packet, whether or not they are part of the key
  seenVlan2: 52,
  exceptions: 53, // exception policies that applied: four bits for each target
  // 54..63 free
} as const;

/** What only few flows have; created on demand with `Flows.extraOf`. */
export class FlowExtra {
  /** Ids of the flowbits set. */
  flowbits: Set<number> | null = null;
  flowints: Map<number, number> | null = null;
  /** name -> value, from pcre captures */
  flowvars: Map<string, Uint8Array | string> | null = null;
  /** Entropy last computed by buffer (`file_data`; `content`: payload), for events. */
  entropies: Map<string, number> | null = null;
  /** xbits etc. keyed by plug-ins; values are theirs */
  readonly slots = new Map<string, unknown>();
  /** source and destination MACs seen, for EVE `ether` of flow records (bounded by the output) */
  srcMacs: number[] | null = null;
  dstMacs: number[] | null = null;
}

/** All flow records of a worker. Grows by doubling; `release` makes a record reusable. */
export class Flows {
  words: Int32Array<ArrayBuffer>;
  doubles: Float64Array;
  readonly extras: (FlowExtra | null)[] = [];
  private freeList: Int32Array;
  private freeCount = 0;
  private nextUnused = 0;
  capacity: number;
  /** Records in use. */
  active = 0;

  constructor(initial = 4096) {
    this.capacity = initial;
    this.words = largeWords(initial * FLOW_STRIDE);
    this.doubles = doublesOf(this.words);
    this.freeList = new Int32Array(initial);
  }

  /** A cleared record: its index. */
  allocate(): number {
    let f: number;
    if (this.freeCount > 0) f = this.freeList[--this.freeCount]!;
    else {
      if (this.nextUnused === this.capacity) this.grow();
      f = this.nextUnused++;
    }
    const base = f * FLOW_STRIDE;
    this.words.fill(0, base, base + FLOW_STRIDE);
    this.words[base + F.tcp] = -1;
    this.words[base + F.vni] = -1;
    this.active++;
    return f;
  }

  release(f: number): void {
    if (this.words[f * FLOW_STRIDE + F.extra] !== 0) this.extras[f] = null;
    this.freeList[this.freeCount++] = f;
    this.active--;
  }

  private grow(): void {
    const capacity = this.capacity * 2;
    const words = largeWords(capacity * FLOW_STRIDE);
    words.set(this.words);
    this.words = words;
    this.doubles = doublesOf(words);
    const free = new Int32Array(capacity);
    free.set(this.freeList);
    this.freeList = free;
    this.capacity = capacity;
  }

  /** Bytes one record takes. */
  static readonly bytesPerFlow = FLOW_STRIDE * 4;

  // Readable access for everything that is not per packet.
  word(f: number, field: number): number {
    return this.words[f * FLOW_STRIDE + field]!;
  }

  setWord(f: number, field: number, value: number): void {
    this.words[f * FLOW_STRIDE + field] = value;
  }

  double(f: number, field: number): number {
    return this.doubles[(f * FLOW_STRIDE + field) >> 1]!;
  }

  setDouble(f: number, field: number, value: number): void {
    this.doubles[(f * FLOW_STRIDE + field) >> 1] = value;
  }

  flags(f: number): number {
    return this.words[f * FLOW_STRIDE + F.flags]!;
  }

  setFlag(f: number, bit: number): void {
    const i = f * FLOW_STRIDE + F.flags;
    this.words[i] = this.words[i]! | bit;
  }

  clearFlag(f: number, bit: number): void {
    const i = f * FLOW_STRIDE + F.flags;
    this.words[i] = this.words[i]! & ~bit;
  }

  hasFlag(f: number, bit: number): boolean {
    return (this.words[f * FLOW_STRIDE + F.flags]! & bit) !== 0;
  }

  proto(f: number): number {
    return this.words[f * FLOW_STRIDE + F.protoVersion]! & 0xff;
  }

  ipVersion(f: number): number {
    return (this.words[f * FLOW_STRIDE + F.protoVersion]! >> 8) & 0xff;
  }

  sourcePort(f: number): number {
    return this.words[f * FLOW_STRIDE + F.ports]! >>> 16;
  }

  destinationPort(f: number): number {
    return this.words[f * FLOW_STRIDE + F.ports]! & 0xffff;
  }

  tcp(f: number): number {
    return this.words[f * FLOW_STRIDE + F.tcp]!;
  }

  extraOf(f: number): FlowExtra {
    const existing = this.extras[f];
    if (existing) return existing;
    const created = new FlowExtra();
    while (this.extras.length <= f) this.extras.push(null);
    this.extras[f] = created;
    this.words[f * FLOW_STRIDE + F.extra] = 1;
    return created;
  }

  /** The extra record or null, without creating one. */
  peekExtra(f: number): FlowExtra | null {
    return this.words[f * FLOW_STRIDE + F.extra] === 0 ? null : this.extras[f]!;
  }
}
