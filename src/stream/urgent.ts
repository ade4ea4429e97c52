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

/** The byte never comes: a gap once what follows is acknowledged. */
function leaveOut(x: TcpContext, p: Packet, d: number, seq: number): number {
  if (p.tcpUrgentPointer !== p.payloadLength) return p.payloadLength;
  addBefore(x, p, d, seq);
  return 0;
}

/** What comes before the byte at the end is data like any other. */
function addBefore(x: TcpContext, p: Packet, d: number, seq: number): void {
  if (p.payloadLength > 1) x.reassembly.insert(p, d, seq, p.payloadOffset, p.payloadLength - 1);
  // rules on streams look at the stream, which is without the byte; inline they look at the packet as well
  if (!x.options.inline) p.flags |= PacketFlag.streamAdded;
}

/** How many payload bytes of p belong into the stream; moves the base on for a byte that is out of band. */
export function takeUrgent(x: TcpContext, p: Packet, d: number, seq: number): number {
  const pointer = p.tcpUrgentPointer;
  if (pointer === 0 || pointer > p.payloadLength) return p.payloadLength;
  const r = x.options.reassembly;
  if (r.urgentPolicy === 'inline') return p.payloadLength;
  if (r.urgentPolicy === 'drop') return drop(x, p);
  if (r.urgentPolicy === 'gap') return leaveOut(x, p, d, seq);
  const w = x.sessions.words;
  if (w[d + D.urgentCount]! >= MAX_OOB) {
    x.event(p, STREAM_ANOMALY.reassembly_urgent_oob_limit_reached);
    if (r.urgentOobLimitPolicy === 'drop') return drop(x, p);
    return r.urgentOobLimitPolicy === 'gap' ? leaveOut(x, p, d, seq) : p.payloadLength;
  }
  if (pointer !== p.payloadLength) return p.payloadLength;
  const isInOrder = ((seq - w[d + D.baseSeq]!) | 0) === w[d + D.contiguous]!;
  if (!isInOrder) return p.payloadLength;
  w[d + D.urgentCount] = w[d + D.urgentCount]! + 1;
  x.counters.add(TCP_COUNTER.urgentOob);
  addBefore(x, p, d, seq);
  w[d + D.baseSeq] = (w[d + D.baseSeq]! + 1) | 0;
  return 0;
}
