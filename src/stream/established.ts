// Established: data and acknowledgements of an open connection, checked against windows (RFC 9293, 3.10.7.4).

import type { Packet } from '../framework/packet.ts';
import { isAckValid, isOvertaken, isTimestampValid, noteTimestamp } from './checks.ts';
import { takeFin } from './closing.ts';
import type { TcpContext } from './context.ts';
import { STREAM_ANOMALY, TCP_COUNTER } from './events.ts';
import { takeReset } from './reset.ts';
import { CLIENT, D, S, SERVER, SessionFlag } from './sessions.ts';
import { TcpFlag } from './states.ts';

export function inEstablished(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const flags = p.tcpFlags;
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if ((flags & TcpFlag.rst) !== 0) takeReset(x, p, b, d, peer);
  else if ((flags & TcpFlag.fin) !== 0) takeFin(x, p, b, isToServer);
  else if ((flags & TcpFlag.syn) !== 0) strayInEstablished(x, p, b, isToServer);
  else if ((flags & TcpFlag.ack) !== 0) takeSegment(x, p, b, d, peer);
}

function strayInEstablished(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  if ((p.tcpFlags & TcpFlag.ack) === 0) {
    // Suricata says diff_seq of a SYN with the same number, too; est_syn_resend is never seen.
    if (isToServer) x.beginAnew(p, b, STREAM_ANOMALY.est_syn_resend_diff_seq);
    else x.reject(p, STREAM_ANOMALY.est_syn_toclient);
    return;
  }
  if (isToServer) x.reject(p, STREAM_ANOMALY.est_synack_toserver);
  else if (p.tcpAck !== w[b + CLIENT + D.lastAck]) {
    x.reject(p, STREAM_ANOMALY.est_synack_resend_with_diff_ack);
    x.endWhenAnswered(p, b);
  } else if (p.tcpSeq !== w[b + SERVER + D.isn]) x.reject(p, STREAM_ANOMALY.est_synack_resend_with_diff_seq);
  else if ((w[b + S.flags]! & SessionFlag.confirmed) !== 0) x.reject(p, STREAM_ANOMALY.est_synack_resend);
}

/** Before what is acknowledged, but a probe (keep-alive) or data that went past us when it was acknowledged. */
function isWelcomeLate(x: TcpContext, d: number, end: number): boolean {
  const w = x.sessions.words;
  const beyondNext = (end - w[d + D.nextSeq]!) | 0;
  if (w[d + D.lastAck] === w[d + D.nextSeq]) return beyondNext === -1;
  return beyondNext > 0;
}

/**
 * Wholly before the place at which the session was picked up, beyond which nothing is acknowledged yet: what fills a hole
 * that its receiver waits for. Inline, to stop it would stop the connection for good.
 */
function fillsEarlierHole(x: TcpContext, b: number, d: number, end: number): boolean {
  const w = x.sessions.words;
  if (!x.options.inline || (w[b + S.flags]! & SessionFlag.midstreamEstablished) === 0) return false;
  const pickedUp = (w[d + D.isn]! + 1) | 0;
  return w[d + D.lastAck] === pickedUp && ((end - pickedUp) | 0) <= 0;
}

/** Data and acknowledgement of an open connection. */
function takeSegment(x: TcpContext, p: Packet, b: number, d: number, peer: number): void {
  const w = x.sessions.words;
  if (d === b + SERVER) w[b + S.flags] = w[b + S.flags]! | SessionFlag.confirmed;
  if (isOvertaken(x, p, d, peer)) return;
  if (!isTimestampValid(x, p, b, d)) {
    x.refuse(p);
    return;
  }
  if (!isAckValid(x, p, b, peer)) {
    x.event(p, STREAM_ANOMALY.pkt_invalid_ack);
    x.passOver(p, STREAM_ANOMALY.est_invalid_ack);
    return;
  }
  const flags = w[b + S.flags]!;
  const end = (p.tcpSeq + p.payloadLength) | 0;
  if ((flags & SessionFlag.async) !== 0) {
    x.updateNextSeq(p, d);
    w[d + D.lastAck] = w[d + D.nextSeq]!;
  } else if (((end - w[d + D.lastAck]!) | 0) < 0 && !isWelcomeLate(x, d, end)) {
    if (fillsEarlierHole(x, b, d, end)) {
      x.updateAck(p, peer);
      x.updateWindow(p, peer);
    } else x.passOver(p, STREAM_ANOMALY.est_pkt_before_last_ack);
    return;
  }
  const isBeyond = ((end - w[d + D.nextWin]!) | 0) > 0;
  if (isBeyond && (flags & (SessionFlag.async | SessionFlag.midstream)) === 0) {
    // one byte against a closed window is a probe, which its receiver does not take (RFC 9293, 3.8.6.1)
    if (p.payloadLength !== 1 || w[d + D.window] !== 0) x.passOver(p, STREAM_ANOMALY.est_packet_out_of_window);
    return;
  }
  noteTimestamp(x, p, b, d);
  x.updateNextSeq(p, d);
  // each segment that says so, and of open connections alone (measured beside Suricata 8.0.8)
  if (((p.tcpAck - w[peer + D.nextSeq]!) | 0) > 0) x.counters.add(TCP_COUNTER.ackUnseenData);
  x.updateAck(p, peer);
  x.updateWindow(p, peer);
  x.feed(p, b, d, peer);
  if ((flags & SessionFlag.async) !== 0) x.acknowledged(p, b, d);
}
