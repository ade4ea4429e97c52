// TCP options (RFC 9293 section 3.2, RFC 7323, 2018, 7413, 2385, 5925).

import { defineAnomalies } from '../framework/anomaly.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { i32, u16 } from '../wire/read.ts';
import { TCP_MAX_WINDOW_SCALE, TcpOption } from '../wire/tcp.ts';

const ANOMALY = defineAnomalies('decode', 'tcp', ['opt_invalid_len', 'opt_duplicate']);
/** Suricata's schema of statistics has no counter of it. */
const UNCOUNTED = defineAnomalies('decode', 'tcp', ['opt_wscale_over_max'], { isCounted: false });

/** NOP NOP TS(10) as one word: what nearly every data segment carries. */
const NOP_NOP_TIMESTAMP = 0x0101080a;
/** First two payload bytes of an experimental option that carries a fast open cookie (RFC 6994). */
const FAST_OPEN_MAGIC = 0xf989;
/** An empty list of blocks is tolerated. */
const SACK_MIN_LENGTH = 2;
const SACK_MAX_LENGTH = 34;

/** False when the options are broken: the segment counts as invalid, and is inspected all the same. */
export function decodeTcpOptions(p: Packet, o: number, end: number): boolean {
  const data = p.data;
  if (end - o === 12 && i32(data, o) === NOP_NOP_TIMESTAMP) {
    setTimestamp(p, o + 2);
    return true;
  }
  let isSound = true;
  while (o < end) {
    const type = data[o]!;
    if (type === TcpOption.noOperation) {
      o++;
      continue;
    }
    if (type === TcpOption.endOfList || end - o < 2) return isSound;
    const length = data[o + 1]!;
    if (length < 2 || length > end - o) {
      p.addAnomaly(ANOMALY.opt_invalid_len);
      return false;
    }
    if (!noteOption(p, type, o, length)) isSound = false;
    o += length;
  }
  return isSound;
}

function setTimestamp(p: Packet, o: number): void {
  p.tcpTsVal = i32(p.data, o + 2);
  p.tcpTsEcr = i32(p.data, o + 6);
  p.flags |= PacketFlag.tcpHasTimestamp;
}

function noteOption(p: Packet, type: number, o: number, length: number): boolean {
  if (hasValidLength(type, length)) {
    noteValidOption(p, type, o, length);
    return true;
  }
  p.addAnomaly(ANOMALY.opt_invalid_len);
  return type !== TcpOption.md5 && type !== TcpOption.authentication;
}

function noteValidOption(p: Packet, type: number, o: number, length: number): void {
  switch (type) {
    case TcpOption.maximumSegmentSize:
      if (isNew(p, p.tcpMss < 0)) p.tcpMss = u16(p.data, o + 2);
      return;
    case TcpOption.windowScale:
      if (isNew(p, p.tcpWindowScale < 0)) noteWindowScale(p, p.data[o + 2]!);
      return;
    case TcpOption.sackPermitted:
      if (isNew(p, (p.flags & PacketFlag.tcpSackPermitted) === 0)) p.flags |= PacketFlag.tcpSackPermitted;
      return;
    case TcpOption.sack:
      if (length > 2 && isNew(p, p.tcpSackCount === 0)) noteSack(p, o, length);
      return;
    case TcpOption.timestamp:
      if (isNew(p, (p.flags & PacketFlag.tcpHasTimestamp) === 0)) setTimestamp(p, o);
      return;
    default:
      noteRareOption(p, type, o, length);
  }
}

function noteWindowScale(p: Packet, shift: number): void {
  if (shift > TCP_MAX_WINDOW_SCALE) p.addAnomaly(UNCOUNTED.opt_wscale_over_max);
  p.tcpWindowScale = Math.min(shift, TCP_MAX_WINDOW_SCALE);
}

function noteRareOption(p: Packet, type: number, o: number, length: number): void {
  switch (type) {
    case TcpOption.fastOpen:
      if (isNew(p, p.tcpFastOpen < 0)) p.tcpFastOpen = length - 2;
      return;
    case TcpOption.experiment1:
    case TcpOption.experiment2:
      noteExperiment(p, o, length);
      return;
    case TcpOption.md5:
      p.tcpMd5 = 1;
      return;
    case TcpOption.authentication:
      p.tcpAo = 1;
      return;
    default:
  }
}

function noteSack(p: Packet, o: number, length: number): void {
  p.tcpSackOffset = o + 2;
  p.tcpSackCount = (length - 2) >> 3;
}

function noteExperiment(p: Packet, o: number, length: number): void {
  if (length !== 4 && length !== 12) p.addAnomaly(ANOMALY.opt_invalid_len);
  else if (u16(p.data, o + 2) === FAST_OPEN_MAGIC && isNew(p, p.tcpFastOpen < 0)) p.tcpFastOpen = length - 4;
}

function hasValidLength(type: number, length: number): boolean {
  switch (type) {
    case TcpOption.maximumSegmentSize:
      return length === 4;
    case TcpOption.windowScale:
      return length === 3;
    case TcpOption.sackPermitted:
      return length === 2;
    case TcpOption.sack:
      return length >= SACK_MIN_LENGTH && length <= SACK_MAX_LENGTH && (length - 2) % 8 === 0;
    case TcpOption.timestamp:
      return length === 10;
    case TcpOption.fastOpen:
      return length === 2 || (length >= 4 && length <= 18 && (length & 1) === 0);
    case TcpOption.md5:
      return length === 18;
    case TcpOption.authentication:
      return length >= 4;
    default:
      return true;
  }
}

/** Passes the state through; an option seen before is an anomaly and the first one counts. */
function isNew(p: Packet, isFirst: boolean): boolean {
  if (!isFirst) p.addAnomaly(ANOMALY.opt_duplicate);
  return isFirst;
}
