// Closing: FINs and what follows them. Names are the server's view: a client's FIN leads to close_wait.

import type { Packet } from '../framework/packet.ts';
import { isAckValid, isTimestampValid } from './checks.ts';
import type { TcpContext } from './context.ts';
import { STREAM_ANOMALY } from './events.ts';
import { takeReset } from './reset.ts';
import { CLIENT, D, S, SERVER, SessionFlag, StreamFlag } from './sessions.ts';
import { TcpFlag, TcpStateId } from './states.ts';

/** The anomalies of one state, in the words rules use; -1: such a packet is none. */
interface Complaints {
  readonly ackSeq: number;
  readonly finSeq: number;
  readonly ack: number;
}

const E = STREAM_ANOMALY;
const COMPLAINTS: Readonly<Record<number, Complaints>> = {
  [TcpStateId.finWait1]: { ackSeq: E.fin1_ack_wrong_seq, finSeq: E.fin1_fin_wrong_seq, ack: E.fin1_invalid_ack },
  [TcpStateId.finWait2]: { ackSeq: E.fin2_ack_wrong_seq, finSeq: E.fin2_fin_wrong_seq, ack: E.fin2_invalid_ack },
  [TcpStateId.closeWait]: {
    ackSeq: E.closewait_ack_out_of_window,
    finSeq: E.closewait_fin_out_of_window,
    ack: E.closewait_invalid_ack,
  },
  [TcpStateId.lastAck]: { ackSeq: E.lastack_ack_wrong_seq, finSeq: -1, ack: E.lastack_invalid_ack },
  [TcpStateId.timeWait]: { ackSeq: E.timewait_ack_wrong_seq, finSeq: -1, ack: E.timewait_invalid_ack },
};
const OPEN: Complaints = { ackSeq: E.fin_out_of_window, finSeq: E.fin_out_of_window, ack: E.fin_invalid_ack };

/** Any packet of a session in which a FIN was seen. */
export function inClosing(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const flags = p.tcpFlags;
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if ((flags & TcpFlag.rst) !== 0) takeReset(x, p, b, d, peer);
  else if ((flags & TcpFlag.fin) !== 0) takeFin(x, p, b, isToServer);
  else if ((flags & TcpFlag.syn) !== 0) x.event(p, E.shutdown_syn_resend);
  else if ((flags & TcpFlag.ack) !== 0) takeLateSegment(x, p, b, d, peer);
}

function complaints(x: TcpContext, b: number): Complaints {
  return COMPLAINTS[x.sessions.words[b + S.state]!] ?? OPEN;
}

/** Timestamp and acknowledgement fit, and the sequence number where it matters; else the anomaly is noted. */
function fits(x: TcpContext, p: Packet, b: number, d: number, peer: number, complaint: number): boolean {
  if (!isTimestampValid(x, p, b, d)) {
    x.refuse(p);
    return false;
  }
  const isFirstFin = x.sessions.words[b + S.state]! <= TcpStateId.established;
  if (isFirstFin && !hasFittingAck(x, p, b, peer)) return false;
  if (complaint >= 0 && isOutside(x, p, b, d)) {
    x.reject(p, complaint);
    return false;
  }
  return isFirstFin || hasFittingAck(x, p, b, peer);
}

function hasFittingAck(x: TcpContext, p: Packet, b: number, peer: number): boolean {
  if (isAckValid(x, p, b, peer)) return true;
  x.invalidAck(p, complaints(x, b).ack);
  return false;
}

function isLoose(x: TcpContext, b: number): boolean {
  return (x.sessions.words[b + S.flags]! & (SessionFlag.async | SessionFlag.midstream)) !== 0;
}

/** Not what the receiver of `d` can take. */
function isOutside(x: TcpContext, p: Packet, b: number, d: number): boolean {
  const w = x.sessions.words;
  if (isLoose(x, b)) return isBeyondFirstWindow(x, p, b, d);
  const state = w[b + S.state];
  if (state === TcpStateId.lastAck || state === TcpStateId.timeWait) return isOffTheEnd(x, p, state, d);
  const end = (p.tcpSeq + p.payloadLength) | 0;
  const limit = (w[d + D.lastAck]! + w[d + D.window]!) | 0;
  if (((end - w[d + D.nextWin]!) | 0) > 0 && ((end - limit) | 0) > 0 && end !== w[d + D.nextSeq]) return true;
  return (p.tcpFlags & TcpFlag.fin) !== 0 && isOldFin(x, p, state!, d);
}

