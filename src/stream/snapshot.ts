// Snapshot: all that is known of a session at one moment, as numbers and names.

import type { TcpEndSnapshot, TcpSnapshot } from '../framework/stream.ts';
import { CLIENT, D, S, SERVER, STRIDE, SessionFlag, StreamFlag } from './sessions.ts';
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
  [StreamFlag.gap, 'gap'],
  [StreamFlag.noReassembly, 'noreassembly'],
  [StreamFlag.keepAlive, 'keepalive'],
  [StreamFlag.depthReached, 'depth_reached'],
  [StreamFlag.triggerRaw, 'trigger_raw'],
  [StreamFlag.timestamp, 'timestamp'],
  [StreamFlag.zeroTimestamp, 'zero_timestamp'],
  [StreamFlag.rawDisabled, 'disable_raw'],
  [StreamFlag.rstReceived, 'rst_recv'],
];

export function snapshotOf(sessions: Sessions, t: number): TcpSnapshot {
  const b = t * STRIDE;
  return {
    flags: namesOf(sessions.words[b + S.flags]!, SESSION_FLAGS),
    client: endOf(sessions.words, b + CLIENT),
    server: endOf(sessions.words, b + SERVER),
  };
}

function endOf(w: Int32Array, d: number): TcpEndSnapshot {
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
    flags: namesOf(w[d + D.flags]!, STREAM_FLAGS),
    segments: w[d + D.segmentCount]!,
    capacity: w[d + D.capacity]!,
  };
}

function namesOf(bits: number, names: readonly (readonly [bit: number, name: string])[]): string[] {
  return names.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}
