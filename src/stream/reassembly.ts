// Reassembly: the bytes of each direction in one growing block of the arena, with a list of what arrived.

import type { Counters } from '../base/counters.ts';
import { Slab } from '../base/slab.ts';
import { anomalyCounter } from '../framework/anomaly.ts';
import type { Packet } from '../framework/packet.ts';
import { STREAM_ANOMALY, TCP_COUNTER } from './events.ts';
import { NeededBytes } from './needed-bytes.ts';
import type { StreamOptions } from './options.ts';
import { OverlapMerge } from './overlap-merge.ts';
import { countRegions } from './regions.ts';
import { Segments } from './segments.ts';
import type { Sessions } from './sessions.ts';
import { D, StreamFlag } from './sessions.ts';

/** Of sessions with a depth of their own, before there is one. */
const NO_DEPTH = -1;
const SMALLEST_BLOCK = 2048;
/** No stream holds more than this between its base and its furthest byte. */
const MAX_SPAN = 16 << 20;

/** A base without bytes moves on when it lies so far behind. */
const FOLLOWED_SPAN = 64 << 10;

const UNREAD = StreamFlag.appDisabled | StreamFlag.unread;

/** Result of `insert`. */
export const Inserted = { nothing: 0, added: 1, noMemory: 2 } as const;

/** `d` is always the first word of a direction in `sessions.words`. */
export class Reassembly {
  readonly segments = new Segments();
  private readonly overlaps: OverlapMerge;
  readonly sessions: Sessions;
  readonly slab: Slab;
  readonly data: Uint8Array;
  readonly counters: Counters;
  readonly options: StreamOptions;
  /**
   * Whether anybody will look at the bytes. Where nobody will, only what arrived is followed, and data in order needs
   * no segment: the list holds what waits behind a hole.
   */
  keepsBytes = true;
  /** Depth of the streams that have one of their own (`file-store.stream-depth`, SMB): one value for all of them, the widest. */
  ownDepth = NO_DEPTH;
  /** What of the beginnings is of use yet. */
  readonly needed: NeededBytes;

  constructor(sessions: Sessions, slab: Slab, data: Uint8Array, counters: Counters, options: StreamOptions) {
    this.sessions = sessions;
    this.slab = slab;
    this.data = data;
    this.counters = counters;
    this.options = options;
    this.needed = new NeededBytes(sessions, options);
    this.overlaps = new OverlapMerge(this);
  }

  event(p: Packet, id: number): void {
    p.addAnomaly(id);
    this.counters.add(anomalyCounter(id));
  }

  /** Adds payload bytes at `offset` of `p.data` that begin at sequence number `seq`; p is where events go. */
  insert(p: Packet, d: number, seq: number, offset: number, length: number): number {
    const w = this.sessions.words;
    const flags = w[d + D.flags]!;
    if ((flags & StreamFlag.noReassembly) !== 0 && !this.isWrittenOn) return Inserted.nothing;
    if ((flags & UNREAD) === StreamFlag.appDisabled && this.keepsBytes && !this.hasReaders) this.stopKeeping(d);
    let start = (seq - w[d + D.baseSeq]!) | 0;
    if (start < 0) {
      if (start + length <= 0) {
        if ((flags & UNREAD) === 0) this.counters.add(TCP_COUNTER.overlap);
        return Inserted.nothing;
      }
      offset -= start;
      length += start;
      start = 0;
    }
    length = this.withinDepth(p, d, start, length);
    if (length <= 0) return Inserted.nothing;
    if (start + length > MAX_SPAN || w[d + D.segmentCount]! >= this.options.reassembly.maxSegments) {
      if (!this.makeRoomInList(p, d, start)) return Inserted.nothing;
    }
    if (!this.keeps(d)) return this.follow(p, d, start, offset, length);
    if (w[d + D.skip]! > 0 && this.passes(d, start, start + length)) return Inserted.added;
    if (start + length > w[d + D.capacity]!) {
      const moved = this.slide(d);
      start -= moved;
      if (start + length > w[d + D.capacity]! && !this.growBuffer(d, start + length)) {
        this.event(p, STREAM_ANOMALY.reassembly_insert_memcap);
        this.counters.add(TCP_COUNTER.segmentMemcapDrop);
        return Inserted.noMemory;
      }
    }
    if (start >= w[d + D.end]!) this.append(p, d, start, offset, length);
    else this.insertWithin(p, d, start, offset, length);
    return Inserted.added;
  }