/**
 * Nobody acknowledges what the only side says: its FIN has to lie in the window that its first acknowledgement told of.
 * Measured beside Suricata 8.0.8.
 */
function isBeyondFirstWindow(x: TcpContext, p: Packet, b: number, d: number): boolean {
  const w = x.sessions.words;
  if ((w[b + S.flags]! & SessionFlag.midstream) !== 0) return false;
  if ((p.tcpFlags & TcpFlag.fin) === 0 || w[b + S.state] !== TcpStateId.established) return false;
  return (p.tcpSeq + p.payloadLength - w[d + D.isn]! - 1) >>> 0 > w[d + D.window]! >>> 0;
}

/** A FIN that repeats one is as good as its first, until it is acknowledged; any other before the data seen is old. */
function isOldFin(x: TcpContext, p: Packet, state: number, d: number): boolean {
  const w = x.sessions.words;
  const isFirst = (w[d + D.flags]! & StreamFlag.eof) === 0;
  if (isFirst && (state <= TcpStateId.established || state === TcpStateId.closeWait)) {
    return ((p.tcpSeq - w[d + D.lastAck]!) | 0) < 0;
  }
  const slack = state === TcpStateId.closeWait ? 0 : -1;
  return ((p.tcpSeq + p.payloadLength - w[d + D.lastAck]!) | 0) < slack;
}

/** After both FINs there is one place left in the sequence space. */
function isOffTheEnd(x: TcpContext, p: Packet, state: number, d: number): boolean {
  const w = x.sessions.words;
  const ahead = (p.tcpSeq - w[d + D.nextSeq]!) | 0;
  if (state === TcpStateId.lastAck) return ahead > 1;
  return ahead > ((w[d + D.flags]! & StreamFlag.finCounted) !== 0 ? 0 : 1) || ahead < -1;
}

/** Notes the retransmission of data that is still under way, or partly acknowledged. */
function isRetransmission(x: TcpContext, p: Packet, b: number, d: number): boolean {
  if (p.payloadLength === 0) return false;
  const w = x.sessions.words;
  const end = (p.tcpSeq + p.payloadLength) | 0;
  const state = w[b + S.state];
  const isAcked = ((end - w[d + D.lastAck]!) | 0) <= 0;
  const isPartlyAcked = !isAcked && ((p.tcpSeq - w[d + D.lastAck]!) | 0) < 0;
  if (!isAcked && !isPartlyAcked && ((end - w[d + D.nextSeq]!) | 0) > 0) return false;
  const isServers = d === b + SERVER;
  if (isAcked && state === TcpStateId.closeWait && isServers) x.event(p, E.closewait_pkt_before_last_ack);
  const isQuiet = state === TcpStateId.lastAck || (state === TcpStateId.closeWait && !isServers);
  if (!isAcked || !isQuiet) x.event(p, E.pkt_retransmission);
  return true;
}

/** A FIN in any state after the SYN/ACK. */
export function takeFin(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if (!fits(x, p, b, d, peer, complaints(x, b).finSeq)) return;
  if (isToServer && w[b + S.state]! <= TcpStateId.established && (p.tcpFlags & TcpFlag.syn) !== 0) {
    x.reject(p, E.fin_syn);
    return;
  }
  const own = isToServer ? SessionFlag.finByClient : SessionFlag.finByServer;
  if ((w[b + S.flags]! & own) === 0) {
    noteEnd(x, p, b, d);
    w[b + S.flags] = w[b + S.flags]! | own;
  } else isRetransmission(x, p, b, d);
  x.updateAck(p, peer);
  x.updateWindow(p, peer);
  if ((w[b + S.flags]! & SessionFlag.async) !== 0) w[d + D.lastAck] = w[d + D.nextSeq]!;
  x.setState(b, afterFin(w[b + S.state]!, isToServer));
  x.feed(p, b, d, peer);
}

