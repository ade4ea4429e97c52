// Closing: FINs and what follows them. Names are the server's view: a client's FIN leads to close_wait.

import type { Packet } from '../framework/packet.ts';
import { isAckValid, isTimestampValid } from './checks.ts';
import type { TcpContext } from './context.ts';
import { STREAM_ANOMALY } from './events.ts';
import { takeReset } from './reset.ts';
import { CLIENT, D, S, SERVER, SessionFlag, StreamFlag } from './sessions.ts';
import { TcpFlag, TcpStateId } from './states.ts';

/** The anomalies of one state, in the words rules use. */
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
  [TcpStateId.closing]: {
    ackSeq: E.closing_ack_wrong_seq,
    finSeq: E.closing_ack_wrong_seq,
    ack: E.closing_invalid_ack,
  },
  [TcpStateId.lastAck]: {
    ackSeq: E.lastack_ack_wrong_seq,
    finSeq: E.lastack_ack_wrong_seq,
    ack: E.lastack_invalid_ack,
  },
  [TcpStateId.timeWait]: {
    ackSeq: E.timewait_ack_wrong_seq,
    finSeq: E.timewait_ack_wrong_seq,
    ack: E.timewait_invalid_ack,
  },
};
const OPEN: Complaints = { ackSeq: E.fin_out_of_window, finSeq: E.fin_out_of_window, ack: E.fin_invalid_ack };

/** Any packet of a session in which a FIN was seen. */
export function inClosing(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const flags = p.tcpFlags;
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if ((flags & TcpFlag.rst) !== 0) takeReset(x, p, b, d, peer);
  else if ((flags & TcpFlag.syn) !== 0) x.event(p, E.shutdown_syn_resend);
  else if ((flags & TcpFlag.fin) !== 0) takeFin(x, p, b, isToServer);
  else if ((flags & TcpFlag.ack) !== 0) takeLateSegment(x, p, b, d, peer);
}

function complaints(x: TcpContext, b: number): Complaints {
  return COMPLAINTS[x.sessions.words[b + S.state]!] ?? OPEN;
}

/** Sequence number and acknowledgement fit; else the anomaly is noted. */
function fits(x: TcpContext, p: Packet, b: number, d: number, peer: number, isFin: boolean): boolean {
  const w = x.sessions.words;
  const names = complaints(x, b);
  if (!isTimestampValid(x, p, b, d)) {
    x.refuse(p);
    return false;
  }
  const isLoose = (w[b + S.flags]! & (SessionFlag.async | SessionFlag.midstream)) !== 0;
  const end = (p.tcpSeq + p.payloadLength) | 0;
  const limit = (w[d + D.lastAck]! + w[d + D.window]!) | 0;
  const isOutside = ((end - w[d + D.nextWin]!) | 0) > 0 && ((end - limit) | 0) > 0 && end !== w[d + D.nextSeq];
  // A FIN that repeats one is as good as its first; anything else before the acknowledged data is old.
  const state = w[b + S.state];
  const isStrict = state === TcpStateId.established || state === TcpStateId.closeWait;
  const isFirst = isFin && isStrict && (w[d + D.flags]! & StreamFlag.eof) === 0;
  const isOld = isFirst ? ((p.tcpSeq - w[d + D.nextSeq]!) | 0) < 0 : isFin && ((end - w[d + D.lastAck]!) | 0) < -1;
  if (!isLoose && (isOutside || isOld)) {
    x.reject(p, isFin ? names.finSeq : names.ackSeq);
    return false;
  }
  if (!isAckValid(x, p, b, peer)) {
    x.invalidAck(p, names.ack);
    return false;
  }
  return true;
}

/** A FIN in any state after the SYN/ACK. */
export function takeFin(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if (!fits(x, p, b, d, peer, true)) return;
  const own = isToServer ? SessionFlag.finByClient : SessionFlag.finByServer;
  if ((w[b + S.flags]! & own) === 0) {
    const end = (p.tcpSeq + p.payloadLength + 1) | 0;
    if (((end - w[d + D.nextSeq]!) | 0) >= 0) {
      w[d + D.nextSeq] = end;
      w[d + D.flags] = w[d + D.flags]! | StreamFlag.eof;
    }
    w[b + S.flags] = w[b + S.flags]! | own;
  }
  x.updateAck(p, peer);
  x.updateWindow(p, peer);
  if ((w[b + S.flags]! & SessionFlag.async) !== 0) w[d + D.lastAck] = w[d + D.nextSeq]!;
  x.setState(b, afterFin(x, b, isToServer, peer));
  x.feed(p, b, d, peer);
}

function afterFin(x: TcpContext, b: number, isToServer: boolean, peer: number): number {
  const w = x.sessions.words;
  const state = w[b + S.state]!;
  switch (state) {
    case TcpStateId.synRecv:
    case TcpStateId.established:
      return isToServer ? TcpStateId.closeWait : TcpStateId.finWait1;
    case TcpStateId.finWait1:
      if (!isToServer) return state;
      return isFinAcked(x, peer) ? TcpStateId.timeWait : TcpStateId.closing;
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
  return (w[d + D.flags]! & StreamFlag.eof) !== 0 && w[d + D.lastAck] === w[d + D.nextSeq];
}

/** Data or acknowledgement after a FIN. */
function takeLateSegment(x: TcpContext, p: Packet, b: number, d: number, peer: number): void {
  if (!fits(x, p, b, d, peer, false)) return;
  const w = x.sessions.words;
  const isOpen = w[b + S.state] !== TcpStateId.timeWait && (w[d + D.flags]! & StreamFlag.eof) === 0;
  if (isOpen && p.payloadLength > 0) x.updateNextSeq(p, d);
  x.updateAck(p, peer);
  x.updateWindow(p, peer);
  x.feed(p, b, d, peer);
  const isServersFinAcked = d === b + CLIENT && isFinAcked(x, peer);
  switch (w[b + S.state]) {
    case TcpStateId.finWait1:
      if (isServersFinAcked) x.setState(b, TcpStateId.finWait2);
      return;
    case TcpStateId.lastAck:
      if (isServersFinAcked) x.setState(b, TcpStateId.closed);
      return;
    case TcpStateId.closing:
      if (isFinAcked(x, peer)) x.setState(b, TcpStateId.timeWait);
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
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if ((p.tcpFlags & TcpFlag.rst) !== 0) return;
  if ((p.tcpFlags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn) {
    x.event(p, E.shutdown_syn_resend);
    return;
  }
  const wasReset =
    (w[b + S.flags]! & SessionFlag.closedByRst) !== 0 && (w[peer + D.flags]! & StreamFlag.rstReceived) !== 0;
  if (wasReset && p.payloadLength > 0 && p.tcpSeq === w[d + D.nextSeq]) {
    w[peer + D.flags] = w[peer + D.flags]! & ~StreamFlag.rstReceived;
    x.event(p, E.suspected_rst_inject);
    return;
  }
  if (wasReset || (p.tcpFlags & TcpFlag.ack) === 0) return;
  x.updateAck(p, peer);
  x.acknowledged(p, b, peer);
}
