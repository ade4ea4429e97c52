// Handshake: packets of sessions that are not established yet, in all the ways two ends may greet (RFC 9293, 3.5).

import type { Packet } from '../framework/packet.ts';
import { PacketFlag } from '../framework/packet.ts';
import { isAckValid, isResetValid, isTimestampValid, noteTimestamp } from './checks.ts';
import type { TcpContext } from './context.ts';
import { STREAM_ANOMALY } from './events.ts';
import { takeFin } from './closing.ts';
import { greet, takeSyn } from './opening.ts';
import { CLIENT, D, S, SERVER, SessionFlag, StreamFlag } from './sessions.ts';
import { TcpFlag, TcpStateId } from './states.ts';

const SYN_ACK = TcpFlag.syn | TcpFlag.ack;
/** Halves of `S.greetingsSeen`. */
const GREETING_BITS = 16;
const MOST_GREETINGS = (1 << GREETING_BITS) - 1;

export function inSynSent(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const flags = p.tcpFlags;
  if ((flags & SYN_ACK) !== SYN_ACK && !isToServer && !echoesSyn(x, p, b)) {
    // the server may still have the connection before, of which its client knows nothing: it answers with a reset
    if (p.payloadLength === 0 && (flags & (TcpFlag.rst | TcpFlag.syn)) === 0)
      x.passOver(p, STREAM_ANOMALY.pkt_invalid_timestamp);
    else x.reject(p, STREAM_ANOMALY.pkt_invalid_timestamp);
    return;
  }
  if ((flags & SYN_ACK) === SYN_ACK) synAckInSynSent(x, p, b, isToServer);
  else if ((flags & TcpFlag.rst) !== 0) resetInSynSent(x, p, b, isToServer);
  else if ((flags & TcpFlag.fin) !== 0) return;
  else if ((flags & TcpFlag.syn) !== 0) synInSynSent(x, p, b, isToServer);
  else if ((flags & TcpFlag.ack) !== 0 && x.options.asyncOneside) beginAsync(x, p, b, isToServer);
}

/** The server echoes the timestamp of the SYN or none (RFC 7323, 3.2); another one is a guess of somebody else. */
function echoesSyn(x: TcpContext, p: Packet, b: number): boolean {
  if ((p.flags & PacketFlag.tcpHasTimestamp) === 0 || p.tcpTsEcr === 0) return true;
  const client = b + CLIENT;
  const w = x.sessions.words;
  return (w[client + D.flags]! & StreamFlag.timestamp) !== 0 && (p.tcpTsEcr | 0) === w[client + D.lastTs];
}

/** A refusal has the sequence number 0 and acknowledges the SYN (RFC 9293, 3.10.7.1); nothing else ends the attempt. */
function resetInSynSent(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  const hasAck = (p.tcpFlags & TcpFlag.ack) !== 0;
  if (p.payloadLength > 0) x.event(p, STREAM_ANOMALY.rst_with_data);
  if (isToServer) {
    if (hasAck && p.tcpAck !== 0) x.invalidAck(p, STREAM_ANOMALY.rst_invalid_ack);
    return;
  }
  const client = b + CLIENT;
  const isSynAcked = p.tcpAck === w[client + D.nextSeq] || p.tcpAck === ((w[client + D.isn]! + 1) | 0);
  if (
    hasAck &&
    p.tcpAck !== 0 &&
    !isSynAcked &&
    !x.greetings.find(w[b + S.greetings]!, (p.tcpAck - 1) | 0, x.greeting)
  ) {
    x.invalidAck(p, STREAM_ANOMALY.rst_invalid_ack);
  } else if (p.tcpSeq === w[b + SERVER + D.nextSeq]) x.close(b);
  else x.refuse(p);
}

function synInSynSent(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  if (!isToServer) {
    // Both ends opened (simultaneous or split handshake).
    takeSyn(x, p, b + SERVER, b + CLIENT);
    w[b + S.flags] = w[b + S.flags]! | SessionFlag.fourWay;
    return;
  }
  const seen = w[b + S.greetingsSeen]!;
  const isFlood = (seen & MOST_GREETINGS) >= Math.min(x.options.maxSynQueued, MOST_GREETINGS);
  if (isFlood) x.event(p, STREAM_ANOMALY['3whs_syn_flood']);
  else w[b + S.greetingsSeen] = seen + 1;
  if (p.tcpSeq === w[b + CLIENT + D.isn]) return;
  const known = w[b + S.greetings]!;
  remember(x, b, b + CLIENT, b + SERVER);
  if (isFlood && w[b + S.greetings] !== known) x.greetings.dropOldest(w[b + S.greetings]!);
  x.reassembly.release(b + CLIENT);
  w[b + CLIENT + D.end] = 0;
  w[b + CLIENT + D.contiguous] = 0;
  takeSyn(x, p, b + CLIENT, b + SERVER);
}

