// Checks of a packet against its session: acknowledgement, timestamps (PAWS, RFC 7323), resets (RFC 5961), repeats.

import type { Packet } from '../framework/packet.ts';
import { PacketFlag } from '../framework/packet.ts';
import { i32 } from '../wire/read.ts';
import { SACK_BLOCK } from './context.ts';
import type { TcpContext } from './context.ts';
import { STREAM_ANOMALY } from './events.ts';
import { osPolicyId } from './options.ts';
import { D, S, SessionFlag, StreamFlag, osPolicyOf } from './sessions.ts';
import { TcpFlag } from './states.ts';

const CONTROL = TcpFlag.syn | TcpFlag.fin | TcpFlag.rst;
const PAWS_24_DAYS = 24 * 24 * 3600;
const HPUX11 = osPolicyId('hpux11');
const LINUX = osPolicyId('linux');
const OLD_LINUX = osPolicyId('old-linux');
const SOLARIS = osPolicyId('solaris');

/** Whether the acknowledgement lies in what the peer's stream may have sent. */
export function isAckValid(x: TcpContext, p: Packet, b: number, peer: number): boolean {
  if ((p.tcpFlags & TcpFlag.ack) === 0) return true;
  const w = x.sessions.words;
  const ahead = (p.tcpAck - w[peer + D.lastAck]!) | 0;
  if (ahead === 0) return true;
  if (ahead < 0) return w[peer + D.window] === 0 || -ahead <= w[peer + D.window]!;
  if ((w[b + S.flags]! & (SessionFlag.async | SessionFlag.midstream)) !== 0) return true;
  return ((p.tcpAck - w[peer + D.nextWin]!) | 0) <= 0 || ((p.tcpAck - w[peer + D.nextSeq]!) | 0) <= 0;
}

/**
 * An acknowledgement that is overtaken by one seen before, and says nothing else. One with a SACK of what was acknowledged
 * since is judged as any other packet, as in Suricata 8.0.8.
 */
export function isOvertaken(x: TcpContext, p: Packet, d: number, peer: number): boolean {
  if (p.tcpFlags !== TcpFlag.ack || p.payloadLength > 0) return false;
  const w = x.sessions.words;
  const acked = w[peer + D.lastAck]!;
  if (p.tcpSeq !== w[d + D.nextSeq] || ((p.tcpAck - acked) | 0) >= 0) return false;
  for (let i = 0, o = p.tcpSackOffset; i < p.tcpSackCount; i++, o += SACK_BLOCK)
    if (((i32(p.data, o + 4) - acked) | 0) <= 0) return false;
  return true;
}

/** PAWS (RFC 7323, 5). */
export function isTimestampValid(x: TcpContext, p: Packet, b: number, d: number): boolean {
  if (!hasTimestamps(x, p, b)) return true;
  const step = (p.tcpTsVal - x.sessions.words[d + D.lastTs]!) | 0;
  if (step >= -1 || !hasLastTimestamp(x, d) || isTimestampOutdated(x, p, d) || x.options.liberalTimestamps) return true;
  x.event(p, STREAM_ANOMALY.pkt_invalid_timestamp);
  return false;
}

/** Remembers the newest timestamp of a sender: of segments that begin where all before was acknowledged (RFC 7323, 4.3). */
export function noteTimestamp(x: TcpContext, p: Packet, b: number, d: number): void {
  if (!hasTimestamps(x, p, b)) return;
  const w = x.sessions.words;
  if (((p.tcpSeq - w[d + D.lastAck]!) | 0) > 0) return;
  const isNewer = ((p.tcpTsVal - w[d + D.lastTs]!) | 0) > 0;
  if (!isNewer && hasLastTimestamp(x, d) && !isTimestampOutdated(x, p, d)) return;
  w[d + D.lastTs] = p.tcpTsVal;
  w[d + D.lastPacketSecond] = Math.floor(p.ts / 1e6) | 0;
  w[d + D.flags] = w[d + D.flags]! | StreamFlag.timestamp;
}

function hasTimestamps(x: TcpContext, p: Packet, b: number): boolean {
  return (x.sessions.words[b + S.flags]! & SessionFlag.timestamp) !== 0 && (p.flags & PacketFlag.tcpHasTimestamp) !== 0;
}

function hasLastTimestamp(x: TcpContext, d: number): boolean {
  const w = x.sessions.words;
  return (w[d + D.flags]! & StreamFlag.timestamp) !== 0 && w[d + D.lastTs] !== 0;
}

function isTimestampOutdated(x: TcpContext, p: Packet, d: number): boolean {
  return (Math.floor(p.ts / 1e6) | 0) - x.sessions.words[d + D.lastPacketSecond]! > PAWS_24_DAYS;
}