  /** Where a sequence number is, relative to the base. */
  position(d: number, seq: number): number {
    const position = (seq - this.sessions.words[d + D.baseSeq]!) | 0;
    return this.hasOutOfBand(d) ? position + this.sessions.outOfBand.from(d, seq) : position;
  }

  /** Whether the byte at `seq` lies behind all that is there without a hole. */
  isUnseen(d: number, seq: number): boolean {
    const w = this.sessions.words;
    return (w[d + D.flags]! & StreamFlag.based) === 0 || this.position(d, seq) >= w[d + D.contiguous]!;
  }

  /** Whether some of the bytes that begin at `seq` do not belong into the stream. */
  isPartly(d: number, seq: number, length: number): boolean {
    return this.hasOutOfBand(d) && this.sessions.outOfBand.before(d, seq, length) < length;
  }

  private hasOutOfBand(d: number): boolean {
    return (this.sessions.words[d + D.flags]! & StreamFlag.outOfBand) !== 0;
  }

  /** Adds the first payload bytes of p, but those that are known to be out of band. */
  insertInBand(p: Packet, d: number, seq: number, length: number): number {
    if (!this.hasOutOfBand(d)) return this.insert(p, d, seq, p.payloadOffset, length);
    const { outOfBand } = this.sessions;
    let result: number = Inserted.nothing;
    for (let i = 0; i < length;) {
      const part = outOfBand.before(d, seq + i, length - i);
      const place = (seq + i + outOfBand.from(d, seq + i)) | 0;
      if (part > 0) result = Math.max(result, this.insert(p, d, place, p.payloadOffset + i, part));
      i += part + 1;
    }
    return result;
  }

  /**
   * A byte does not belong into the stream: what is behind it moves up.
   * @returns false when the byte is there already, or was missed
   */
  leaveOut(d: number, seq: number): boolean {
    const w = this.sessions.words;
    const { segments } = this;
    const at = this.position(d, seq);
    if (at < w[d + D.contiguous]!) return false;
    let n = w[d + D.segmentHead]!;
    while (n >= 0 && segments.end(n) <= at) n = segments.next(n);
    if (n >= 0 && segments.start(n) <= at) return false;
    this.sessions.outOfBand.add(d, seq);
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.outOfBand;
    w[d + D.baseSeq] = (w[d + D.baseSeq]! + 1) | 0;
    if (n < 0) return true;
    segments.shift(n, 1);
    const end = w[d + D.end]!;
    const buffer = w[d + D.buffer]!;
    if (buffer >= 0) this.data.copyWithin(buffer + at, buffer + at + 1, buffer + Math.min(end, w[d + D.capacity]!));
    w[d + D.end] = end - 1;
    this.extendContiguous(d, n);
    return true;
  }

  private keeps(d: number): boolean {
    return this.keepsBytes && (this.sessions.words[d + D.flags]! & StreamFlag.unread) === 0;
  }

  /**
   * Whether outputs write down what follows in streams that are put together no longer: where there are rules, as
   * measured beside Suricata 8.0.8.
   */
  get isWrittenOn(): boolean {
    return this.needed.told !== null && this.options.rawInspection;
  }

  /** Whether rules, outputs or the overlap check read the bytes of streams, whoever else does. */
  get hasReaders(): boolean {
    const { rawInspection, inline, reassembly } = this.options;
    return rawInspection || inline || reassembly.checkOverlapDifferentData || this.needed.told !== null;
  }

  /** The application layer was the only reader of a direction and is through with it. */
  stopKeeping(d: number): void {
    const w = this.sessions.words;
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.unread;
    this.releaseBuffer(d);
    w[d + D.app] = w[d + D.contiguous]!;
    w[d + D.raw] = w[d + D.contiguous]!;
    if (w[d + D.contiguous]! >= w[d + D.end]!) this.releaseSegments(d);
  }