/** Keeps the greeting of `d` beside the one that takes its place. */
function remember(x: TcpContext, b: number, d: number, peer: number): void {
  const w = x.sessions.words;
  const g = x.greeting;
  if (x.greetings.find(w[b + S.greetings]!, w[d + D.isn]!, g)) return;
  g.seq = w[d + D.isn]!;
  g.window = w[peer + D.window]!;
  g.windowScale = w[peer + D.windowScale]!;
  g.hasTimestamp = (w[d + D.flags]! & StreamFlag.timestamp) !== 0;
  g.tsVal = w[d + D.lastTs]!;
  w[b + S.greetings] = x.greetings.add(w[b + S.greetings]!, g);
}

function synAckInSynSent(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  if (isToServer) {
    if ((w[b + S.flags]! & SessionFlag.fourWay) === 0) x.reject(p, STREAM_ANOMALY['3whs_synack_in_wrong_direction']);
    else fourWaySynAck(x, p, b);
    return;
  }
  const client = b + CLIENT;
  const first = (w[client + D.isn]! + 1) | 0;
  const isWhole = p.tcpAck === w[client + D.nextSeq];
  if (!isWhole && p.tcpAck === first) ignoreSynData(x, p, b);
  else if (!isWhole && !answersOther(x, p, b)) {
    x.reject(p, STREAM_ANOMALY['3whs_synack_with_wrong_ack']);
    return;
  }
  x.forgetGreetings(b);
  takeSynAck(x, p, b);
  x.setState(b, TcpStateId.synRecv);
}

/** Goes back to the SYN that is answered. */
function answersOther(x: TcpContext, p: Packet, b: number): boolean {
  if (!x.greetings.find(x.sessions.words[b + S.greetings]!, (p.tcpAck - 1) | 0, x.greeting)) return false;
  greet(x, x.greeting, p.ts, b + CLIENT, b + SERVER);
  return true;
}

/** The server did not take the data on the SYN: the client will send it again. */
function ignoreSynData(x: TcpContext, p: Packet, b: number): void {
  const w = x.sessions.words;
  const client = b + CLIENT;
  x.event(p, STREAM_ANOMALY['3whs_synack_tfo_data_ignored']);
  w[b + S.flags] = w[b + S.flags]! | SessionFlag.synDataIgnored;
  x.reassembly.release(client);
  w[client + D.end] = 0;
  w[client + D.contiguous] = 0;
  w[client + D.raw] = 0;
  w[client + D.app] = 0;
  w[client + D.nextSeq] = (w[client + D.isn]! + 1) | 0;
}

function takeSynAck(x: TcpContext, p: Packet, b: number): void {
  const w = x.sessions.words;
  const client = b + CLIENT;
  const server = b + SERVER;
  takeSyn(x, p, server, client);
  scaleByBoth(x, b);
  w[client + D.lastAck] = p.tcpAck;
  w[client + D.nextWin] = (p.tcpAck + w[client + D.window]!) | 0;
  w[server + D.nextWin] = (w[server + D.lastAck]! + w[server + D.window]!) | 0;
  w[b + S.flags] = w[b + S.flags]! | SessionFlag.synAckSeen;
  const hasBoth = (w[client + D.flags]! & StreamFlag.timestamp) !== 0 && (p.flags & PacketFlag.tcpHasTimestamp) !== 0;
  if (hasBoth) w[b + S.flags] = w[b + S.flags]! | SessionFlag.timestamp;
  if (p.payloadLength > 0 && (w[b + S.flags]! & SessionFlag.fastOpen) !== 0) {
    w[server + D.nextSeq] = (p.tcpSeq + 1 + p.payloadLength) | 0;
    x.addData(p, b, server, (p.tcpSeq + 1) | 0);
  }
}

/** Scaling holds only when both sides offer it (RFC 7323, 2.2). */
function scaleByBoth(x: TcpContext, b: number): void {
  const w = x.sessions.words;
  if (((w[b + CLIENT + D.flags]! | w[b + SERVER + D.flags]!) & StreamFlag.unscaled) === 0) return;
  w[b + CLIENT + D.windowScale] = 0;
  w[b + SERVER + D.windowScale] = 0;
}

