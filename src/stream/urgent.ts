// Urgent data (RFC 6093): the byte the urgent pointer marks may be outside of the stream.

import type { Packet } from '../framework/packet.ts';
import { Action, PacketFlag, dropReason } from '../framework/packet.ts';
import type { TcpContext } from './context.ts';
import { STREAM_ANOMALY, TCP_COUNTER } from './events.ts';
import { D } from './sessions.ts';

const MAX_OOB = 65535;
const STREAM_URGENT = dropReason('stream urgent');

/** A packet that cannot be dropped gets through: its bytes belong into the stream. */
function drop(x: TcpContext, p: Packet): number {
  if (!x.options.inline) return p.payloadLength;
  p.action |= Action.drop;
  if (p.dropReason === 0) p.dropReason = STREAM_URGENT;
  return 0;
}

/** The byte never comes: a gap once what follows is acknowledged. What comes before it is data like any other. */
function leaveOut(x: TcpContext, p: Packet, d: number, seq: number): number {
  if (p.tcpUrgentPointer !== p.payloadLength) return p.payloadLength;
  if (p.payloadLength > 1) x.reassembly.insert(p, d, seq, p.payloadOffset, p.payloadLength - 1);
  lookAtStream(x, p);
  return 0;
}

/** Rules on streams look at the stream, which is without the byte; inline they look at the packet as well. */
function lookAtStream(x: TcpContext, p: Packet): void {
  if (!x.options.inline) p.flags |= PacketFlag.streamAdded;
}

/** How many payload bytes of p are taken; one among them that is out of band is noted as such, and is not of the stream. */
export function takeUrgent(x: TcpContext, p: Packet, d: number, seq: number): number {
  const pointer = p.tcpUrgentPointer;
  if (pointer === 0 || pointer > p.payloadLength) return p.payloadLength;
  const r = x.options.reassembly;
  if (r.urgentPolicy === 'inline') return p.payloadLength;
  if (r.urgentPolicy === 'drop') return drop(x, p);
  if (r.urgentPolicy === 'gap') return leaveOut(x, p, d, seq);
  const place = (seq + pointer - 1) | 0;
  if (x.sessions.outOfBand.has(d, place)) return p.payloadLength;
  const w = x.sessions.words;
  if (w[d + D.urgentCount]! >= MAX_OOB) {
    x.event(p, STREAM_ANOMALY.reassembly_urgent_oob_limit_reached);
    if (r.urgentOobLimitPolicy === 'drop') return drop(x, p);
    return r.urgentOobLimitPolicy === 'gap' ? leaveOut(x, p, d, seq) : p.payloadLength;
  }
  if (pointer !== p.payloadLength) return p.payloadLength;
  if (!x.reassembly.leaveOut(d, place)) return p.payloadLength;
  w[d + D.urgentCount] = w[d + D.urgentCount]! + 1;
  x.counters.add(TCP_COUNTER.urgentOob);
  lookAtStream(x, p);
  return p.payloadLength;
}
