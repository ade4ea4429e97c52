// Raw inspection: which reassembled bytes are due for content rules with a packet.

import type { Packet } from '../framework/packet.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { RawStream } from '../framework/stream.ts';
import { F } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import type { Reassembly } from './reassembly.ts';
import { CLIENT, D, S, SERVER, StreamFlag, STRIDE, afterLook } from './sessions.ts';
import { TcpFlag, TcpStateId } from './states.ts';

const MAX_BLOCKS = 64;
/** Inline, a packet has at least that part of a chunk before it in view, however large it is (as in Suricata 8.0.8). */
const LOOKED_BACK = 3;
const FLUSH = StreamFlag.depthReached | StreamFlag.triggerRaw;

/** The blocks due with a packet; passive: what was acknowledged, inline: the packet and what is just before it. */
export class RawWindow implements RawStream {
  readonly blockStart = new Int32Array(MAX_BLOCKS);
  readonly blockLength = new Int32Array(MAX_BLOCKS);
  readonly blockStreamOffset = new Float64Array(MAX_BLOCKS);
  readonly data: Uint8Array;
  readonly bufferId: number;
  private readonly reassembly: Reassembly;
  private readonly flows: Flows;
  private count = 0;
  private direction = -1;
  private inspectedTo = 0;

  constructor(reassembly: Reassembly, flows: Flows, bufferId: number) {
    this.reassembly = reassembly;
    this.flows = flows;
    this.data = reassembly.data;
    this.bufferId = bufferId;
  }

  open(p: Packet): number {
    this.count = 0;
    this.direction = -1;
    const t = p.flow < 0 ? -1 : this.flows.tcp(p.flow);
    if (t < 0) return 0;
    const w = this.reassembly.sessions.words;
    const isToServer = (p.flags & PacketFlag.toServer) !== 0;
    const d = t * STRIDE + (isToServer ? CLIENT : SERVER);
    if ((w[d + D.flags]! & StreamFlag.rawDisabled) !== 0) return 0;
    if ((w[d + D.flags]! & StreamFlag.noReassembly) !== 0 && (p.flags & PacketFlag.pseudoStreamEnd) === 0) return 0;
    if (this.reassembly.options.inline) this.openInline(p, d, isToServer);
    else this.openPassive(p, d, w[t * STRIDE + S.state]!, isToServer);
    if (this.direction < 0) return 0;
    if (this.count > 0) p.flags |= PacketFlag.hasStreamData;
    return this.count;
  }

  /** Whether p is due to inspect something of the direction at `d` that has its last inspection before it. */
  isDue(p: Packet, d: number): boolean {
    const { sessions, options } = this.reassembly;
    if (options.inline) return (p.flags & PacketFlag.streamAdded) !== 0;
    return Math.min(this.reassembly.ackedTo(d), sessions.words[d + D.end]!) > sessions.words[d + D.raw]!;
  }

  /** Place of the direction that is looked at with the packet under way, -1 for none. */
  get looked(): number {
    return this.direction;
  }

  get opened(): number {
    return this.count;
  }

  /** Bytes that are inspected at a time; they differ from flow to flow, and the hash's seed is nobody's business. */
  private chunkSize(f: number, isToServer: boolean): number {
    const r = this.reassembly.options.reassembly;
    const size = isToServer ? r.toserverChunkSize : r.toclientChunkSize;
    if (r.chunkVariation === 0) return size;
    const spread = ((this.flows.word(f, F.hash) >>> 8) & 0xff) / 127.5 - 1;
    return Math.round(size * (1 + (spread * r.chunkVariation) / 100));
  }

