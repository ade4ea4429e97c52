// TCP engine: follows the sessions of a worker, packet by packet, and keeps their bytes for inspection.

import type { Counters } from '../base/counters.ts';
import type { Slab } from '../base/slab.ts';
import type { Flows } from '../framework/flows.ts';
import { F } from '../framework/flows.ts';
import type { Packet } from '../framework/packet.ts';
import { PACKET_SOURCES, PacketFlag } from '../framework/packet.ts';
import type { AppStreamSink, StreamListener } from '../framework/stream.ts';
import { isDoneWith, isKeepAlive, noteRetransmission } from './checks.ts';
import { inClosed, inClosing } from './closing.ts';
import type { HostPolicy, StreamPolicy } from './context.ts';
import { TcpContext } from './context.ts';
import { inEstablished } from './established.ts';
import { END_STATES, STREAM_ANOMALY, TCP_COUNTER } from './events.ts';
import { inSynRecv, inSynSent } from './handshake.ts';
import { HeldStream } from './held-stream.ts';
import { noteBadChecksum, notePacket, noteScaled, Scaled } from './history.ts';
import { lookUpPolicies, mayOpen, openBySyn, openBySynAck, openMidstream } from './opening.ts';
import type { StreamOptions } from './options.ts';
import { RawWindow } from './raw.ts';
import { Reassembly } from './reassembly.ts';
import { undoReset } from './reset.ts';
import { SessionView } from './session-view.ts';
import { CLIENT, D, S, SERVER, SessionFlag, Sessions, StreamFlag, STRIDE } from './sessions.ts';
import { TcpFlag, TcpStateId } from './states.ts';
import { ToldStreams } from './told-streams.ts';
import { turnSession } from './turn.ts';

/** Packets made while their flow goes on: those of flows that end are not counted (measured beside Suricata 8.0.8). */
const FLUSH = PACKET_SOURCES.indexOf('stream (detect/log)');
const RESET_OR_SYN = TcpFlag.rst | TcpFlag.syn;
const RAW_ENDS = StreamFlag.noReassembly | StreamFlag.rawDisabled | StreamFlag.rawLast;

/** What the engine works with; `slab` manages a region of `data`, which is registered as `bufferId`. */
export interface TcpEngineParts {
  readonly flows: Flows;
  readonly counters: Counters;
  readonly data: Uint8Array;
  readonly bufferId: number;
  readonly slab: Slab;
  readonly options: StreamOptions;
  readonly sink?: AppStreamSink;
  readonly policy?: StreamPolicy;
  readonly hostPolicy?: HostPolicy;
  /** Called when the first packet turned out to come from the server. */
  readonly onSwap?: (f: number) => void;
}

export class TcpEngine {
  /** What rules and outputs read of sessions. */
  readonly view: SessionView;
  readonly raw: RawWindow;
  readonly held: HeldStream;
  private readonly x: TcpContext;
  private readonly s: Sessions;
  private readonly flows: Flows;
  private readonly counters: Counters;
  private readonly options: StreamOptions;
  /** Session to be turned around as soon as the packet under way is through, -1 for none. */
  private turnDue = -1;
  /** Null where no output writes streams down. */
  private told: ToldStreams | null = null;

  constructor(parts: TcpEngineParts) {
    this.flows = parts.flows;
    this.counters = parts.counters;
    this.options = parts.options;
    this.s = new Sessions();
    const reassembly = new Reassembly(this.s, parts.slab, parts.data, parts.counters, parts.options);
    reassembly.keepsBytes = needsBytes(parts);
    reassembly.needed.feedsApp = parts.sink !== undefined;
    this.raw = new RawWindow(reassembly, parts.flows, parts.bufferId);
    this.held = new HeldStream(reassembly, parts.flows);
    const isRawOff = !parts.options.rawInspection;
    this.view = new SessionView({ sessions: this.s, reassembly, raw: this.raw, isRawOff });
    this.x = new TcpContext(parts.flows, this.s, parts.counters, parts.options, reassembly);
    this.x.sink = parts.sink ?? null;
    this.x.policy = parts.policy ?? null;
    this.x.hostPolicy = parts.hostPolicy ?? null;
    this.x.onSwap = parts.onSwap ?? null;
  }

