// IPv6 packets (RFC 8200): header checks, addresses, then extension headers or the transport.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, markInvalid } from '../framework/layer.ts';
import type { LayerResult } from '../framework/layer.ts';
import { Ip6Extension, PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH, Ipv6 } from '../wire/ipv6.ts';
import type { IpContext } from './context.ts';
import { decodeIpv6Extensions, isExtension } from './ipv6-extensions.ts';
import { decodeUpper } from './ipv6-upper.ts';

const COUNTER = defineCounter('decoder.ipv6');
const ANOMALY = defineAnomalies('decode', 'ipv6', ['wrong_ip_version', 'trunc_pkt']);
// known to rules; a packet without a whole header raises nothing, as in Suricata (see TOO_SHORT)
defineAnomalies('decode', 'ipv6', ['pkt_too_small']);

const GOOD = -1;
/** Not even a header: the packet is left without a network layer, without further notice. */
const TOO_SHORT = -2;

export function decodeIpv6(c: IpContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (!c.enter(p)) return LAYER_FAILED;
  const problem = headerProblem(p.data, o, end);
  if (problem !== GOOD) {
    if (problem !== TOO_SHORT) markInvalid(p, problem);
    return LAYER_FAILED;
  }
  readHeader(p, p.data, o);
  const next = p.proto;
  if (isExtension(next) || next === IpProtocol.esp) decodeIpv6Extensions(c, p, next, o + IPV6_HEADER_LENGTH, p.l3End);
  else decodeUpper(c, p, next, o + IPV6_HEADER_LENGTH, p.l3End);
  if ((p.ip6Extensions & Ip6Extension.fragment) !== 0 && (p.flags & PacketFlag.fragment) !== 0) c.fragment(p);
  return LAYER_OK;
}

/** The first thing wrong with the header, as an anomaly; GOOD when it holds. */
function headerProblem(data: Uint8Array, o: number, end: number): number {
  const available = end - o;
  if (available < IPV6_HEADER_LENGTH) return TOO_SHORT;
  if (Ipv6.version(data, o) !== 6) return ANOMALY.wrong_ip_version;
  if (available < IPV6_HEADER_LENGTH + Ipv6.payloadLength(data, o)) return ANOMALY.trunc_pkt;
  return GOOD;
}

function readHeader(p: Packet, data: Uint8Array, o: number): void {
  p.ipVersion = 6;
  p.l3Offset = o;
  p.l3HeaderLength = IPV6_HEADER_LENGTH;
  p.l3End = o + IPV6_HEADER_LENGTH + Ipv6.payloadLength(data, o);
  p.tos = Ipv6.trafficClass(data, o);
  p.ip6FlowLabel = Ipv6.flowLabel(data, o);
  p.ttl = Ipv6.hopLimit(data, o);
  p.proto = Ipv6.nextHeader(data, o);
  p.ipId = 0;
  p.src0 = Ipv6.source(data, o, 0);
  p.src1 = Ipv6.source(data, o, 1);
  p.src2 = Ipv6.source(data, o, 2);
  p.src3 = Ipv6.source(data, o, 3);
  p.dst0 = Ipv6.destination(data, o, 0);
  p.dst1 = Ipv6.destination(data, o, 1);
  p.dst2 = Ipv6.destination(data, o, 2);
  p.dst3 = Ipv6.destination(data, o, 3);
}
