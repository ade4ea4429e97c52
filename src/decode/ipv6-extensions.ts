// IPv6 extension headers (RFC 8200 section 4): a walk along the chain, each header seen once or an anomaly.

import { defineAnomalies } from '../framework/anomaly.ts';
import { markInvalid } from '../framework/layer.ts';
import { Ip6Extension, PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import { IPV6_AUTH_HEADER_LENGTH, IPV6_FRAGMENT_HEADER_LENGTH, Ipv6Fragment } from '../wire/ipv6.ts';
import { u16 } from '../wire/read.ts';
import type { IpContext } from './context.ts';
import { inspectIpv6Options } from './ipv6-options.ts';
import { decodeUpper, unknownNextHeader } from './ipv6-upper.ts';

const ANOMALY = defineAnomalies('decode', 'ipv6', [
  'trunc_exthdr',
  'exthdr_dupl_fh',
  'exthdr_useless_fh',
  'exthdr_dupl_rh',
  'exthdr_dupl_hh',
  'exthdr_dupl_dh',
  'exthdr_dupl_ah',
  'exthdr_dupl_eh',
  'exthdr_ah_res_not_null',
  'data_after_none_header',
  'fh_non_zero_reserved_field',
  'rh_type_0',
]);

/** The walk is over: nothing decodable follows. */
const STOP = -1;

export function isExtension(next: number): boolean {
  switch (next) {
    case IpProtocol.hopByHop:
    case IpProtocol.routing:
    case IpProtocol.fragment:
    case IpProtocol.auth:
    case IpProtocol.none:
    case IpProtocol.destination:
    case IpProtocol.mobility:
    case IpProtocol.hip:
    case IpProtocol.shim6:
      return true;
    default:
      return false;
  }
}

/** Walks the headers of [o, end) beginning with type `next`. */
export function decodeIpv6Extensions(c: IpContext, p: Packet, next: number, o: number, end: number): void {
  const data = p.data;
  let destinations = 0;
  for (;;) {
    p.l3HeaderLength = o - p.l3Offset;
    p.proto = next;
    if (next === IpProtocol.none) {
      p.ip6Extensions |= Ip6Extension.none;
      if (o < end) p.addAnomaly(ANOMALY.data_after_none_header);
      return;
    }
    if (end - o < 2) return markInvalid(p, ANOMALY.trunc_exthdr);
    if (!isExtension(next)) return decodeAfterExtensions(c, p, next, o, end);
    const length = headerLength(data, next, o);
    if (length > end - o) return markInvalid(p, ANOMALY.trunc_exthdr);
    if (next === IpProtocol.destination) inspectDestination(p, o, length, destinations++);
    else if (inspect(p, next, o, length) === STOP) return;
    next = data[o]!;
    o += length;
  }
}

/** IPv6 and GRE in IPv6 are only looked for directly behind the outer header. */
function decodeAfterExtensions(c: IpContext, p: Packet, next: number, o: number, end: number): void {
  if (next === IpProtocol.ipv6 || next === IpProtocol.gre) unknownNextHeader(p, next);
  else decodeUpper(c, p, next, o, end);
}

function headerLength(data: Uint8Array, type: number, o: number): number {
  if (type === IpProtocol.fragment) return IPV6_FRAGMENT_HEADER_LENGTH;
  const units = data[o + 1]!;
  if (type !== IpProtocol.auth) return (units + 1) << 3;
  return IPV6_AUTH_HEADER_LENGTH + (units > 0 ? (units - 1) << 2 : 0);
}

function inspect(p: Packet, type: number, o: number, length: number): number {
  switch (type) {
    case IpProtocol.hopByHop:
      if (isNew(p, Ip6Extension.hopByHop, ANOMALY.exthdr_dupl_hh)) inspectIpv6Options(p, type, o, length);
      return 0;
    case IpProtocol.routing:
      if (isNew(p, Ip6Extension.routing, ANOMALY.exthdr_dupl_rh)) inspectRouting(p, o);
      return 0;
    case IpProtocol.auth:
      if (u16(p.data, o + 2) !== 0) p.addAnomaly(ANOMALY.exthdr_ah_res_not_null);
      isNew(p, Ip6Extension.auth, ANOMALY.exthdr_dupl_ah);
      return 0;
    case IpProtocol.fragment:
      return inspectFragment(p, o);
    default:
      p.ip6Extensions |= skippedBit(type);
      return 0;
  }
}

/** Destination options may stand before the routing header and again before the upper layer. */
function inspectDestination(p: Packet, o: number, length: number, seen: number): void {
  p.ip6Extensions |= Ip6Extension.destination;
  if (seen < 2) inspectIpv6Options(p, IpProtocol.destination, o, length);
  else p.addAnomaly(ANOMALY.exthdr_dupl_dh);
}

function inspectRouting(p: Packet, o: number): void {
  if (p.data[o + 2] === 0) p.addAnomaly(ANOMALY.rh_type_0);
}

/** A header that says "whole packet" is useless but harmless; otherwise the rest is for reassembly. */
function inspectFragment(p: Packet, o: number): number {
  const data = p.data;
  if (Ipv6Fragment.reserved(data, o) !== 0) p.addAnomaly(ANOMALY.fh_non_zero_reserved_field);
  if (!isNew(p, Ip6Extension.fragment, ANOMALY.exthdr_dupl_fh)) return 0;
  p.ip6FragmentOffset = o;
  p.fragOffset = Ipv6Fragment.offset(data, o);
  p.moreFragments = Ipv6Fragment.moreFragments(data, o);
  p.ip6FragmentId = Ipv6Fragment.id(data, o);
  if (p.fragOffset === 0 && p.moreFragments === 0) {
    p.addAnomaly(ANOMALY.exthdr_useless_fh);
    return 0;
  }
  p.flags |= PacketFlag.fragment;
  return STOP;
}

function skippedBit(type: number): number {
  if (type === IpProtocol.mobility) return Ip6Extension.mobility;
  return type === IpProtocol.hip ? Ip6Extension.hip : Ip6Extension.shim6;
}

function isNew(p: Packet, bit: number, duplicate: number): boolean {
  if ((p.ip6Extensions & bit) !== 0) {
    p.addAnomaly(duplicate);
    return false;
  }
  p.ip6Extensions |= bit;
  return true;
}