  /** Has the bytes of all streams told, from the first packet on. */
  listen(listener: StreamListener): void {
    const { reassembly } = this.x;
    reassembly.keepsBytes = true;
    this.told = reassembly.needed.told = new ToldStreams(reassembly, listener);
  }

  /** Follows one TCP packet of flow `f`; `p.flags` names its direction. */
  packet(p: Packet, f: number): void {
    this.take(p, f);
    if (this.told === null || (p.flags & PacketFlag.pseudoStreamEnd) !== 0) return;
    const t = this.flows.tcp(f);
    if (t >= 0) this.told.packet(p, t);
  }

  private take(p: Packet, f: number): void {
    const t = this.flows.tcp(f);
    this.x.reassembly.needed.begin();
    if ((p.flags & PacketFlag.badChecksum) !== 0 && this.options.checksumValidation) {
      this.counters.add(TCP_COUNTER.invalidChecksum);
      if (t >= 0) {
        noteBadChecksum(this.s, t * STRIDE, p);
        // not of the stream, but still a packet of an established session for rules
        if (this.s.words[t * STRIDE + S.state]! >= TcpStateId.established) p.flags |= PacketFlag.established;
      }
      return;
    }
    if ((p.flags & PacketFlag.pseudoStreamEnd) !== 0) {
      if (p.source === FLUSH) this.counters.add(TCP_COUNTER.pseudo);
      p.flags |= PacketFlag.established;
      return;
    }
    this.countFlags(p);
    if (t < 0) this.begin(p, f);
    else this.follow(p, t * STRIDE);
    if (this.turnDue >= 0) this.turn(p);
  }

  /** A packet of a flow whose packets are all dropped: that it was sent, and with which flags. */
  dropped(p: Packet, f: number): void {
    const t = this.flows.tcp(f);
    if (t < 0) return;
    const w = this.s.words;
    const d = t * STRIDE + ((p.flags & PacketFlag.toServer) !== 0 ? CLIENT : SERVER);
    w[d + D.tcpFlags] = w[d + D.tcpFlags]! | p.tcpFlags;
  }

  /** The bytes of session `t` show that its client is the server: it is turned around once the packet is through. */
  requestTurn(t: number): void {
    this.turnDue = t;
  }

  private turn(p: Packet): void {
    const b = this.turnDue * STRIDE;
    this.turnDue = -1;
    this.told?.turn(b / STRIDE);
    turnSession(this.s, b);
    this.x.onSwap?.(this.s.words[b + S.flow]!);
    p.flags ^= PacketFlag.toServer | PacketFlag.toClient;
    this.x.resume(p, b, b + CLIENT);
    this.x.resume(p, b, b + SERVER);
  }

  private countFlags(p: Packet): void {
    const flags = p.tcpFlags;
    if ((flags & TcpFlag.syn) !== 0)
      this.counters.add((flags & TcpFlag.ack) !== 0 ? TCP_COUNTER.synack : TCP_COUNTER.syn);
    if ((flags & TcpFlag.rst) !== 0) this.counters.add(TCP_COUNTER.rst);
    if ((flags & TcpFlag.urg) !== 0) this.counters.add(TCP_COUNTER.urg);
    if ((flags & TcpFlag.ack) === 0 && p.tcpAck !== 0) this.x.event(p, STREAM_ANOMALY.pkt_broken_ack);
  }

