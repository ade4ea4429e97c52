// IPv4 packets (RFC 791): header checks, addresses, fragments, then the transport.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_NOT_MINE, LAYER_OK, markInvalid } from '../framework/layer.ts';
import type { LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { IPV4_HEADER_LENGTH, IpProtocol, Ipv4 } from '../wire/ipv4.ts';
import type { IpContext } from './context.ts';
import { decodeIpv4Options } from './ipv4-options.ts';

const COUNTER = defineCounter('decoder.ipv4');
const ANOMALY = defineAnomalies('decode', 'ipv4', [
  'pkt_too_small',
  'wrong_ip_version',
  'hlen_too_small',
  'iplen_smaller_than_hlen',
  'trunc_pkt',
  'icmpv6',
  'unknown_protocol',
]);

export function decodeIpv4(c: IpContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (!c.enter(p)) return LAYER_FAILED;
  const problem = headerProblem(p.data, o, end);
  if (problem >= 0) {
    markInvalid(p, problem);
    return LAYER_FAILED;
  }
  readHeader(p, p.data, o);
  const length = p.l3HeaderLength;
  if (length > IPV4_HEADER_LENGTH && !decodeIpv4Options(p, o + IPV4_HEADER_LENGTH, o + length)) {
    forgetHeader(p);
    return LAYER_FAILED;
  }
  if (p.fragOffset !== 0 || p.moreFragments !== 0) {
    c.fragment(p);
    return LAYER_OK;
  }
  const protocol = p.proto;
  if (c.transport(p, protocol, o + length, p.l3End) === LAYER_NOT_MINE) unknownProtocol(p, protocol);
  return LAYER_OK;
}

/** The first thing wrong with the header, as an anomaly; -1 when it holds. */
function headerProblem(data: Uint8Array, o: number, end: number): number {
  const available = end - o;
  if (available < IPV4_HEADER_LENGTH) return ANOMALY.pkt_too_small;
  if (Ipv4.version(data, o) !== 4) return ANOMALY.wrong_ip_version;
  const headerLength = Ipv4.headerLength(data, o);
  if (headerLength < IPV4_HEADER_LENGTH) return ANOMALY.hlen_too_small;
  const total = Ipv4.totalLength(data, o);
  if (total < headerLength) return ANOMALY.iplen_smaller_than_hlen;
  if (available < total) return ANOMALY.trunc_pkt;
  return -1;
}

function readHeader(p: Packet, data: Uint8Array, o: number): void {
  const fragment = Ipv4.flagsAndOffset(data, o);
  p.ipVersion = 4;
  p.l3Offset = o;
  p.l3HeaderLength = Ipv4.headerLength(data, o);
  p.l3End = o + Ipv4.totalLength(data, o);
  p.tos = Ipv4.tos(data, o);
  p.ipId = Ipv4.id(data, o);
  p.ttl = Ipv4.ttl(data, o);
  p.proto = Ipv4.protocol(data, o);
  p.reservedFragBit = fragment >> 15;
  p.dontFragment = (fragment >> 14) & 1;
  p.moreFragments = (fragment >> 13) & 1;
  p.fragOffset = (fragment & 0x1fff) << 3;
  p.src0 = Ipv4.source(data, o);
  p.dst0 = Ipv4.destination(data, o);
  p.src1 = p.src2 = p.src3 = 0;
  p.dst1 = p.dst2 = p.dst3 = 0;
}

/** A packet with unusable options has no network layer. */
function forgetHeader(p: Packet): void {
  p.ipVersion = 0;
  p.l3Offset = -1;
  p.l3HeaderLength = 0;
  p.proto = -1;
  p.fragOffset = 0;
  p.moreFragments = 0;
}

function unknownProtocol(p: Packet, protocol: number): void {
  if (protocol === IpProtocol.icmpv6) markInvalid(p, ANOMALY.icmpv6);
  else p.addAnomaly(ANOMALY.unknown_protocol);
}
