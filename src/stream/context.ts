// Context: what every step of the TCP engine works with, and the steps they share.

import type { Counters } from '../base/counters.ts';
import { anomalyCounter } from '../framework/anomaly.ts';
import type { Flows } from '../framework/flows.ts';
import { F, FLOW_STRIDE, FlowFlag, FlowStateId } from '../framework/flows.ts';
import type { Packet } from '../framework/packet.ts';
import { Action, dropReason, PacketFlag } from '../framework/packet.ts';
import type { AppStreamSink } from '../framework/stream.ts';
import { AppDataFlag } from '../framework/stream.ts';
import { i32 } from '../wire/read.ts';
import { STREAM_ANOMALY } from './events.ts';
import { Greeting, HandshakeQueue } from './handshake-queue.ts';
import { noteScaled, Scaled } from './history.ts';
import type { StreamOptions } from './options.ts';
import { Inserted } from './reassembly.ts';
import type { Reassembly } from './reassembly.ts';
import type { Sessions } from './sessions.ts';
import { BEFORE_RESET, CLIENT, D, S, SERVER, SessionFlag, StreamFlag, STRIDE } from './sessions.ts';
import { TcpFlag, TcpStateId } from './states.ts';
import { takeUrgent } from './urgent.ts';

/** What an exception policy may be asked about. */
export type StreamPolicyKind = 'midstream' | 'sessionMemcap' | 'reassemblyMemcap';
export type StreamPolicy = (kind: StreamPolicyKind, p: Packet, f: number) => void;
/** Policy id (index into OS_POLICIES) of a host. */
export type HostPolicy = (a0: number, a1: number, a2: number, a3: number, version: number) => number;

const STREAM_ERROR = dropReason('stream error');
/** Bytes that are skipped at a time, at most: positions are 32 bits. */
const MOST_SKIPPED = 1 << 30;
/** Bytes of one block of a SACK option: left and right edge (RFC 2018). */
export const SACK_BLOCK = 8;
/** Either of the sides has spoken. */
const FIRST = SessionFlag.clientFirst | SessionFlag.serverFirst;

export class TcpContext {
  readonly flows: Flows;
  readonly sessions: Sessions;
  readonly counters: Counters;
  readonly options: StreamOptions;
  readonly reassembly: Reassembly;
  readonly greetings = new HandshakeQueue();
  /** Scratch. */
  readonly greeting = new Greeting();
  sink: AppStreamSink | null = null;
  /** The flow ends: what is handed over is the last of its direction. */
  private isFlushing = false;
  policy: StreamPolicy | null = null;
  hostPolicy: HostPolicy | null = null;
  onSwap: ((f: number) => void) | null = null;

  constructor(flows: Flows, sessions: Sessions, counters: Counters, options: StreamOptions, reassembly: Reassembly) {
    this.flows = flows;
    this.sessions = sessions;
    this.counters = counters;
    this.options = options;
    this.reassembly = reassembly;
  }

  event(p: Packet, id: number): void {
    p.addAnomaly(id);
    this.counters.add(anomalyCounter(id));
  }

  /** The packet does not fit the session: nothing of it is used; inline it is dropped. */
  reject(p: Packet, id: number): void {
    this.event(p, id);
    this.refuse(p);
  }

  /**
   * Likewise of an open connection, where inline it goes through: its receiver knows better what it waits for than one
   * who may have missed something. Measured beside Suricata 8.0.8.
   */
  passOver(p: Packet, id: number): void {
    this.event(p, id);
    p.flags |= PacketFlag.streamInvalid;
  }

  /**
   * A SYN of who knows nothing of the session any longer. Inline it goes through: the other side acknowledges what it has,
   * and is answered with the reset that frees the connection (RFC 9293, 3.5.1). What it brings of data is not looked at.
   */
  beginAnew(p: Packet, b: number, id: number): void {
    const { inline, dropInvalid } = this.options;
    if (!inline || !dropInvalid || p.payloadLength > 0) {
      this.reject(p, id);
      return;
    }
    this.passOver(p, id);
    this.forgetGreetings(b);
    this.sessions.words[b + S.greetings] = this.greetings.add(0, this.greeting.take(p));
  }