  /** Notes the arrival of bytes that nobody will look at. */
  private follow(p: Packet, d: number, start: number, offset: number, length: number): number {
    const w = this.sessions.words;
    const end = start + length;
    const contiguous = w[d + D.contiguous]!;
    if (start <= contiguous && w[d + D.segmentHead]! < 0) {
      if (start < contiguous) this.counters.add(TCP_COUNTER.overlap);
      if (end <= contiguous) return Inserted.added;
      this.counters.add(TCP_COUNTER.segmentFromPool);
      w[d + D.contiguous] = end;
      if (end > w[d + D.end]!) w[d + D.end] = end;
      return Inserted.added;
    }
    if (start >= w[d + D.end]!) this.append(p, d, start, offset, length);
    else this.insertWithin(p, d, start, offset, length);
    if (w[d + D.contiguous]! >= w[d + D.end]!) this.releaseSegments(d);
    return Inserted.added;
  }

  /** Takes note of bytes in order that the application layer has no use for, when nobody else reads them. */
  private passes(d: number, start: number, end: number): boolean {
    const w = this.sessions.words;
    const contiguous = w[d + D.contiguous]!;
    if (end > w[d + D.skip]! || start > contiguous || w[d + D.end] !== contiguous || this.isRead(d)) return false;
    if (start < contiguous) this.counters.add(TCP_COUNTER.overlap);
    if (end <= contiguous) return true;
    this.counters.add(TCP_COUNTER.segmentFromPool);
    w[d + D.contiguous] = end;
    w[d + D.end] = end;
    return true;
  }

  /** Whether rules, outputs or the overlap check read the bytes of a direction, whatever the application layer does. */
  private isRead(d: number): boolean {
    const { rawInspection, inline, reassembly } = this.options;
    if (inline || reassembly.checkOverlapDifferentData || this.needed.told !== null) return true;
    return rawInspection && (this.sessions.words[d + D.flags]! & StreamFlag.rawDisabled) === 0;
  }

  /** Cuts what is beyond the depth, and notes once that it was reached. */
  private withinDepth(p: Packet, d: number, start: number, length: number): number {
    const w = this.sessions.words;
    const flags = w[d + D.flags]!;
    const depth = (flags & StreamFlag.ownDepth) !== 0 ? this.ownDepth : this.options.reassembly.depth;
    if (depth === 0 || (flags & StreamFlag.whole) !== 0) return length;
    const room = depth - (this.sessions.doubles[(d + D.baseOffset) >> 1]! + start);
    if (length < room) return length;
    if ((flags & StreamFlag.depthReached) === 0) {
      w[d + D.flags] = flags | StreamFlag.depthReached;
      this.counters.add(TCP_COUNTER.depthReached);
      this.event(p, STREAM_ANOMALY.reassembly_depth_reached);
    }
    return room < 0 ? 0 : room;
  }

  /** Too many small segments or too far out: only data in order is still taken. */
  private makeRoomInList(p: Packet, d: number, start: number): boolean {
    const w = this.sessions.words;
    if (start <= MAX_SPAN >> 1 && start === w[d + D.end]! && start === w[d + D.contiguous]!) return true;
    this.event(p, STREAM_ANOMALY.reassembly_insert_limit);
    this.counters.add(TCP_COUNTER.insertNormalFail);
    return false;
  }

  private copyIn(p: Packet, to: number, offset: number, length: number): void {
    if (p.data === this.data) this.data.copyWithin(to, offset, offset + length);
    else this.data.set(p.data.subarray(offset, offset + length), to);
  }

  private append(p: Packet, d: number, start: number, offset: number, length: number): void {
    const w = this.sessions.words;
    if (this.keeps(d)) this.copyIn(p, w[d + D.buffer]! + start, offset, length);
    const tail = w[d + D.segmentTail]!;
    const end = start + length;
    const isInOrder = start === w[d + D.contiguous]!;
    if (tail >= 0 && isInOrder && w[d + D.segmentCount]! >= this.options.reassembly.maxSegments) {
      this.segments.setEnd(tail, end);
    } else {
      const n = this.newSegment(start, end);
      this.segments.setPrevious(n, tail);
      if (tail >= 0) this.segments.setNext(tail, n);
      else w[d + D.segmentHead] = n;
      w[d + D.segmentTail] = n;
      w[d + D.segmentCount] = w[d + D.segmentCount]! + 1;
    }
    w[d + D.end] = end;
    if (isInOrder) {
      w[d + D.contiguous] = end;
    } else countRegions(this, d, { isListed: this.keeps(d) });
  }

