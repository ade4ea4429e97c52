// Closing: FINs and what follows them. Names are the server's view: a client's FIN leads to close_wait.

import type { Packet } from '../framework/packet.ts';
import { isAckValid, isOvertaken, isTimestampValid, noteTimestamp } from './checks.ts';
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
  [TcpStateId.closing]: { ackSeq: E.closing_ack_wrong_seq, finSeq: -1, ack: E.closing_invalid_ack },
  [TcpStateId.timeWait]: { ackSeq: E.timewait_ack_wrong_seq, finSeq: -1, ack: E.timewait_invalid_ack },
};
const OPEN: Complaints = { ackSeq: E.fin_out_of_window, finSeq: E.fin_out_of_window, ack: E.fin_invalid_ack };

/** Any packet of a session in which a FIN was seen. */
export function inClosing(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const flags = p.tcpFlags;
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if ((flags & TcpFlag.rst) !== 0) takeReset(x, p, b, d, peer);
  else if ((flags & TcpFlag.fin) !== 0) takeLaterFin(x, p, b, isToServer);
  else if ((flags & TcpFlag.syn) !== 0) takeLateSyn(x, p, b, isToServer);
  else if ((flags & TcpFlag.ack) !== 0 && !isOvertaken(x, p, d, peer)) takeLateSegment(x, p, b, d, peer);
}

