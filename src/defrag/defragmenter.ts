// Defragmenter: keeps IP fragments until a packet is whole (RFC 791 section 3.2, RFC 8200 section 4.5). One per worker.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { Slab } from '../base/slab.ts';
import type { FragmentSink } from '../decode/fragments.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { PACKET_SOURCES, PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { IPV4_HEADER_LENGTH, IPV4_MAX_LENGTH } from '../wire/ipv4.ts';
import { IPV6_FRAGMENT_HEADER_LENGTH, IPV6_MAX_PAYLOAD, Ipv6Fragment } from '../wire/ipv6.ts';
import { DEFAULT_DEFRAG_POLICY } from './policy.ts';
import { isLengthValid, precedingNextHeader, rebuild, rebuiltLength } from './rebuild.ts';
import { Fragment } from './tracker.ts';
import type { Tracker } from './tracker.ts';
import { TrackerTable } from './tracker-table.ts';

const IPV4_FRAGMENTS = defineCounter('defrag.ipv4.fragments');
const IPV4_REASSEMBLED = defineCounter('defrag.ipv4.reassembled');
const IPV6_FRAGMENTS = defineCounter('defrag.ipv6.fragments');
const IPV6_REASSEMBLED = defineCounter('defrag.ipv6.reassembled');
const MAX_FRAGS = defineCounter('defrag.max_frags_reached');
const MAX_TRACKERS = defineCounter('defrag.max_trackers_reached');
const HARD_REUSE = defineCounter('defrag.tracker_hard_reuse');
const WORKER_TIMEOUT = defineCounter('defrag.wrk.tracker_timeout');
const MANAGER_TIMEOUT = defineCounter('defrag.mgr.tracker_timeout');
const MEMUSE = defineCounter('defrag.memuse');
defineCounter('defrag.tracker_soft_reuse');

const IPV4 = defineAnomalies('decode', 'ipv4', ['frag_overlap', 'frag_pkt_too_large', 'frag_ignored']);
const IPV6 = defineAnomalies('decode', 'ipv6', [
  'frag_overlap',
  'frag_pkt_too_large',
  'frag_ignored',
  'frag_invalid_length',
]);
const SOURCE = PACKET_SOURCES.indexOf('defrag');
const MICROSECONDS = 1_000_000;
const DEFAULT_TIMEOUT_SECONDS = 60;
/** The bitmap and fields of a tracker, roughly; for `defrag.memuse`. */
const TRACKER_BYTES = 1400;

export interface DefragOptions {
  /** Bytes that both the fragments and the rebuilt packets live in, and their id for the native matchers. */
  readonly arena: Uint8Array;
  readonly bufferId: number;
  /** Region of the arena; its size is the memcap. */
  readonly start: number;
  readonly size: number;
  readonly counters: Counters;
  readonly maxTrackers?: number;
  readonly maxFragments?: number;
  readonly hashSize?: number;
  readonly seed?: number;
  /** Fragments of different VLANs (tunnel depths) are different packets; both true unless said otherwise. */
  readonly usesVlan?: boolean;
  readonly usesRecursion?: boolean;
  /** Id of the overlap policy for the packet's destination (`host-os-policy`). */
  readonly policyOf?: (p: Packet) => number;
  /** Seconds to wait for the rest, by destination (`defrag.timeout`, `defrag.host-config`). */
  readonly timeoutOf?: (p: Packet) => number;
  /** Told of each fragment that no memory was left for (`defrag.memcap-policy`). */
  readonly onMemcap?: (p: Packet) => void;
  /** Number of the packet for which memory is to be found exhausted (`--simulate-packet-defrag-memcap`). */
  readonly simulateMemcapAt?: number;
}

export class Defragmenter implements FragmentSink {
  private readonly options: DefragOptions;
  private readonly data: Uint8Array;
  private readonly counters: Counters;
  /** Its memcap is that of `defrag`. */
  readonly slab: Slab;
  private readonly table: TrackerTable;
  private readonly maxTrackers: number;
  private readonly maxFragments: number;
  private readonly spare: Fragment[] = [];
  private fragments = 0;
  /** Blocks of rebuilt packets that are still being processed: offset, size. */
  private readonly rebuilt: number[] = [];