  /**
   * Ends the session when a SYN/ACK answers a SYN that went through so: what the server had of it is gone. The answer is
   * dropped, and with the repeated SYN the next session begins.
   * @returns whether it is such an answer
   */
  endWhenAnswered(p: Packet, b: number): boolean {
    const list = this.sessions.words[b + S.greetings]!;
    if (list === 0 || !this.greetings.find(list, (p.tcpAck - 1) | 0, this.greeting)) return false;
    if (this.sessions.words[b + S.state] !== TcpStateId.closed) this.close(b);
    this.refuse(p);
    return true;
  }

  refuse(p: Packet): void {
    p.flags |= PacketFlag.streamInvalid;
    if (!this.options.inline || !this.options.dropInvalid) return;
    p.action |= Action.drop;
    p.flags |= PacketFlag.noPayloadInspection; // its receiver never sees it
    if (p.dropReason === 0) p.dropReason = STREAM_ERROR;
  }

  /** Puts the session at base `b` into a state and its flow into the state that goes with it. */
  setState(b: number, state: number): void {
    const w = this.sessions.words;
    if (w[b + S.state] === state) return;
    w[b + S.state] = state;
    if (state === TcpStateId.established) w[b + S.flags] = w[b + S.flags]! | SessionFlag.established;
    const flowState =
      state < TcpStateId.established
        ? FlowStateId.new
        : state === TcpStateId.timeWait || state === TcpStateId.lastAck || state === TcpStateId.closed
          ? FlowStateId.closed
          : FlowStateId.established;
    const i = w[b + S.flow]! * FLOW_STRIDE + F.state;
    if (this.flows.words[i]! <= FlowStateId.closed) this.flows.words[i] = flowState;
  }

  /** Nothing is left of a greeting that did not count. */
  forgetGreetings(b: number): void {
    const w = this.sessions.words;
    if (w[b + S.greetings] === 0) return;
    this.greetings.release(w[b + S.greetings]!);
    w[b + S.greetings] = 0;
  }

  /** Sets where a direction's data begins: the byte after the SYN, or the first byte seen. */
  setBase(d: number, seq: number): void {
    const w = this.sessions.words;
    w[d + D.baseSeq] = seq;
    w[d + D.needed] = seq;
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.based;
  }

  /** The window a sender announces limits what its peer (`peer`) may send; what it has beyond a hole adds to it. */
  updateWindow(p: Packet, peer: number): void {
    const w = this.sessions.words;
    const window = p.tcpWindow << w[peer + D.windowScale]!;
    w[peer + D.window] = window;
    let limit = (w[peer + D.lastAck]! + window) | 0;
    if (p.tcpSackCount > 0) limit = (limit + sackedBytes(p, w[peer + D.lastAck]!)) | 0;
    if (((limit - w[peer + D.nextWin]!) | 0) > 0) w[peer + D.nextWin] = limit;
  }

  /** Takes the acknowledgement of p for the peer's stream. */
  updateAck(p: Packet, peer: number): void {
    if ((p.tcpFlags & TcpFlag.ack) === 0) return;
    const w = this.sessions.words;
    if (((p.tcpAck - w[peer + D.lastAck]!) | 0) <= 0) return;
    w[peer + D.lastAck] = p.tcpAck;
    const unseen = (p.tcpAck - w[peer + D.nextSeq]!) | 0;
    if (unseen > 0) this.noteUnseen(p, peer, unseen);
  }

  /** The acknowledgement of a FIN, or of data that went past us: that may still come. */
  private noteUnseen(p: Packet, peer: number, unseen: number): void {
    const w = this.sessions.words;
    const flags = w[peer + D.flags]!;
    if ((flags & StreamFlag.eof) === 0 || (flags & StreamFlag.finCounted) !== 0) return;
    w[peer + D.nextSeq] = p.tcpAck;
    if (unseen === 1) w[peer + D.flags] = flags | StreamFlag.finCounted;
  }

  updateNextSeq(p: Packet, d: number): void {
    const w = this.sessions.words;
    const end = (p.tcpSeq + p.payloadLength) | 0;
    if (((end - w[d + D.nextSeq]!) | 0) > 0) w[d + D.nextSeq] = end;
  }