  private newSegment(start: number, end: number): number {
    this.counters.add(TCP_COUNTER.segmentFromPool);
    return this.segments.allocate(start, end);
  }

  /** Data that begins before the end of what is there: a hole filled, a retransmission or an overlap. */
  private insertWithin(p: Packet, d: number, start: number, offset: number, length: number): void {
    const w = this.sessions.words;
    const segments = this.segments;
    const end = start + length;
    let before = w[d + D.segmentTail]!;
    while (before >= 0 && segments.start(before) > start) before = segments.previous(before);
    if (this.keeps(d)) this.overlaps.merge(p, d, start, offset, length);
    else if (this.overlaps.isThere(d, start, end)) this.counters.add(TCP_COUNTER.overlap);
    const after = before >= 0 ? segments.next(before) : w[d + D.segmentHead]!;
    const isCovered = before >= 0 && segments.end(before) >= end;
    if (!isCovered) {
      const n = this.newSegment(start, end);
      segments.setPrevious(n, before);
      segments.setNext(n, after);
      if (before >= 0) segments.setNext(before, n);
      else w[d + D.segmentHead] = n;
      if (after >= 0) segments.setPrevious(after, n);
      else w[d + D.segmentTail] = n;
      w[d + D.segmentCount] = w[d + D.segmentCount]! + 1;
      if (end > w[d + D.end]!) w[d + D.end] = end;
      this.extendContiguous(d, n);
      countRegions(this, d, { isListed: this.keeps(d) });
    }
  }

  private extendContiguous(d: number, from: number): void {
    const w = this.sessions.words;
    let contiguous = w[d + D.contiguous]!;
    for (let n = from; n >= 0 && this.segments.start(n) <= contiguous; n = this.segments.next(n)) {
      if (this.segments.end(n) > contiguous) contiguous = this.segments.end(n);
    }
    w[d + D.contiguous] = contiguous;
  }

  private growBuffer(d: number, needed: number): boolean {
    const w = this.sessions.words;
    const size = Slab.sizeOf(needed < SMALLEST_BLOCK ? SMALLEST_BLOCK : needed);
    const memcap = this.options.reassembly.memcap;
    if (memcap > 0 && this.slab.inUse + size > memcap) return false;
    const block = this.slab.alloc(size);
    if (block < 0) return false;
    const old = w[d + D.buffer]!;
    if (old >= 0) {
      this.data.copyWithin(block, old, old + Math.min(w[d + D.end]!, w[d + D.capacity]!));
      this.slab.release(old, w[d + D.capacity]!);
    }
    w[d + D.buffer] = block;
    w[d + D.capacity] = size;
    return true;
  }

  /** Relative position up to which the peer has acknowledged data (the sequence number of a FIN is no data). */
  ackedTo(d: number): number {
    const w = this.sessions.words;
    const flags = w[d + D.flags]!;
    let acked = (w[d + D.lastAck]! - w[d + D.baseSeq]!) | 0;
    if ((flags & StreamFlag.finCounted) !== 0 && w[d + D.lastAck] === w[d + D.nextSeq]) acked--;
    if ((flags & (StreamFlag.depthReached | StreamFlag.noReassembly)) !== 0 && acked > w[d + D.end]!) {
      acked = w[d + D.end]!;
    }
    return acked;
  }

