// Opening: how a session begins: by a SYN, or picked up in the middle.

import { FlowFlag } from '../framework/flows.ts';
import type { Packet } from '../framework/packet.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { TcpContext } from './context.ts';
import { STREAM_ANOMALY, TCP_COUNTER } from './events.ts';
import type { Greeting } from './handshake-queue.ts';
import { noteFlip } from './history.ts';
import { CLIENT, D, OS_POLICY, S, SERVER, SessionFlag, StreamFlag } from './sessions.ts';
import { TcpFlag, TcpStateId } from './states.ts';

const MAX_WINDOW_SCALE = 14;

/** Takes the sender's SYN: sequence number, options; `d` sends, `peer` is limited by its window. */
export function takeSyn(x: TcpContext, p: Packet, d: number, peer: number): void {
  greet(x, x.greeting.take(p), p.ts, d, peer);
}

/** The same for a SYN that may have come earlier; `ts` is the time now, in microseconds. */
export function greet(x: TcpContext, g: Greeting, ts: number, d: number, peer: number): void {
  const w = x.sessions.words;
  w[d + D.isn] = g.seq;
  w[d + D.nextSeq] = (g.seq + 1) | 0;
  w[d + D.lastAck] = (g.seq + 1) | 0;
  x.setBase(d, (g.seq + 1) | 0);
  w[peer + D.window] = g.window;
  w[d + D.flags] = w[d + D.flags]! & ~(StreamFlag.timestamp | StreamFlag.unscaled);
  if (g.windowScale < 0) w[d + D.flags] = w[d + D.flags]! | StreamFlag.unscaled;
  if (g.hasTimestamp) {
    w[d + D.lastTs] = g.tsVal;
    w[d + D.lastPacketSecond] = Math.floor(ts / 1e6) | 0;
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.timestamp;
  }
  w[peer + D.windowScale] = g.windowScale > MAX_WINDOW_SCALE ? MAX_WINDOW_SCALE : Math.max(0, g.windowScale);
}

/** A SYN begins a session. */
export function openBySyn(x: TcpContext, p: Packet, b: number): void {
  const w = x.sessions.words;
  const isToServer = (p.flags & PacketFlag.toServer) !== 0;
  if (!isToServer) swap(x, p, b);
  takeSyn(x, p, b + CLIENT, b + SERVER);
  x.sessions.doubles[(b + S.synTs) >> 1] = p.ts;
  w[b + S.flags] = w[b + S.flags]! | SessionFlag.synSeen;
  if (p.tcpFastOpen >= 0) w[b + S.flags] = w[b + S.flags]! | SessionFlag.fastOpen;
  x.setState(b, TcpStateId.synSent);
  // Data on a SYN counts only when the SYN/ACK acknowledges it (RFC 7413).
  if (p.payloadLength > 0 && p.tcpFastOpen >= 0) {
    x.addData(p, b, b + CLIENT, (p.tcpSeq + 1) | 0);
    w[b + CLIENT + D.nextSeq] = (p.tcpSeq + 1 + p.payloadLength) | 0;
  }
}

/** The first packet seen came from the server. */
function swap(x: TcpContext, p: Packet, b: number): void {
  const f = x.sessions.words[b + S.flow]!;
  x.flows.setFlag(f, FlowFlag.directionSwapped);
  x.onSwap?.(f);
  p.flags ^= PacketFlag.toServer | PacketFlag.toClient;
  noteFlip(x.sessions, b);
}

/** A SYN/ACK whose SYN was not seen. */
export function openBySynAck(x: TcpContext, p: Packet, b: number): void {
  const w = x.sessions.words;
  if ((p.flags & PacketFlag.toServer) !== 0) swap(x, p, b);
  takeSyn(x, p, b + SERVER, b + CLIENT);
  const client = b + CLIENT;
  w[client + D.isn] = (p.tcpAck - 1) | 0;
  w[client + D.nextSeq] = p.tcpAck;
  w[client + D.lastAck] = p.tcpAck;
  w[client + D.nextWin] = (p.tcpAck + p.tcpWindow) | 0;
  w[b + SERVER + D.windowScale] = MAX_WINDOW_SCALE;
  x.setBase(client, p.tcpAck);
  w[b + S.flags] = w[b + S.flags]! | SessionFlag.midstream | SessionFlag.midstreamSynAck | SessionFlag.synAckSeen;
  if ((p.flags & PacketFlag.tcpHasTimestamp) !== 0) w[b + S.flags] = w[b + S.flags]! | SessionFlag.timestamp;
  x.setState(b, TcpStateId.synRecv);
  x.counters.add(TCP_COUNTER.midstreamPickups);
}