/** Third packet of a split handshake: the client acknowledges the server's SYN and repeats its own. */
function fourWaySynAck(x: TcpContext, p: Packet, b: number): void {
  const w = x.sessions.words;
  const server = b + SERVER;
  const client = b + CLIENT;
  if (p.tcpAck !== ((w[server + D.isn]! + 1) | 0)) {
    x.reject(p, STREAM_ANOMALY['4whs_synack_with_wrong_ack']);
    return;
  }
  if (p.tcpSeq !== w[client + D.isn]) {
    x.reject(p, STREAM_ANOMALY['4whs_synack_with_wrong_syn']);
    return;
  }
  w[server + D.lastAck] = p.tcpAck;
  w[server + D.window] = p.tcpWindow;
  w[server + D.nextWin] = (p.tcpAck + p.tcpWindow) | 0;
  w[client + D.nextWin] = (w[client + D.lastAck]! + w[client + D.window]!) | 0;
  x.setState(b, TcpStateId.synRecv);
}

function beginAsync(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  const client = b + CLIENT;
  const server = b + SERVER;
  if (!isToServer || p.tcpSeq !== w[client + D.nextSeq]) {
    x.reject(p, STREAM_ANOMALY['3whs_async_wrong_seq']);
    return;
  }
  w[b + S.flags] = w[b + S.flags]! | SessionFlag.async;
  w[client + D.window] = p.tcpWindow;
  w[client + D.nextWin] = (p.tcpSeq + p.payloadLength + p.tcpWindow) | 0;
  w[server + D.isn] = (p.tcpAck - 1) | 0;
  w[server + D.nextSeq] = p.tcpAck;
  w[server + D.lastAck] = p.tcpAck;
  x.setBase(server, p.tcpAck);
  x.setState(b, TcpStateId.established);
  x.updateNextSeq(p, client);
  w[client + D.lastAck] = w[client + D.nextSeq]!;
  x.feed(p, b, client, server);
}

export function inSynRecv(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const flags = p.tcpFlags;
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if ((flags & TcpFlag.rst) !== 0) {
    if (isTimestampValid(x, p, b, d) && isResetValid(x, p, b, d, peer)) x.close(b);
    else x.refuse(p);
  } else if ((flags & TcpFlag.fin) !== 0) takeFin(x, p, b, isToServer);
  else if ((flags & SYN_ACK) === SYN_ACK) repeatedSynAck(x, p, b, isToServer);
  else if ((flags & TcpFlag.syn) !== 0) repeatedSyn(x, p, b, isToServer);
  else if ((flags & TcpFlag.ack) !== 0) ackInSynRecv(x, p, b, isToServer);
}

function repeatedSynAck(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  if (isToServer) {
    if ((w[b + S.flags]! & SessionFlag.fourWay) === 0) x.reject(p, STREAM_ANOMALY['3whs_synack_toserver_on_syn_recv']);
    return;
  }
  if ((w[b + S.flags]! & SessionFlag.fourWay) !== 0) {
    takeSynAck(x, p, b);
    return;
  }
  const isSameAck = p.tcpAck === w[b + CLIENT + D.lastAck];
  if (!isSameAck) {
    x.reject(p, STREAM_ANOMALY['3whs_synack_resend_with_diff_ack']);
    return;
  }
  if (p.tcpSeq === w[b + SERVER + D.isn]) return;
  if (x.greetings.find(w[b + S.greetings]!, p.tcpSeq, x.greeting)) return;
  const seen = w[b + S.greetingsSeen]!;
  if (seen >>> GREETING_BITS >= Math.min(x.options.maxSynAckQueued, MOST_GREETINGS)) {
    x.reject(p, STREAM_ANOMALY['3whs_synack_flood']);
    return;
  }
  w[b + S.greetingsSeen] = seen + (1 << GREETING_BITS);
  w[b + S.greetings] = x.greetings.add(w[b + S.greetings]!, x.greeting.take(p));
}

/** Goes on with the SYN/ACK that the client confirms. */
function confirmsOther(x: TcpContext, p: Packet, b: number): boolean {
  const w = x.sessions.words;
  if (!x.greetings.find(w[b + S.greetings]!, (p.tcpAck - 1) | 0, x.greeting)) return false;
  const client = b + CLIENT;
  greet(x, x.greeting, p.ts, b + SERVER, client);
  scaleByBoth(x, b);
  w[client + D.nextWin] = (w[client + D.lastAck]! + w[client + D.window]!) | 0;
  return true;
}

function repeatedSyn(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  if (!isToServer) {
    if ((w[b + S.flags]! & SessionFlag.fourWay) === 0) x.reject(p, STREAM_ANOMALY['3whs_syn_toclient_on_syn_recv']);
  } else if (p.tcpSeq !== w[b + CLIENT + D.isn]) x.reject(p, STREAM_ANOMALY['3whs_syn_resend_diff_seq_on_syn_recv']);
}