  constructor(options: DefragOptions) {
    this.options = options;
    this.data = options.arena;
    this.counters = options.counters;
    this.slab = new Slab(options.start, options.size);
    this.maxTrackers = options.maxTrackers ?? 65_535;
    this.maxFragments = options.maxFragments ?? 65_535;
    const keys = { usesVlan: options.usesVlan ?? true, usesRecursion: options.usesRecursion ?? true };
    this.table = new TrackerTable(options.hashSize ?? 4096, options.seed ?? (Math.random() * 0x7fffffff) | 0, keys);
  }

  submit(p: Packet, result: Packet): boolean {
    const isIpv4 = p.ipVersion === 4;
    this.counters.add(isIpv4 ? IPV4_FRAGMENTS : IPV6_FRAGMENTS);
    if (p.number === this.options.simulateMemcapAt) return this.refuse(p);
    const from = isIpv4 ? p.l3Offset + p.l3HeaderLength : p.ip6FragmentOffset + IPV6_FRAGMENT_HEADER_LENGTH;
    const length = p.l3End - from;
    const problem = isIpv4 ? ipv4Problem(p, length) : ipv6Problem(p, length);
    if (problem >= 0) {
      p.addAnomaly(problem);
      return false;
    }
    const tracker = this.trackerOf(p);
    if (tracker === null) return false;
    tracker.expires = p.ts + this.timeout(p);
    this.table.touch(tracker);
    if (!this.keep(tracker, p, from, length)) return this.refuse(p);
    return tracker.isComplete() && this.finish(tracker, p, result);
  }

  releaseRebuilt(): void {
    while (this.rebuilt.length > 0) {
      const size = this.rebuilt.pop()!;
      this.slab.release(this.rebuilt.pop()!, size);
    }
  }

  /** Forgets what waited too long; `ts` in microseconds. */
  expire(ts: number): void {
    this.expireOld(ts, MANAGER_TIMEOUT);
    this.counters.set(MEMUSE, this.slab.inUse + this.table.count * TRACKER_BYTES);
  }

  /** Trackers in use. */
  get trackers(): number {
    return this.table.count;
  }

  private expireOld(ts: number, counter: number): void {
    for (let t = this.table.oldest; t !== null && t.expires < ts; t = this.table.oldest) {
      this.drop(t);
      this.counters.add(counter);
    }
  }

  private timeout(p: Packet): number {
    return (this.options.timeoutOf?.(p) ?? DEFAULT_TIMEOUT_SECONDS) * MICROSECONDS;
  }

  private trackerOf(p: Packet): Tracker | null {
    const hash = this.table.hash(p);
    const known = this.table.find(p, hash);
    if (known !== null) {
      if (known.expires >= p.ts) return known;
      this.drop(known);
      this.counters.add(WORKER_TIMEOUT);
    }
    if (this.table.count >= this.maxTrackers && !this.makeRoom(p.ts)) return null;
    const tracker = this.table.add(p, hash);
    tracker.policy = this.options.policyOf?.(p) ?? DEFAULT_DEFRAG_POLICY;
    return tracker;
  }

  /** The oldest unfinished packet has to go. */
  private makeRoom(ts: number): boolean {
    this.expireOld(ts, WORKER_TIMEOUT);
    if (this.table.count < this.maxTrackers) return true;
    const oldest = this.table.oldest;
    if (oldest === null) {
      this.counters.add(MAX_TRACKERS);
      return false;
    }
    this.drop(oldest);
    this.counters.add(HARD_REUSE);
    return true;
  }

  /** Copies the fragment; false when there is no room for it. */
  private keep(t: Tracker, p: Packet, from: number, length: number): boolean {
    const isHead = p.fragOffset === 0 && t.head === null;
    const headers = isHead ? this.headersEnd(p) - p.start : 0;
    const fragment = this.takeFragment(headers + length);
    if (fragment === null) return false;
    fragment.offset = p.fragOffset;
    fragment.end = p.fragOffset + length;
    fragment.prefix = headers;
    this.copy(p.data, p.start, headers, fragment.block);
    this.copy(p.data, from, length, fragment.block + headers);
    if (isHead) noteHead(t, p, fragment);
    this.insert(t, p, fragment);
    return true;
  }