  /** Turns acknowledged bytes that never came into a gap; afterwards everything up to `acked` is settled. */
  settleGaps(p: Packet, d: number, acked: number): void {
    const w = this.sessions.words;
    while (w[d + D.contiguous]! < acked) {
      const hole = w[d + D.contiguous]!;
      let n = w[d + D.segmentHead]!;
      while (n >= 0 && this.segments.end(n) <= hole) n = this.segments.next(n);
      const stop = n >= 0 && this.segments.start(n) < acked ? this.segments.start(n) : acked;
      const m = (d + D.missed) >> 1;
      this.sessions.doubles[m] = this.sessions.doubles[m]! + stop - hole;
      this.noteGap(p, d);
      w[d + D.contiguous] = stop;
      if (w[d + D.raw] === hole) w[d + D.raw] = stop;
      if (stop > w[d + D.end]!) w[d + D.end] = stop;
      this.extendContiguous(d, n);
    }
  }

  /** A gap is an anomaly only for an application layer that wants the data. */
  private noteGap(p: Packet, d: number): void {
    const w = this.sessions.words;
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.hole;
    if ((w[d + D.flags]! & StreamFlag.appDisabled) !== 0) return;
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.gap;
    this.counters.add(TCP_COUNTER.gap);
    this.event(p, STREAM_ANOMALY.reassembly_seq_gap);
  }

  /** Forgets what nobody needs any longer, when it is worth the while. */
  prune(d: number): void {
    const w = this.sessions.words;
    const keep = this.needed.keepFrom(d);
    if (keep <= 0) return;
    const limit = this.keeps(d) ? w[d + D.capacity]! >> 1 : FOLLOWED_SPAN;
    if (keep >= w[d + D.end]! || keep > limit) this.slide(d);
  }

  /** Moves the base to the first byte needed; returns by how much relative positions became smaller. */
  private slide(d: number): number {
    const w = this.sessions.words;
    const segments = this.segments;
    const by = this.needed.keepFrom(d);
    if (by <= 0) return 0;
    const end = w[d + D.end]!;
    let n = w[d + D.segmentHead]!;
    while (n >= 0 && segments.end(n) <= by) {
      const next = segments.next(n);
      segments.release(n);
      w[d + D.segmentCount] = w[d + D.segmentCount]! - 1;
      n = next;
    }
    w[d + D.segmentHead] = n;
    if (n < 0) w[d + D.segmentTail] = -1;
    else {
      segments.setPrevious(n, -1);
      segments.shift(n, by);
    }
    const buffer = w[d + D.buffer]!;
    if (buffer >= 0) {
      // what was passed over at the end of the data has no place in the buffer
      const held = Math.min(end, w[d + D.capacity]!);
      if (by < held) this.data.copyWithin(buffer, buffer + by, buffer + held);
      else this.releaseBuffer(d);
    }
    this.rebase(d, by);
    return by;
  }

  private rebase(d: number, by: number): void {
    const w = this.sessions.words;
    w[d + D.baseSeq] = (w[d + D.baseSeq]! + by) | 0;
    const o = (d + D.baseOffset) >> 1;
    this.sessions.doubles[o] = this.sessions.doubles[o]! + by;
    w[d + D.raw] = w[d + D.raw]! - by;
    w[d + D.app] = w[d + D.app]! - by;
    w[d + D.offered] = w[d + D.offered]! - by;
    const skip = w[d + D.skip]!;
    w[d + D.skip] = skip > by ? skip - by : 0;
    w[d + D.contiguous] = w[d + D.contiguous]! - by;
    const end = w[d + D.end]! - by;
    w[d + D.end] = end < 0 ? 0 : end;
  }

  private releaseBuffer(d: number): void {
    const w = this.sessions.words;
    if (w[d + D.buffer]! >= 0) this.slab.release(w[d + D.buffer]!, w[d + D.capacity]!);
    w[d + D.buffer] = -1;
    w[d + D.capacity] = 0;
  }

  /** Frees everything a direction holds. */
  release(d: number): void {
    this.releaseSegments(d);
    this.releaseBuffer(d);
  }

  private releaseSegments(d: number): void {
    const w = this.sessions.words;
    for (let n = w[d + D.segmentHead]!; n >= 0;) {
      const next = this.segments.next(n);
      this.segments.release(n);
      n = next;
    }
    w[d + D.segmentHead] = -1;
    w[d + D.segmentTail] = -1;
    w[d + D.segmentCount] = 0;
  }
}