  /** Data and acknowledgement of an accepted packet: first what it acknowledges, then what it brings. */
  feed(p: Packet, b: number, d: number, peer: number): void {
    this.acknowledged(p, b, peer);
    if (p.payloadLength > 0) this.addData(p, b, d, p.tcpSeq);
  }

  addData(p: Packet, b: number, d: number, seq: number): void {
    const w = this.sessions.words;
    if ((w[d + D.flags]! & StreamFlag.based) === 0) this.setBase(d, seq);
    let length = p.payloadLength;
    if ((p.tcpFlags & TcpFlag.urg) !== 0) length = takeUrgent(this, p, d, seq);
    if (length <= 0) return;
    if ((w[b + S.flags]! & FIRST) === 0) {
      w[b + S.flags] = w[b + S.flags]! | (d === b + CLIENT ? SessionFlag.clientFirst : SessionFlag.serverFirst);
    }
    const wasDeep = (w[d + D.flags]! & StreamFlag.depthReached) !== 0;
    const isSimulated = p.number === this.options.simulateReassemblyMemcapAt && p.number !== 0;
    const result = isSimulated ? Inserted.noMemory : this.reassembly.insertInBand(p, d, seq, length);
    // inline, rules look at a packet with a byte that is not of the stream as well
    const isPartly = this.options.inline && this.reassembly.isPartly(d, seq, length);
    if (result === Inserted.added && !isPartly) p.flags |= PacketFlag.streamAdded;
    else if (result === Inserted.noMemory) this.policy?.('reassemblyMemcap', p, w[b + S.flow]!);
    if (this.options.bypass && (w[d + D.flags]! & StreamFlag.depthReached) !== 0) this.bypass(p, w[b + S.flow]!);
    if (this.options.inline) this.deliverInline(p, b, d);
    if (!wasDeep && (w[d + D.flags]! & StreamFlag.depthReached) !== 0) this.cut(p, b, d);
  }

  /** What is in order is handed over as it comes; a hole that was acknowledged before is one as soon as data is behind it. */
  private deliverInline(p: Packet, b: number, d: number): void {
    const w = this.sessions.words;
    if (w[d + D.end]! > w[d + D.contiguous]! && this.reassembly.ackedTo(d) > w[d + D.contiguous]!)
      this.acknowledged(p, b, d);
    this.deliver(p, b, d, w[d + D.contiguous]!, true);
  }

  /** The depth is reached: the application layer gets no more, of what was not acknowledged yet neither. */
  private cut(p: Packet, b: number, d: number): void {
    const w = this.sessions.words;
    if (this.sink === null || (w[d + D.flags]! & StreamFlag.appDisabled) !== 0) return;
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.appDisabled | StreamFlag.endTold;
    this.sink.cut(p, w[b + S.flow]!, d === b + CLIENT ? 0 : 1);
  }

  /** Nothing of the flow is inspected any longer; its packets are only counted. */
  private bypass(p: Packet, f: number): void {
    if (this.flows.hasFlag(f, FlowFlag.bypassed)) return;
    this.flows.setFlag(f, FlowFlag.bypassed);
    this.flows.setWord(f, F.state, FlowStateId.bypassed);
    p.flags |= PacketFlag.bypassed;
  }

  /** Settles what the peer of stream `d` acknowledged: gaps, the application layer's share, memory. */
  acknowledged(p: Packet, b: number, d: number): void {
    const w = this.sessions.words;
    if ((w[d + D.flags]! & StreamFlag.based) === 0) return;
    const acked = this.reassembly.ackedTo(d);
    if (acked <= w[d + D.app]!) return;
    // a hole is one when data is seen beyond it: what was acknowledged past the last may still come
    const hasHole = this.settleHoles(p, b, d, acked < w[d + D.end]! ? acked : w[d + D.end]!);
    this.deliver(p, b, d, acked < w[d + D.contiguous]! ? acked : w[d + D.contiguous]!, hasHole);
  }

  /** The sender of stream `d` gave the session up: what it sent is all there will be, acknowledged or not. */
  settle(p: Packet, b: number, d: number): void {
    const w = this.sessions.words;
    if (this.options.inline || (w[d + D.flags]! & StreamFlag.based) === 0) return;
    const hasHole = this.settleHoles(p, b, d, w[d + D.end]!);
    this.deliver(p, b, d, w[d + D.contiguous]!, hasHole);
  }