function ackInSynRecv(x: TcpContext, p: Packet, b: number, isToServer: boolean): void {
  const w = x.sessions.words;
  const d = b + (isToServer ? CLIENT : SERVER);
  const peer = b + (isToServer ? SERVER : CLIENT);
  if (!isTimestampValid(x, p, b, d)) {
    x.refuse(p);
    return;
  }
  const flags = w[b + S.flags]!;
  if (!isToServer && !mayServerConfirm(x, p, b, flags)) return;
  if (isToServer && !isConfirmation(x, p, b, d, peer)) return;
  x.forgetGreetings(b);
  if (w[b + S.handshakeRtt]! < 0 && (flags & SessionFlag.synSeen) !== 0) {
    const rtt = p.ts - x.sessions.doubles[(b + S.synTs) >> 1]!;
    w[b + S.handshakeRtt] = rtt < 0 || rtt > 0x7fffffff ? -1 : rtt;
  }
  x.setState(b, TcpStateId.established);
  noteTimestamp(x, p, b, d);
  x.updateAck(p, peer);
  w[peer + D.nextWin] = w[peer + D.lastAck]!;
  x.updateWindow(p, peer);
  x.updateNextSeq(p, d);
  x.feed(p, b, d, peer);
  // the server goes on, and nothing of the client was seen
  if (!isToServer && x.options.asyncOneside && (flags & SessionFlag.midstreamSynAck) !== 0)
    w[b + S.flags] = w[b + S.flags]! | SessionFlag.async;
}

/** An ACK from the server ends a split handshake, or comes early in a fast open. */
function mayServerConfirm(x: TcpContext, p: Packet, b: number, flags: number): boolean {
  const w = x.sessions.words;
  if ((flags & SessionFlag.fourWay) !== 0) {
    if (p.tcpSeq !== w[b + SERVER + D.nextSeq]) x.reject(p, STREAM_ANOMALY['4whs_wrong_seq']);
    else if (!isAckValid(x, p, b, b + CLIENT)) x.reject(p, STREAM_ANOMALY['4whs_invalid_ack']);
    else return true;
    return false;
  }
  if ((flags & (SessionFlag.fastOpen | SessionFlag.midstream)) !== 0) return true;
  if (x.options.inline) {
    rejectEarly(x, p, b);
    return false;
  }
  // The client's ACK was lost on the way to us, or data with it, as its acknowledgement tells.
  if (p.tcpSeq === w[b + SERVER + D.nextSeq] && ((p.tcpAck - w[b + CLIENT + D.isn]!) | 0) > 0) return true;
  if (((p.tcpAck - w[b + CLIENT + D.nextSeq]!) | 0) > 0) return true;
  x.reject(p, STREAM_ANOMALY['3whs_wrong_seq_wrong_ack']);
  return false;
}

/** Inline nothing is lost on the way to us: the server cannot go on before the client has confirmed. */
function rejectEarly(x: TcpContext, p: Packet, b: number): void {
  const w = x.sessions.words;
  const isNext = p.tcpSeq === w[b + SERVER + D.nextSeq] && p.tcpAck === w[b + CLIENT + D.nextSeq];
  const isData = isNext && p.payloadLength > 0;
  x.reject(p, isData ? STREAM_ANOMALY['3whs_ack_data_inject'] : STREAM_ANOMALY['3whs_ack_in_wrong_dir']);
}

function isConfirmation(x: TcpContext, p: Packet, b: number, d: number, peer: number): boolean {
  const w = x.sessions.words;
  const isMidstream = (w[b + S.flags]! & SessionFlag.midstream) !== 0;
  if (p.tcpSeq === w[d + D.nextSeq]) {
    if (confirmsOther(x, p, b)) return true;
    const isSeen = ((p.tcpAck - w[peer + D.nextSeq]!) | 0) <= 0;
    if (((p.tcpAck - w[peer + D.isn]!) | 0) > 0 && (isSeen || isMidstream)) return true;
    x.reject(p, STREAM_ANOMALY['3whs_right_seq_wrong_ack_evasion']);
    return false;
  }
  const ahead = (p.tcpSeq - w[d + D.nextSeq]!) | 0;
  const isInWindow = ((p.tcpSeq - w[d + D.nextWin]!) | 0) <= 0;
  const acksServer = p.tcpAck === w[peer + D.nextSeq] || p.tcpAck === ((w[peer + D.isn]! + 1) | 0);
  const isResent = ahead < 0 && ((p.tcpSeq - w[d + D.isn]!) | 0) > 0;
  if (acksServer && ((ahead > 0 && isInWindow) || isResent)) return true;
  if (isMidstream) return true;
  x.reject(p, STREAM_ANOMALY['3whs_wrong_seq_wrong_ack']);
  return false;
}