  private insert(t: Tracker, p: Packet, fragment: Fragment): void {
    const isLast = p.moreFragments === 0;
    fragment.isLast = isLast;
    if (isLast) t.noteLast(fragment);
    if (fragment.end > t.reach) t.reach = fragment.end;
    if (t.cover(fragment.offset, fragment.end, isLast)) {
      t.hasOverlap = true;
      p.addAnomaly(p.ipVersion === 4 ? IPV4.frag_overlap : IPV6.frag_overlap);
    }
    t.append(fragment);
  }

  /** Headers of a first fragment that the rebuilt packet keeps: all but the IPv6 fragment header. */
  private headersEnd(p: Packet): number {
    return p.ipVersion === 4 ? p.l3Offset + p.l3HeaderLength : p.ip6FragmentOffset;
  }

  private takeFragment(size: number): Fragment | null {
    if (this.fragments >= this.maxFragments) return null;
    const block = this.slab.alloc(size);
    if (block < 0) return null;
    this.fragments++;
    const fragment = this.spare.pop() ?? new Fragment();
    fragment.block = block;
    fragment.blockSize = size;
    return fragment;
  }

  private copy(source: Uint8Array, from: number, length: number, to: number): void {
    if (source === this.data) this.data.copyWithin(to, from, from + length);
    else for (let i = 0; i < length; i++) this.data[to + i] = source[from + i]!;
  }

  private refuse(p: Packet): boolean {
    this.counters.add(MAX_FRAGS);
    p.addAnomaly(p.ipVersion === 4 ? IPV4.frag_ignored : IPV6.frag_ignored);
    this.options.onMemcap?.(p);
    return false;
  }

  private finish(t: Tracker, p: Packet, result: Packet): boolean {
    const size = rebuiltLength(t);
    const target = isLengthValid(t) ? this.slab.alloc(size) : -1;
    if (target < 0) {
      this.drop(t);
      return this.refuse(p);
    }
    this.rebuilt.push(target, size);
    result.reset(this.data, this.options.bufferId, target, target + size);
    result.l3Offset = rebuild(this.data, t, target);
    result.etherOffset = t.etherDelta < 0 ? -1 : target + t.etherDelta;
    copyLink(result, p);
    this.drop(t);
    this.counters.add(p.ipVersion === 4 ? IPV4_REASSEMBLED : IPV6_REASSEMBLED);
    return true;
  }

  private drop(t: Tracker): void {
    for (let f = t.first; f !== null;) {
      const next: Fragment | null = f.next;
      this.slab.release(f.block, f.blockSize);
      this.fragments--;
      f.next = null;
      this.spare.push(f);
      f = next;
    }
    this.table.remove(t);
  }
}

/** The rebuilt packet keeps what the link layers of its last fragment said. */
function copyLink(result: Packet, p: Packet): void {
  result.source = SOURCE;
  result.flags = PacketFlag.reassembled | (p.flags & PacketFlag.tunnelInner);
  result.linkType = p.linkType;
  result.etherType = p.etherType;
  result.vlanCount = p.vlanCount;
  result.vlan0 = p.vlan0;
  result.vlan1 = p.vlan1;
  result.vlan2 = p.vlan2;
  result.vlanTci0 = p.vlanTci0;
  result.vlanTci1 = p.vlanTci1;
  result.vlanTci2 = p.vlanTci2;
  result.vni = p.vni;
  result.pppoeSession = p.pppoeSession;
}

function noteHead(t: Tracker, p: Packet, fragment: Fragment): void {
  t.head = fragment;
  t.etherDelta = p.etherOffset < 0 ? -1 : p.etherOffset - p.start;
  t.l3Delta = p.l3Offset - p.start;
  if (p.ipVersion !== 6) return;
  t.nextHeader = Ipv6Fragment.nextHeader(p.data, p.ip6FragmentOffset);
  t.nextHeaderDelta = precedingNextHeader(p.data, p.l3Offset, p.ip6FragmentOffset) - p.start;
}

function ipv4Problem(p: Packet, length: number): number {
  return IPV4_HEADER_LENGTH + p.fragOffset + length > IPV4_MAX_LENGTH ? IPV4.frag_pkt_too_large : -1;
}

/** RFC 8200: all but the last fragment carry multiples of eight bytes. */
function ipv6Problem(p: Packet, length: number): number {
  if (p.fragOffset + length > IPV6_MAX_PAYLOAD) return IPV6.frag_pkt_too_large;
  return p.moreFragments !== 0 && length % 8 !== 0 ? IPV6.frag_invalid_length : -1;
}