  /** Holes before `to` are gaps from now on; false: there are none. */
  private settleHoles(p: Packet, b: number, d: number, to: number): boolean {
    const w = this.sessions.words;
    if (to <= w[d + D.contiguous]!) return false;
    if (w[d + D.skip]! > w[d + D.app]!) this.deliver(p, b, d, w[d + D.contiguous]!, false);
    this.reassembly.settleGaps(p, d, to);
    noteScaled(this.sessions, b, d, Scaled.gap);
    return true;
  }

  /** @param hasHole bytes that are not kept never came; otherwise the application layer had no use for them */
  private deliver(p: Packet, b: number, d: number, to: number, hasHole: boolean): void {
    const w = this.sessions.words;
    const from = w[d + D.app]!;
    if (to <= from) return;
    let taken = to;
    if (this.sink !== null && (w[d + D.flags]! & StreamFlag.appDisabled) === 0) {
      if (to <= w[d + D.offered]! && !this.isEnd(b)) return; // nothing it has not seen
      w[d + D.offered] = to;
      taken = this.handToApp(p, b, d, from, to, hasHole);
    }
    w[d + D.app] = taken;
    if (!this.options.rawInspection) w[d + D.raw] = to;
    this.reassembly.prune(d);
  }

  /**
   * Tells the application layer, once, that a direction is over, when it has taken all there was of it. Of one that said
   * nothing it learns with the end of the flow.
   */
  conclude(p: Packet, b: number, d: number): void {
    const w = this.sessions.words;
    if ((w[d + D.flags]! & StreamFlag.started) === 0) return;
    if ((w[d + D.flags]! & (StreamFlag.appDisabled | StreamFlag.noReassembly | StreamFlag.endTold)) !== 0) return;
    if ((w[b + S.flags]! & SessionFlag.closedByRst) !== 0) return;
    if (w[d + D.end]! > w[d + D.app]!) {
      this.offerLast(p, b, d);
      return;
    }
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.endTold;
    this.sink!.end(p, w[b + S.flow]!, d === b + CLIENT ? 0 : 1);
  }

  /** Bytes that wait for more, of a session that is over: with them comes the end, where all of them were received. */
  private offerLast(p: Packet, b: number, d: number): void {
    const w = this.sessions.words;
    const to = w[d + D.end]!;
    if (!this.isEnd(b) || w[d + D.contiguous]! < to || this.reassembly.ackedTo(d) < to) return;
    if (!this.sink!.endsWithSession(w[b + S.flow]!, d === b + CLIENT ? 0 : 1)) return;
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.endTold;
    this.deliver(p, b, d, to, false);
  }

  /** Offers [from, to); returns up to where it was taken. */
  private handToApp(p: Packet, b: number, d: number, from: number, to: number, hasHole: boolean): number {
    const w = this.sessions.words;
    const direction = d === b + CLIENT ? 0 : 1;
    const sink = this.sink!;
    const t = b / STRIDE;
    const f = w[b + S.flow]!;
    let flags = (w[b + S.flags]! & SessionFlag.midstream) !== 0 ? AppDataFlag.midstream : 0;
    if ((w[b + S.flags]! & SessionFlag.async) !== 0 && this.isSilent(b, d)) flags |= AppDataFlag.oneSided;
    const otherFirst = d === b + CLIENT ? SessionFlag.serverFirst : SessionFlag.clientFirst;
    if ((w[b + S.flags]! & otherFirst) !== 0) flags |= AppDataFlag.otherFirst;
    if ((w[d + D.flags]! & StreamFlag.started) === 0) flags |= AppDataFlag.start;
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.started;
    const isEnd = (this.isFlushing || this.isEnd(b)) && to >= w[d + D.end]!;
    const segments = this.reassembly.segments;
    let at = from;
    for (let n = w[d + D.segmentHead]!; at < to;) {
      while (n >= 0 && segments.end(n) <= at) n = segments.next(n);
      const next = n < 0 || segments.start(n) > to ? to : segments.start(n);
      if (next > at) {
        if (!hasHole && at < w[d + D.skip]!) sink.passed(f, direction, next - at);
        else sink.data(p, f, t, direction, this.reassembly.data, 0, next - at, flags | AppDataFlag.gap);
        at = next;
        flags &= ~AppDataFlag.start;
        continue;
      }
      let end = segments.end(n);
      const skip = w[d + D.skip]!;
      if (at < skip) {
        end = end < skip ? end : skip;
        if (end > to) end = to;
        sink.passed(f, direction, end - at);
        at = end;
        continue;
      }
      while (end < to && segments.next(n) >= 0 && segments.start(segments.next(n)) <= end) {
        n = segments.next(n);
        if (segments.end(n) > end) end = segments.end(n);
      }
      if (end > to) end = to;
      const last = isEnd && end === to ? flags | AppDataFlag.eof : flags;
      const taken = sink.data(p, f, t, direction, this.reassembly.data, w[d + D.buffer]! + at, end - at, last);
      flags &= ~AppDataFlag.start;
      if (sink.skip > 0) w[d + D.skip] = at + taken + Math.min(sink.skip, MOST_SKIPPED);
      if (taken < end - at) {
        // a hole behind bytes that wait for more: they will never be complete
        if (end === to || (w[d + D.flags]! & StreamFlag.appDisabled) !== 0) return at + taken;
      }
      at = end;
    }
    return to;
  }