  private openPassive(p: Packet, d: number, state: number, isToServer: boolean): void {
    const w = this.reassembly.sessions.words;
    const isEnd = (p.flags & PacketFlag.pseudoStreamEnd) !== 0;
    // what comes before a reset is all there will be, acknowledged or not
    const isGivenUp = state === TcpStateId.closed && (p.tcpFlags & TcpFlag.rst) !== 0;
    const end = w[d + D.end]!;
    let right = isEnd || isGivenUp ? end : this.reassembly.ackedTo(d);
    if (right > end) right = end;
    const raw = w[d + D.raw]!;
    if (right <= raw) return;
    const chunk = this.chunkSize(p.flow, isToServer);
    const isDue = right - raw >= chunk || (w[d + D.flags]! & FLUSH) !== 0 || isEnd || state > TcpStateId.timeWait;
    if (!isDue) return;
    this.direction = d;
    this.inspectedTo = right;
    if (this.reassembly.options.rawInspection) this.collect(d, raw, right);
  }

  private openInline(p: Packet, d: number, isToServer: boolean): void {
    const w = this.reassembly.sessions.words;
    const isEnd = (p.flags & PacketFlag.pseudoStreamEnd) !== 0;
    if (!isEnd && (p.payloadLength === 0 || (p.flags & PacketFlag.streamAdded) === 0)) return;
    const chunk = this.chunkSize(p.flow, isToServer);
    const end = w[d + D.end]!;
    // what lies behind a hole was looked at with its packets
    let right = isEnd ? w[d + D.contiguous]! : this.reassembly.position(d, (p.tcpSeq + p.payloadLength) | 0);
    const span = Math.max(chunk, p.payloadLength + Math.floor(chunk / LOOKED_BACK));
    // Data that filled a hole makes what waits behind it due as well.
    if (w[d + D.contiguous]! > right) right = w[d + D.contiguous]!;
    if (right > end) right = end;
    const raw = w[d + D.raw]!;
    if (isEnd && raw >= right) return; // seen before: the packet is there for the application layer
    let left = right - span;
    if (raw < left && raw >= 0) left = raw;
    if (left < 0) left = 0;
    if (left >= right) return;
    this.direction = d;
    this.inspectedTo = Math.max(raw, Math.min(right, w[d + D.contiguous]!));
    if (this.reassembly.options.rawInspection) this.collect(d, left, right);
  }

  /** Blocks of data present in [left, right). */
  private collect(d: number, left: number, right: number): void {
    const w = this.reassembly.sessions.words;
    if (right <= w[d + D.contiguous]! && (w[d + D.flags]! & StreamFlag.hole) === 0) {
      this.add(d, left, right);
      return;
    }
    const segments = this.reassembly.segments;
    let from = -1;
    let to = left;
    for (let n = w[d + D.segmentHead]!; n >= 0 && segments.start(n) < right; n = segments.next(n)) {
      const end = Math.min(right, segments.end(n));
      if (end <= to && from >= 0) continue;
      if (end <= left) continue;
      const start = Math.max(left, segments.start(n));
      if (from >= 0 && start > to) {
        this.add(d, from, to);
        from = -1;
      }
      if (from < 0) from = start;
      to = end;
    }
    if (from >= 0) this.add(d, from, to);
  }

  private add(d: number, from: number, to: number): void {
    const w = this.reassembly.sessions.words;
    const i = this.count;
    if (i === MAX_BLOCKS || from >= to || w[d + D.buffer]! < 0) return;
    this.blockStart[i] = w[d + D.buffer]! + from;
    this.blockLength[i] = to - from;
    this.blockStreamOffset[i] = 0; // places that rules ask for count from where a block begins
    this.count = i + 1;
  }

  commit(_p: Packet): void {
    const d = this.direction;
    if (d < 0) return;
    this.direction = -1;
    const w = this.reassembly.sessions.words;
    if (this.inspectedTo > w[d + D.raw]!) w[d + D.raw] = this.inspectedTo;
    w[d + D.flags] = afterLook(w[d + D.flags]!);
    this.reassembly.prune(d);
  }

  /** Whether bytes of a direction were never inspected. */
  isPending(d: number): boolean {
    const w = this.reassembly.sessions.words;
    if ((w[d + D.flags]! & StreamFlag.rawDisabled) !== 0) return false;
    const { inline } = this.reassembly.options;
    return w[d + (inline ? D.contiguous : D.end)]! > w[d + D.raw]! && w[d + D.segmentHead]! >= 0;
  }
}