function takeLateSyn(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  if (isToServer && (p.tcpFlags & TcpFlag.ack) === 0) x.beginAnew(p, b, E.shutdown_syn_resend);
  else {
    x.reject(p, E.shutdown_syn_resend);
    if (!isToServer) x.endWhenAnswered(p, b);
  }
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
  // what a server that closed first is answered is judged by its acknowledgement before its place
  const state = x.sessions.words[b + S.state]!;
  const isAckFirst = state === TcpStateId.finWait1 || state === TcpStateId.finWait2;
  if (isAckFirst && !hasFittingAck(x, p, b, peer)) return false;
  if (complaint >= 0 && isOutside(x, p, b, d)) {
    x.reject(p, complaint);
    return false;
  }
  return isAckFirst || hasFittingAck(x, p, b, peer);
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
  const state = w[b + S.state]!;
  if (state === TcpStateId.lastAck || state === TcpStateId.timeWait || state === TcpStateId.closing)
    return isOffTheEnd(x, p, state, d);
  const limit = (w[d + D.lastAck]! + w[d + D.window]!) | 0;
  if (state === TcpStateId.closeWait && (p.tcpFlags & TcpFlag.fin) === 0) return ((p.tcpSeq - limit) | 0) > 0;
  const end = (p.tcpSeq + p.payloadLength) | 0;
  if (((end - w[d + D.nextWin]!) | 0) > 0 && ((end - limit) | 0) > 0 && end !== w[d + D.nextSeq]) return true;
  return (p.tcpFlags & TcpFlag.fin) !== 0 && ((p.tcpSeq - firstForFin(x, p, state, d)) | 0) < 0;
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

/** Where a FIN may begin at the earliest: one place before the end also where its acknowledgement overtook it. */
function firstForFin(x: TcpContext, p: Packet, state: number, d: number): number {
  const w = x.sessions.words;
  if (state <= TcpStateId.established) return w[d + D.lastAck]!;
  const isEarlier = state === TcpStateId.finWait1 || x.reassembly.isUnseen(d, (p.tcpSeq + p.payloadLength) | 0);
  return isEarlier ? (w[d + D.nextSeq]! - 1) | 0 : w[d + D.nextSeq]!;
}

/** After both FINs there is one place left in the sequence space. */
function isOffTheEnd(x: TcpContext, p: Packet, state: number, d: number): boolean {
  const w = x.sessions.words;
  const ahead = (p.tcpSeq - w[d + D.nextSeq]!) | 0;
  if (state === TcpStateId.lastAck) return ahead > 1;
  if (state === TcpStateId.closing) return ahead > 0;
  return ahead > ((w[d + D.flags]! & StreamFlag.finCounted) !== 0 ? 0 : 1) || ahead < -1;
}

/** Data that was seen, or whose beginning was acknowledged. */
function isRetransmission(x: TcpContext, p: Packet, d: number): boolean {
  if (p.payloadLength === 0) return false;
  const w = x.sessions.words;
  if (((p.tcpSeq - w[d + D.lastAck]!) | 0) < 0) return true;
  return ((p.tcpSeq + p.payloadLength - w[d + D.nextSeq]!) | 0) <= 0;
}

/** The first FIN of a session. */
export function takeFin(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if (!isTimestampValid(x, p, b, d)) {
    x.refuse(p);
    return;
  }
  if (!hasFittingAck(x, p, b, peer)) return;
  if (isOutside(x, p, b, d)) x.reject(p, E.fin_out_of_window);
  else if (isToServer && (p.tcpFlags & TcpFlag.syn) !== 0) x.reject(p, E.fin_syn);
  else closeBy(x, p, b, isToServer, isToServer ? TcpStateId.closeWait : TcpStateId.finWait1);
}

/** A FIN after the first: of the other side, or repeated. Behind both nothing is expected of one. */
function takeLaterFin(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const state = x.sessions.words[b + S.state]!;
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if (state === TcpStateId.timeWait || state === TcpStateId.lastAck || state === TcpStateId.closing) return;
  if (state !== TcpStateId.closeWait && isSameFin(x, p, b, d, peer)) return;
  if (isRetransmission(x, p, d)) {
    x.event(p, E.pkt_retransmission);
    return;
  }
  if (!fits(x, p, b, d, peer, complaints(x, b).finSeq)) return;
  closeBy(x, p, b, isToServer, afterFin(state, p, isToServer));
}

/** The FIN that was counted, once more, and not one that its acknowledgement overtook. */
function isSameFin(x: TcpContext, p: Packet, b: number, d: number, peer: number): boolean {
  const w = x.sessions.words;
  if ((w[b + S.flags]! & finFlag(b, d)) === 0 && x.reassembly.isUnseen(d, p.tcpSeq)) return false;
  if ((p.tcpFlags & TcpFlag.ack) === 0 || p.tcpAck !== w[peer + D.lastAck]) return false;
  return p.tcpSeq === ((w[d + D.nextSeq]! - 1) | 0);
}

/** A FIN that fits, and the state that follows. */
function closeBy(x: TcpContext, p: Packet, b: number, isToServer: boolean, next: number): void {
  const w = x.sessions.words;
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  const own = finFlag(b, d);
  if ((w[b + S.flags]! & own) === 0) {
    noteEnd(x, p, b, d);
    w[b + S.flags] = w[b + S.flags]! | own;
  }
  noteTimestamp(x, p, b, d);
  takeAck(x, p, peer);
  x.updateWindow(p, peer);
  if ((w[b + S.flags]! & SessionFlag.async) !== 0) w[d + D.lastAck] = w[d + D.nextSeq]!;
  x.setState(b, next);
  x.feed(p, b, d, peer);
}

/** That the side `d` has closed. */
function finFlag(b: number, d: number): number {
  return d === b + CLIENT ? SessionFlag.finByClient : SessionFlag.finByServer;
}

/** The place of a FIN in the sequence space counts at once when the server is the first to close, else when acknowledged. */
function noteEnd(x: TcpContext, p: Packet, b: number, d: number): void {
  const w = x.sessions.words;
  const end = (p.tcpSeq + p.payloadLength) | 0;
  const isFirst = (w[b + S.flags]! & (SessionFlag.finByClient | SessionFlag.finByServer)) === 0;
  const isCounted = d === b + SERVER && isFirst;
  if (((end - w[d + D.nextSeq]!) | 0) < (isCounted ? -1 : 0)) return;
  if (!isFirst && d === b + CLIENT && p.tcpSeq !== w[d + D.nextSeq]) return;
  w[d + D.nextSeq] = end;
  w[d + D.flags] = w[d + D.flags]! | StreamFlag.eof;
  if (!isCounted) return;
  w[d + D.nextSeq] = (end + 1) | 0;
  w[d + D.flags] = w[d + D.flags]! | StreamFlag.finCounted;
}

/** Who closes after the server, or twice, without a word of what it received, closes at the same time. */
function afterFin(state: number, p: Packet, isToServer: boolean): number {
  if (state === TcpStateId.finWait2) return TcpStateId.timeWait;
  if (state === TcpStateId.finWait1) return (p.tcpFlags & TcpFlag.ack) !== 0 ? TcpStateId.timeWait : TcpStateId.closing;
  return isToServer ? state : TcpStateId.lastAck;
}

/** What was acknowledged now was sent, seen or not, and no more of it is waited for. */
function takeAck(x: TcpContext, p: Packet, peer: number): void {
  const w = x.sessions.words;
  x.updateAck(p, peer);
  if ((p.tcpFlags & TcpFlag.ack) !== 0 && ((p.tcpAck - w[peer + D.nextSeq]!) | 0) > 0) w[peer + D.nextSeq] = p.tcpAck;
}

/** Data or acknowledgement after a FIN. */
function takeLateSegment(x: TcpContext, p: Packet, b: number, d: number, peer: number): void {
  const w = x.sessions.words;
  const state = w[b + S.state]!;
  if (state === TcpStateId.lastAck && d === b + SERVER) {
    takeAfterBoth(x, p, b, d, peer);
    return;
  }
  const isRepeated = isRetransmission(x, p, d);
  if (isRepeated && isDoneAfterFin(x, p, state, d)) return;
  const isUnchecked = isRepeated && (state === TcpStateId.timeWait || state === TcpStateId.closeWait);
  if (!fits(x, p, b, d, peer, isUnchecked ? -1 : complaints(x, b).ackSeq)) return;
  const isNext = p.tcpSeq === w[d + D.nextSeq];
  const endsServer = isNext && d === b + CLIENT && isFinAcked(x, p, b + SERVER);
  noteTimestamp(x, p, b, d);
  if (isNext && (w[d + D.flags]! & StreamFlag.eof) === 0) x.updateNextSeq(p, d);
  takeAck(x, p, peer);
  x.updateWindow(p, peer);
  x.feed(p, b, d, peer);
  if (!isRepeated) advance(x, b, endsServer);
}

/** Notes a repetition; true where nothing in it can be news. */
function isDoneAfterFin(x: TcpContext, p: Packet, state: number, d: number): boolean {
  x.event(p, E.pkt_retransmission);
  if (state !== TcpStateId.closeWait) return false;
  if (((p.tcpSeq + p.payloadLength - x.sessions.words[d + D.lastAck]!) | 0) > 0) return false;
  x.reject(p, E.closewait_pkt_before_last_ack);
  return true;
}

/** The server goes on though both have closed: only what it acknowledges counts. */
function takeAfterBoth(x: TcpContext, p: Packet, b: number, d: number, peer: number): void {
  if (!isTimestampValid(x, p, b, d) || ((p.tcpAck - x.sessions.words[peer + D.nextSeq]!) | 0) > 0) return;
  x.updateAck(p, peer);
  x.acknowledged(p, b, peer);
}

/** Whether p acknowledges the FIN of stream `d`, and nothing beyond. */
function isFinAcked(x: TcpContext, p: Packet, d: number): boolean {
  const w = x.sessions.words;
  return (w[d + D.flags]! & StreamFlag.finCounted) !== 0 && p.tcpAck === w[d + D.nextSeq];
}

/** An acknowledgement moves the session on: that of the server's FIN, and any that follows both FINs. */
function advance(x: TcpContext, b: number, endsServer: boolean): void {
  const w = x.sessions.words;
  switch (w[b + S.state]) {
    case TcpStateId.finWait1:
      if (endsServer) x.setState(b, TcpStateId.finWait2);
      return;
    case TcpStateId.closing:
      x.setState(b, TcpStateId.timeWait);
      return;
    case TcpStateId.lastAck:
    case TcpStateId.timeWait:
      x.setState(b, TcpStateId.closed);
      return;
    default:
  }
}

/** Packets after the end. */
export function inClosed(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  if (!isToServer && (p.tcpFlags & TcpFlag.syn) !== 0 && x.endWhenAnswered(p, b)) return;
  if ((p.tcpFlags & (TcpFlag.rst | TcpFlag.syn)) !== 0) return;
  if ((w[b + S.flags]! & SessionFlag.closedByRst) !== 0 || (p.tcpFlags & TcpFlag.ack) === 0) return;
  const peer = b + (isToServer ? SERVER : CLIENT);
  if (!isAckValid(x, p, b, peer)) return;
  x.updateAck(p, peer);
  x.acknowledged(p, b, peer);
}