/** Whether the receiver would take the reset; where segments were missed nobody can tell, and any is taken. */
export function isResetValid(x: TcpContext, p: Packet, b: number, d: number, peer: number): boolean {
  const w = x.sessions.words;
  if (((w[d + D.flags]! | w[peer + D.flags]!) & StreamFlag.gap) !== 0) return true;
  if (p.payloadLength > 0) x.event(p, STREAM_ANOMALY.rst_with_data);
  if ((w[b + S.flags]! & SessionFlag.async) !== 0) return true;
  if (p.tcpMd5 !== 0 || p.tcpAo !== 0) w[d + D.flags] = w[d + D.flags]! | StreamFlag.rstUnproven;
  // many a reset says 0 and means nothing by it
  if ((p.tcpFlags & TcpFlag.ack) !== 0 && p.tcpAck !== 0 && !isAckValid(x, p, b, peer)) {
    x.invalidAck(p, STREAM_ANOMALY.rst_invalid_ack);
    return false;
  }
  const ahead = (p.tcpSeq - w[d + D.nextSeq]!) | 0;
  const policy = osPolicyOf(w[d + D.flags]!);
  if (policy === HPUX11) return ahead >= 0;
  if (policy === LINUX || policy === OLD_LINUX || policy === SOLARIS) {
    const limit = (w[d + D.nextSeq]! + w[d + D.window]!) | 0;
    return ((p.tcpSeq + p.payloadLength - w[d + D.lastAck]!) | 0) >= 0 && ((p.tcpSeq - limit) | 0) <= 0;
  }
  return ahead === 0;
}

/**
 * A keep-alive (RFC 9293, 3.8.4), or its answer. Probes of a closed window look the same, and what tells later that it is
 * open again is no answer: it says something new.
 */
export function isKeepAlive(x: TcpContext, p: Packet, d: number, peer: number): boolean {
  if (p.payloadLength > 1 || (p.tcpFlags & CONTROL) !== 0 || (p.tcpFlags & TcpFlag.ack) === 0) return false;
  const w = x.sessions.words;
  if (p.tcpAck !== w[peer + D.lastAck]) return false;
  if (p.tcpSeq === ((w[d + D.nextSeq]! - 1) | 0)) {
    if (p.payloadLength === 1 && isByteDue(x, p, d)) return false;
    w[d + D.flags] = w[d + D.flags]! | StreamFlag.keepAlive;
    return true;
  }
  if ((w[peer + D.flags]! & StreamFlag.keepAlive) === 0) return false;
  w[peer + D.flags] = w[peer + D.flags]! & ~StreamFlag.keepAlive;
  if (p.tcpWindow << w[peer + D.windowScale]! !== w[peer + D.window]) return false;
  return p.payloadLength === 0 && p.tcpSeq === w[d + D.nextSeq];
}

/**
 * A byte that was not acknowledged is data where it was never seen (what lies behind it said where it ends), and inline
 * also where it was: it must not arrive as another than the one that was looked at.
 */
function isByteDue(x: TcpContext, p: Packet, d: number): boolean {
  const w = x.sessions.words;
  if (((p.tcpSeq - w[d + D.lastAck]!) | 0) < 0) return false;
  if (x.options.inline) return true;
  return x.reassembly.isUnseen(d, p.tcpSeq);
}

/** A repetition of what nobody needs any longer: nothing else that it says counts. */
export function isDoneWith(x: TcpContext, p: Packet, d: number): boolean {
  if (p.payloadLength === 0) return false;
  const w = x.sessions.words;
  const flags = w[d + D.flags]!;
  if ((flags & StreamFlag.based) === 0) return false;
  // where nobody reads any more, nothing is done with
  if (!x.options.rawInspection && (flags & StreamFlag.appDisabled) !== 0) return false;
  return x.reassembly.position(d, (p.tcpSeq + p.payloadLength) | 0) <= x.reassembly.needed.from(d);
}

/** Notes a retransmission: all its bytes were acknowledged (spurious) or at least seen. */
export function noteRetransmission(x: TcpContext, p: Packet, d: number): boolean {
  if (p.payloadLength === 0) return false;
  const w = x.sessions.words;
  if ((w[d + D.flags]! & StreamFlag.based) === 0) return false;
  const end = (p.tcpSeq + p.payloadLength) | 0;
  if (((end - w[d + D.lastAck]!) | 0) <= 0 || isDoneWith(x, p, d))
    x.event(p, STREAM_ANOMALY.pkt_spurious_retransmission);
  else if (x.reassembly.position(d, end) > w[d + D.contiguous]!) return false;
  p.flags |= PacketFlag.tcpRetransmission;
  w[d + D.retransmits] = w[d + D.retransmits]! + 1;
  return true;
}