/** A packet of a connection whose handshake was not seen. */
export function openMidstream(x: TcpContext, p: Packet, b: number, d: number, peer: number): void {
  const w = x.sessions.words;
  w[d + D.isn] = (p.tcpSeq - 1) | 0;
  w[d + D.nextSeq] = (p.tcpSeq + p.payloadLength) | 0;
  w[d + D.lastAck] = p.tcpSeq;
  w[d + D.windowScale] = MAX_WINDOW_SCALE;
  w[d + D.window] = p.tcpWindow << MAX_WINDOW_SCALE;
  w[d + D.nextWin] = (p.tcpSeq + p.payloadLength + w[d + D.window]!) | 0;
  x.setBase(d, p.tcpSeq);
  w[peer + D.isn] = (p.tcpAck - 1) | 0;
  w[peer + D.nextSeq] = p.tcpAck;
  w[peer + D.lastAck] = p.tcpAck;
  w[peer + D.windowScale] = MAX_WINDOW_SCALE;
  w[peer + D.window] = p.tcpWindow << MAX_WINDOW_SCALE;
  w[peer + D.nextWin] = (p.tcpAck + w[peer + D.window]!) | 0;
  x.setBase(peer, p.tcpAck);
  w[b + S.flags] = w[b + S.flags]! | SessionFlag.midstream | SessionFlag.midstreamEstablished;
  if (x.options.asyncOneside) w[b + S.flags] = w[b + S.flags]! | SessionFlag.async;
  if ((p.flags & PacketFlag.tcpHasTimestamp) !== 0) w[b + S.flags] = w[b + S.flags]! | SessionFlag.timestamp;
  x.counters.add(TCP_COUNTER.midstreamPickups);
  x.setState(b, (p.tcpFlags & TcpFlag.fin) !== 0 ? TcpStateId.finWait1 : TcpStateId.established);
  x.feed(p, b, d, peer);
}

/** Says whether a packet may begin a session, with the anomalies of those that may not. */
export function mayOpen(x: TcpContext, p: Packet, f: number): boolean {
  const flags = p.tcpFlags;
  if ((flags & TcpFlag.rst) !== 0) {
    x.reject(p, STREAM_ANOMALY.rst_but_no_session);
    return false;
  }
  if ((flags & TcpFlag.fin) !== 0) {
    x.policy?.('midstream', p, f);
    if (x.options.midstream && p.payloadLength > 0 && p.dropReason === 0) return true;
    x.reject(p, STREAM_ANOMALY.fin_but_no_session);
    return false;
  }
  if ((flags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn) return true;
  if ((flags & TcpFlag.ack) === 0) return false;
  x.policy?.('midstream', p, f);
  const isOneSided = x.options.asyncOneside && (flags & TcpFlag.syn) !== 0;
  return p.dropReason === 0 && (x.options.midstream || isOneSided);
}

/** Overlaps are resolved as the receiver of a stream does. */
export function lookUpPolicies(x: TcpContext, p: Packet, b: number): void {
  const look = x.hostPolicy;
  const w = x.sessions.words;
  const isToServer = (p.flags & PacketFlag.toServer) !== 0;
  const bySource = look === null ? 0 : look(p.src0, p.src1, p.src2, p.src3, p.ipVersion);
  const byDestination = look === null ? 0 : look(p.dst0, p.dst1, p.dst2, p.dst3, p.ipVersion);
  w[b + CLIENT + D.flags] = (isToServer ? byDestination : bySource) << OS_POLICY;
  w[b + SERVER + D.flags] = (isToServer ? bySource : byDestination) << OS_POLICY;
}