/** The place of a FIN in the sequence space counts at once when the server is the first to close, else when acknowledged. */
function noteEnd(x: TcpContext, p: Packet, b: number, d: number): void {
  const w = x.sessions.words;
  const end = (p.tcpSeq + p.payloadLength) | 0;
  const isFirst = (w[b + S.flags]! & (SessionFlag.finByClient | SessionFlag.finByServer)) === 0;
  const isCounted = d === b + SERVER && isFirst;
  if (((end - w[d + D.nextSeq]!) | 0) < (isCounted ? -1 : 0)) return;
  w[d + D.nextSeq] = end;
  w[d + D.flags] = w[d + D.flags]! | StreamFlag.eof;
  if (!isCounted) return;
  w[d + D.nextSeq] = (end + 1) | 0;
  w[d + D.flags] = w[d + D.flags]! | StreamFlag.finCounted;
}

function afterFin(state: number, isToServer: boolean): number {
  switch (state) {
    case TcpStateId.synRecv:
    case TcpStateId.established:
      return isToServer ? TcpStateId.closeWait : TcpStateId.finWait1;
    case TcpStateId.finWait1:
    case TcpStateId.finWait2:
      return isToServer ? TcpStateId.timeWait : state;
    case TcpStateId.closeWait:
      return isToServer ? state : TcpStateId.lastAck;
    default:
      return state;
  }
}

function isFinAcked(x: TcpContext, d: number): boolean {
  const w = x.sessions.words;
  return (w[d + D.flags]! & StreamFlag.finCounted) !== 0 && ((w[d + D.lastAck]! - w[d + D.nextSeq]!) | 0) >= 0;
}

/** Data or acknowledgement after a FIN. */
function takeLateSegment(x: TcpContext, p: Packet, b: number, d: number, peer: number): void {
  const w = x.sessions.words;
  const state = w[b + S.state]!;
  const isRepeated = isRetransmission(x, p, b, d);
  const isServersLast = state === TcpStateId.lastAck && d === b + SERVER;
  const isUnchecked = isServersLast || (isRepeated && state >= TcpStateId.timeWait);
  if (!fits(x, p, b, d, peer, isUnchecked ? -1 : complaints(x, b).ackSeq)) return;
  const isNext = p.tcpSeq === w[d + D.nextSeq];
  const isOpen = state !== TcpStateId.timeWait && (w[d + D.flags]! & StreamFlag.eof) === 0;
  if (isOpen && p.payloadLength > 0) x.updateNextSeq(p, d);
  x.updateAck(p, peer);
  x.updateWindow(p, peer);
  x.feed(p, b, d, peer);
  if (!isRepeated) advance(x, p, b, d, isNext);
}

/** An acknowledgement moves the session on when it comes in its place and acknowledges the FIN. */
function advance(x: TcpContext, p: Packet, b: number, d: number, isNext: boolean): void {
  const w = x.sessions.words;
  const acksServersFin = d === b + CLIENT && isFinAcked(x, b + SERVER);
  switch (w[b + S.state]) {
    case TcpStateId.finWait1:
      if (isNext && acksServersFin) x.setState(b, TcpStateId.finWait2);
      return;
    case TcpStateId.lastAck:
      if (acksServersFin && ((p.tcpSeq - w[d + D.nextSeq]!) | 0) >= 0) x.setState(b, TcpStateId.closed);
      return;
    case TcpStateId.timeWait:
      x.setState(b, TcpStateId.closed);
      return;
    default:
  }
}

/** Packets after the end. */
export function inClosed(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  if ((p.tcpFlags & (TcpFlag.rst | TcpFlag.syn)) !== 0) return;
  if ((w[b + S.flags]! & SessionFlag.closedByRst) !== 0 || (p.tcpFlags & TcpFlag.ack) === 0) return;
  const peer = b + (isToServer ? SERVER : CLIENT);
  x.updateAck(p, peer);
  x.acknowledged(p, b, peer);
}
