// IPv4 options (RFC 791 section 3.1, RFC 1108, FIPS 188): lengths, pointers, duplicates.

import { defineAnomalies } from '../framework/anomaly.ts';
import { markInvalid } from '../framework/layer.ts';
import { ip4OptionBit } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { Ipv4Option } from '../wire/ipv4.ts';

const ANOMALY = defineAnomalies('decode', 'ipv4', [
  'opt_invalid',
  'opt_invalid_len',
  'opt_malformed',
  'opt_pad_required',
  'opt_eol_required',
  'opt_duplicate',
  'opt_unknown',
]);

const GOOD = -1;

/** Notes the options of [o, end); false when their lengths do not hold and the header is unusable. */
export function decodeIpv4Options(p: Packet, o: number, end: number): boolean {
  const data = p.data;
  if ((end - o) % 8 !== 0) p.addAnomaly(ANOMALY.opt_pad_required);
  while (o < end) {
    const type = data[o]!;
    if (type === Ipv4Option.noOperation) {
      p.ip4Options |= ip4OptionBit(type);
      o++;
      continue;
    }
    if (type === Ipv4Option.endOfList) {
      p.ip4Options |= ip4OptionBit(type);
      return true;
    }
    if (end - o < 2) {
      p.addAnomaly(ANOMALY.opt_eol_required);
      return true;
    }
    const length = data[o + 1]!;
    if (length < 2 || length > end - o) {
      markInvalid(p, ANOMALY.opt_invalid_len);
      return false;
    }
    noteOption(p, type, o, length);
    o += length;
  }
  return true;
}

function noteOption(p: Packet, type: number, o: number, length: number): void {
  if (!isKnown(type)) {
    p.addAnomaly(ANOMALY.opt_invalid);
    return;
  }
  const bit = ip4OptionBit(type);
  if ((p.ip4Options & bit) !== 0) {
    p.addAnomaly(ANOMALY.opt_duplicate);
    return;
  }
  const problem = optionProblem(p.data, type, o, length);
  if (problem === GOOD) p.ip4Options |= bit;
  else markInvalid(p, problem);
}

function isKnown(type: number): boolean {
  switch (type) {
    case Ipv4Option.recordRoute:
    case Ipv4Option.quickStart:
    case Ipv4Option.timestamp:
    case Ipv4Option.security:
    case Ipv4Option.looseSourceRoute:
    case Ipv4Option.extendedSecurity:
    case Ipv4Option.commercialSecurity:
    case Ipv4Option.streamId:
    case Ipv4Option.strictSourceRoute:
    case Ipv4Option.routerAlert:
      return true;
    default:
      return false;
  }
}

function optionProblem(data: Uint8Array, type: number, o: number, length: number): number {
  switch (type) {
    case Ipv4Option.recordRoute:
    case Ipv4Option.looseSourceRoute:
    case Ipv4Option.strictSourceRoute:
      return routeProblem(data, o, length);
    case Ipv4Option.timestamp:
      return timestampProblem(data, o, length);
    case Ipv4Option.commercialSecurity:
      return cipsoProblem(data, o, length);
    case Ipv4Option.quickStart:
      return length < 8 ? ANOMALY.opt_invalid_len : GOOD;
    case Ipv4Option.security:
    case Ipv4Option.extendedSecurity:
      return length < 3 ? ANOMALY.opt_invalid_len : GOOD;
    default: // stream id, router alert
      return length !== 4 ? ANOMALY.opt_invalid_len : GOOD;
  }
}

/** The pointer counts from 1, stands on an address slot and may be one past the end when the list is full. */
function routeProblem(data: Uint8Array, o: number, length: number): number {
  if (length < 3) return ANOMALY.opt_invalid_len;
  const pointer = data[o + 2]!;
  return pointer < 4 || pointer % 4 !== 0 || pointer > length + 1 ? ANOMALY.opt_malformed : GOOD;
}

function timestampProblem(data: Uint8Array, o: number, length: number): number {
  if (length < 5) return ANOMALY.opt_invalid_len;
  const pointer = data[o + 2]!;
  const flag = data[o + 3]! & 15;
  const record = flag === 1 || flag === 3 ? 8 : 4;
  return pointer < 5 || (pointer - 5) % record !== 0 || pointer > length + 1 ? ANOMALY.opt_malformed : GOOD;
}

/** Tags of type 1, 2, 5 and 6 carry an alignment octet that is zero; 7 is free form; others do not exist. */
function cipsoProblem(data: Uint8Array, o: number, length: number): number {
  if (length < 10) return ANOMALY.opt_invalid_len;
  const end = o + length;
  for (let tag = o + 6; tag < end;) {
    const left = end - tag;
    if (left < 2) return ANOMALY.opt_malformed;
    const type = data[tag]!;
    const size = data[tag + 1]!;
    if (size > left || size < 4) return ANOMALY.opt_malformed;
    const isAligned = type === 1 || type === 2 || type === 5 || type === 6;
    if (!isAligned && type !== 7) return ANOMALY.opt_malformed;
    if (isAligned && data[tag + 2] !== 0) return ANOMALY.opt_malformed;
    tag += size;
  }
  return GOOD;
}
