// Snapshot: all that is known of a session at one moment, as numbers and names.

import type { TcpEndSnapshot, TcpSnapshot } from '../framework/stream.ts';
import { BEFORE_RESET, CLIENT, D, S, SERVER, STRIDE, SessionFlag, StreamFlag, afterLook } from './sessions.ts';
import { TcpStateId } from './states.ts';
import type { Sessions } from './sessions.ts';

/** Suricata's names, in its order. */
const SESSION_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [SessionFlag.midstream, 'midstream'],
  [SessionFlag.midstreamSynAck, 'midstream_synack'],
  [SessionFlag.midstreamEstablished, 'midstream_established'],
  [SessionFlag.async, 'async'],
  [SessionFlag.fourWay, '4whs'],
  [SessionFlag.timestamp, 'timestamp'],
  [SessionFlag.closedByRst, 'closed_by_rst'],
  [SessionFlag.sack, 'sackok'],
  [SessionFlag.fastOpen, 'tcp_fast_open'],
  [SessionFlag.synDataIgnored, 'tfo_data_ignored'],
];
const STREAM_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [StreamFlag.gap, 'has_gap'],
  [StreamFlag.noReassembly, 'noreassembly'],
  [StreamFlag.keepAlive, 'keepalive'],
  [StreamFlag.depthReached, 'depth_reached'],
  [StreamFlag.triggerRaw, 'trigger_raw'],
  [StreamFlag.zeroTimestamp, 'zero_timestamp'],
  [StreamFlag.rawLast, 'new_raw_disabled'],
  [StreamFlag.rawDisabled, 'disable_raw'],
];

/** What a snapshot needs to know besides the session. */
interface Readers {
  /** Place of a direction that is looked at with the packet under way: it is told of as behind that look. */
  readonly looked: number;
  /** No rules look at streams. */
  readonly isRawOff: boolean;
}

export function snapshotOf(sessions: Sessions, t: number, readers: Readers): TcpSnapshot {
  const b = t * STRIDE;
  const flags = sessions.words[b + S.flags]!;
  const client = endOf(sessions.words, b + CLIENT, readers);
  // Suricata tells of both of them of the client alone, and of a reset where it refused the session
  const hasTimestamp = (sessions.words[b + CLIENT + D.flags]! & StreamFlag.timestamp) !== 0;
  const isRefused = (flags & SessionFlag.closedByRst) !== 0 && ((flags >> BEFORE_RESET) & 15) === TcpStateId.synSent;
  const more = [...(hasTimestamp ? ['timestamp'] : []), ...(isRefused ? ['rst_recv'] : [])];
  return {
    flags: namesOf(flags, SESSION_FLAGS),
    client: { ...client, flags: [...client.flags, ...more] },
    server: endOf(sessions.words, b + SERVER, readers),
  };
}

function endOf(w: Int32Array, d: number, { looked, isRawOff }: Readers): TcpEndSnapshot {
  let flags = d === looked ? afterLook(w[d + D.flags]!) : w[d + D.flags]!;
  if (isRawOff && w[d + D.tcpFlags] !== 0) flags |= StreamFlag.rawDisabled;
  const sequence = (field: number): number => w[d + field]! >>> 0;
  const end = w[d + D.end]!;
  return {
    isn: sequence(D.isn),
    nextSeq: sequence(D.nextSeq),
    lastAck: sequence(D.lastAck),
    nextWin: sequence(D.nextWin),
    baseSeq: sequence(D.baseSeq),
    rightEdge: end === 0 ? 0 : (w[d + D.baseSeq]! + end) >>> 0,
    window: sequence(D.window),
    windowScale: w[d + D.windowScale]!,
    flags: namesOf(flags, STREAM_FLAGS),
    segments: w[d + D.segmentCount]!,
    capacity: w[d + D.capacity]!,
  };
}

function namesOf(bits: number, names: readonly (readonly [bit: number, name: string])[]): string[] {
  return names.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}