  private begin(p: Packet, f: number): void {
    if (!mayOpen(this.x, p, f)) return;
    if (this.isFull(p)) {
      this.counters.add(TCP_COUNTER.sessionMemcapDrop);
      this.x.policy?.('sessionMemcap', p, f);
      return;
    }
    this.counters.add(this.s.hasFree ? TCP_COUNTER.sessionFromCache : TCP_COUNTER.sessionFromPool);
    const t = this.s.allocate();
    this.told?.begin(t);
    const b = t * STRIDE;
    this.s.words[b + S.flow] = f;
    this.flows.setWord(f, F.tcp, t);
    this.counters.add(TCP_COUNTER.sessions);
    this.counters.set(TCP_COUNTER.activeSessions, this.s.active);
    lookUpPolicies(this.x, p, b);
    if (this.x.sink === null) this.refuseApp(b);
    const flags = p.tcpFlags;
    if ((flags & TcpFlag.fin) !== 0) this.beginMidstream(p, b);
    else if ((flags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn) openBySyn(this.x, p, b);
    else if ((flags & TcpFlag.syn) !== 0) openBySynAck(this.x, p, b);
    else this.beginMidstream(p, b);
    this.finish(p, b, false);
  }

  private isFull(p: Packet): boolean {
    const { memcap, simulateSessionMemcapAt } = this.options;
    if (simulateSessionMemcapAt !== 0 && p.number === simulateSessionMemcapAt) return true;
    return memcap > 0 && (this.s.active + 1) * Sessions.bytesPerSession > memcap;
  }

  /** Without an application layer nobody takes the data in order. */
  private refuseApp(b: number): void {
    const w = this.s.words;
    w[b + CLIENT + D.flags] = w[b + CLIENT + D.flags]! | StreamFlag.appDisabled;
    w[b + SERVER + D.flags] = w[b + SERVER + D.flags]! | StreamFlag.appDisabled;
  }

  private beginMidstream(p: Packet, b: number): void {
    const isToServer = (p.flags & PacketFlag.toServer) !== 0;
    openMidstream(this.x, p, b, b + (isToServer ? CLIENT : SERVER), b + (isToServer ? SERVER : CLIENT));
  }

  private follow(p: Packet, b: number): void {
    const w = this.s.words;
    const isToServer = (p.flags & PacketFlag.toServer) !== 0;
    const d = b + (isToServer ? CLIENT : SERVER);
    const peer = b + (isToServer ? SERVER : CLIENT);
    const isCancelled = (w[d + D.flags]! & StreamFlag.rstUnproven) !== 0 && (p.tcpFlags & RESET_OR_SYN) === 0;
    if (isCancelled) undoReset(this.x, p, b, d);
    const state = w[b + S.state]!;
    // the bare acknowledgement that ends the handshake still belongs to it
    const isEstablished = state >= TcpStateId.established || p.payloadLength > 0;
    if (state >= TcpStateId.synRecv && isKeepAlive(this.x, p, d, peer)) {
      p.flags |= PacketFlag.tcpRetransmission;
      this.finish(p, b, state >= TcpStateId.established);
      return;
    }
    if (isDoneWith(this.x, p, d)) {
      noteRetransmission(this.x, p, d);
      noteScaled(this.s, b, d, Scaled.retransmission);
      this.finish(p, b, isEstablished);
      return;
    }
    if (state >= TcpStateId.established && noteRetransmission(this.x, p, d))
      noteScaled(this.s, b, d, Scaled.retransmission);
    if (state === TcpStateId.closed) inClosed(this.x, p, b, isToServer);
    else this.inState(p, b, isToServer);
    this.finish(p, b, isEstablished);
  }

  private inState(p: Packet, b: number, isToServer: boolean): void {
    const state = this.s.words[b + S.state]!;
    if (state === TcpStateId.established) inEstablished(this.x, p, b, isToServer);
    else if (state === TcpStateId.synSent) inSynSent(this.x, p, b, isToServer);
    else if (state === TcpStateId.synRecv) inSynRecv(this.x, p, b, isToServer);
    else inClosing(this.x, p, b, isToServer);
  }

  /** @param mayBeEstablished whether the packet is one of an established session, when the session is that now */
  private finish(p: Packet, b: number, mayBeEstablished: boolean): void {
    const w = this.s.words;
    const d = b + ((p.flags & PacketFlag.toServer) !== 0 ? CLIENT : SERVER);
    w[d + D.tcpFlags] = w[d + D.tcpFlags]! | p.tcpFlags;
    notePacket(this.s, b, p);
    if (mayBeEstablished && w[b + S.state]! >= TcpStateId.established) p.flags |= PacketFlag.established;
    if (w[b + S.state]! >= TcpStateId.closing && this.x.sink !== null) {
      this.x.conclude(p, b, b + CLIENT);
      this.x.conclude(p, b, b + SERVER);
    }
    this.x.reassembly.needed.note(d);
    if ((w[d + D.flags]! & RAW_ENDS) !== 0) this.limitInspection(p, d);
  }

  /** Payload is of no use to content rules any longer, or with this packet for the last time. */
  private limitInspection(p: Packet, d: number): void {
    const w = this.s.words;
    const flags = w[d + D.flags]!;
    if ((flags & (StreamFlag.noReassembly | StreamFlag.rawDisabled)) !== 0) p.flags |= PacketFlag.noPayloadInspection;
    else if (p.payloadLength > 0 && !this.raw.isDue(p, d)) w[d + D.flags] = flags | StreamFlag.rawDisabled;
    if ((flags & StreamFlag.noReassembly) !== 0) this.x.reassembly.prune(d);
  }

  /** Whether this packet starts a connection where one of the same tuple has ended, or none was ever followed. */
  isReuse(p: Packet, f: number): boolean {
    if ((p.tcpFlags & (TcpFlag.syn | TcpFlag.ack | TcpFlag.rst | TcpFlag.fin)) !== TcpFlag.syn) return false;
    const t = this.flows.tcp(f);
    if (t < 0) return true;
    const w = this.s.words;
    const b = t * STRIDE;
    const state = w[b + S.state]!;
    // the client begins anew, without the data that was not taken
    if (state === TcpStateId.synRecv && (w[b + S.flags]! & SessionFlag.synDataIgnored) !== 0) return true;
    // a repeated SYN is none
    if (p.tcpSeq === w[b + CLIENT + D.isn]) return false;
    return state >= TcpStateId.lastAck;
  }

  /** Whether data of a direction (0: to server, 1: to client) waits for a last inspection. */
  pendingRaw(f: number, direction: 0 | 1): boolean {
    const t = this.flows.tcp(f);
    if (t < 0 || !this.options.rawInspection) return false;
    if (this.s.words[t * STRIDE + S.state]! < TcpStateId.established) return false;
    return this.raw.isPending(t * STRIDE + (direction === 0 ? CLIENT : SERVER));
  }

  /** Frees the session of a flow that ends. */
  release(f: number): void {
    const t = this.flows.tcp(f);
    if (t < 0) return;
    this.told?.end(t);
    this.counters.add(END_STATES[this.view.state(t)]!);
    this.x.forgetGreetings(t * STRIDE);
    this.x.reassembly.release(t * STRIDE + CLIENT);
    this.x.reassembly.release(t * STRIDE + SERVER);
    this.s.release(t);
    this.flows.setWord(f, F.tcp, -1);
    this.counters.set(TCP_COUNTER.activeSessions, this.s.active);
  }

  /** Inspect what is there with the next packet of the direction, however little it is. */
  triggerRaw(t: number, direction: 0 | 1): void {
    this.setFlag(t, direction, StreamFlag.triggerRaw);
  }

  /** Offers the application layer again what it did not take of a direction. */
  resume(p: Packet, f: number, direction: 0 | 1): void {
    const b = this.flows.tcp(f) * STRIDE;
    if (b >= 0) this.x.resume(p, b, b + (direction === 0 ? CLIENT : SERVER));
  }

  isClosed(f: number): boolean {
    const t = this.flows.tcp(f);
    return t >= 0 && this.view.state(t) === TcpStateId.closed;
  }

  /** Whether the application layer was not offered all that is there of a direction. */
  pendingApp(f: number, direction: 0 | 1): boolean {
    const t = this.flows.tcp(f);
    if (t < 0) return false;
    const w = this.s.words;
    const d = t * STRIDE + (direction === 0 ? CLIENT : SERVER);
    const acked = this.options.inline ? 0 : Math.min(this.x.reassembly.ackedTo(d), w[d + D.end]!);
    return (w[d + D.flags]! & StreamFlag.appDisabled) === 0 && Math.max(w[d + D.contiguous]!, acked) > w[d + D.app]!;
  }

  /** The same at the end of the flow, with what nobody acknowledged. */
  flushApp(p: Packet, f: number, direction: 0 | 1): void {
    const b = this.flows.tcp(f) * STRIDE;
    if (b < 0) return;
    this.x.flush(p, b, b + (direction === 0 ? CLIENT : SERVER));
    if (this.turnDue >= 0) this.turn(p);
  }

  /**
   * Content rules see what was said of a direction by now, with its next packet that has data or is due to inspect some,
   * and the payload of that packet; of what follows they see nothing. Measured beside Suricata 8.0.8.
   */
  disableRaw(t: number, direction: 0 | 1): void {
    this.setFlag(t, direction, StreamFlag.rawLast | StreamFlag.triggerRaw);
  }

  disableApp(t: number, direction: 0 | 1): void {
    this.setFlag(t, direction, StreamFlag.appDisabled);
  }

  /**
   * Keeps following the session but takes no more of its bytes, unless outputs go on to write them down; those that content
   * rules have not seen wait for the end of the flow. Called while bytes are handed over: what nobody needs is let go
   * with the next packet.
   */
  disableReassembly(t: number, direction: 0 | 1): void {
    const andRaw = this.x.reassembly.isWrittenOn ? StreamFlag.rawLast : 0;
    this.setFlag(t, direction, StreamFlag.noReassembly | andRaw);
  }

  /** The application layer needs what comes from here on; what was passed over before it said so is gone. */
  endSkip(t: number): void {
    const w = this.s.words;
    for (const d of [t * STRIDE + CLIENT, t * STRIDE + SERVER])
      if (w[d + D.skip]! > w[d + D.contiguous]!) w[d + D.skip] = w[d + D.contiguous]!;
  }

  /**
   * A depth of its own for both directions of a session, in place of that of all, the largest number for all that have
   * one; 0: the whole stream.
   */
  followTo(t: number, depth: number): void {
    const { reassembly } = this.x;
    const flag = depth === 0 ? StreamFlag.whole : StreamFlag.ownDepth;
    if (depth > reassembly.ownDepth) reassembly.ownDepth = depth;
    this.setFlag(t, 0, flag);
    this.setFlag(t, 1, flag);
  }

  /**
   * So many bytes of a direction stay behind those that were looked at; the largest number holds for all sessions.
   * @param isKept false: they are judged as if they were there
   */
  holdBehind(t: number, direction: 0 | 1, bytes: number, { isKept }: { readonly isKept: boolean }): void {
    this.x.reassembly.needed.hold(direction, bytes);
    this.setFlag(t, direction, isKept ? StreamFlag.held : StreamFlag.lingers);
  }

  private setFlag(t: number, direction: 0 | 1, flag: number): void {
    const i = t * STRIDE + (direction === 0 ? CLIENT : SERVER) + D.flags;
    this.s.words[i] = this.s.words[i]! | flag;
  }

  /** Brings the gauges up to date, before statistics are read. */
  updateGauges(): void {
    this.counters.set(TCP_COUNTER.memuse, this.s.active * Sessions.bytesPerSession);
    this.counters.set(TCP_COUNTER.reassemblyMemuse, this.x.reassembly.slab.inUse);
  }

  /** Sessions, segments and bytes held now: for tests and statistics. */
  usage(): { sessions: number; segments: number; bytes: number } {
    return {
      sessions: this.s.active,
      segments: this.x.reassembly.segments.inUse,
      bytes: this.x.reassembly.slab.inUse,
    };
  }
}

/** Whether anything reads the bytes of streams: rules, the application layer, or a comparison of what overlaps. */
function needsBytes({ options, sink }: TcpEngineParts): boolean {
  const { rawInspection, inline, reassembly } = options;
  return rawInspection || inline || reassembly.checkOverlapDifferentData || sink !== undefined;
}