  /** No packet came from the peer of `d`. */
  private isSilent(b: number, d: number): boolean {
    const peer = d === b + CLIENT ? b + SERVER : b + CLIENT;
    return this.sessions.words[peer + D.tcpFlags] === 0;
  }

  /** The session is over by both FINs and their acknowledgements; after a reset the end is told with that of the flow. */
  private isEnd(b: number): boolean {
    const w = this.sessions.words;
    return w[b + S.state] === TcpStateId.closed && (w[b + S.flags]! & SessionFlag.closedByRst) === 0;
  }

  /** Offers again what was offered before and not taken. */
  resume(p: Packet, b: number, d: number): void {
    const w = this.sessions.words;
    if ((w[d + D.flags]! & StreamFlag.based) === 0) return;
    w[d + D.offered] = 0;
    const acked = this.options.inline ? w[d + D.contiguous]! : this.reassembly.ackedTo(d);
    this.deliver(p, b, d, acked < w[d + D.contiguous]! ? acked : w[d + D.contiguous]!, false);
  }

  /** The flow is over: what was not taken, and what nobody acknowledged, up to a hole that nobody did. */
  flush(p: Packet, b: number, d: number): void {
    const w = this.sessions.words;
    if ((w[d + D.flags]! & StreamFlag.based) === 0) return;
    w[d + D.offered] = 0;
    this.isFlushing = true;
    const acked = this.options.inline ? 0 : this.reassembly.ackedTo(d);
    const hasHole = this.settleHoles(p, b, d, acked < w[d + D.end]! ? acked : w[d + D.end]!);
    this.deliver(p, b, d, w[d + D.contiguous]!, hasHole);
    this.isFlushing = false;
  }

  /** Marks the session dead by a reset. */
  close(b: number): void {
    const w = this.sessions.words;
    const before = w[b + S.state]!;
    this.setState(b, TcpStateId.closed);
    w[b + S.flags] = (w[b + S.flags]! & ~(15 << BEFORE_RESET)) | SessionFlag.closedByRst | (before << BEFORE_RESET);
  }

  /** An acknowledgement of what was never sent; `id` names it in the terms of the session's state. */
  invalidAck(p: Packet, id: number): void {
    this.event(p, STREAM_ANOMALY.pkt_invalid_ack);
    this.reject(p, id);
  }
}

/** How much beyond `acked` the blocks of a SACK option say was received (RFC 2018). */
function sackedBytes(p: Packet, acked: number): number {
  let sum = 0;
  for (let i = 0, o = p.tcpSackOffset; i < p.tcpSackCount; i++, o += SACK_BLOCK) {
    const left = i32(p.data, o);
    const size = (i32(p.data, o + 4) - left) | 0;
    if (size > 0 && ((left - acked) | 0) > 0) sum += size;
  }
  return sum;
}
