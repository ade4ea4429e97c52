// IPv4 inside IP (RFC 2003, RFC 2473): the inner packet is processed of its own.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PACKET_SOURCES, PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { IPV4_HEADER_LENGTH, IpProtocol, Ipv4 } from '../wire/ipv4.ts';

const IN_IPV4 = defineCounter('decoder.ipv4_in_ipv4');
const IN_IPV6 = defineCounter('decoder.ipv4_in_ipv6');
const ANOMALY = defineAnomalies('decode', 'ipv6', ['ipv4_in_ipv6_too_small', 'ipv4_in_ipv6_wrong_version']);
const SOURCE_IPV4 = PACKET_SOURCES.indexOf('ipv4 tunnel');
const SOURCE_IPV6 = PACKET_SOURCES.indexOf('ipv6 tunnel');

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  return p.ipVersion === 4 ? inIpv4(c, p, o, end) : inIpv6(c, p, o, end);
}

function inIpv4(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  p.flags |= PacketFlag.wantsFlow;
  if (c.tunnel(p, EtherType.ipv4, o, end, SOURCE_IPV4, -1) !== null) c.count(IN_IPV4);
  return LAYER_OK;
}

function inIpv6(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  if (end - o < IPV4_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.ipv4_in_ipv6_too_small);
    return LAYER_FAILED;
  }
  if (Ipv4.version(p.data, o) !== 4) {
    markInvalid(p, ANOMALY.ipv4_in_ipv6_wrong_version);
    return LAYER_FAILED;
  }
  p.flags |= PacketFlag.wantsFlow;
  if (c.tunnel(p, EtherType.ipv4, o, end, SOURCE_IPV6, -1) !== null) c.count(IN_IPV6);
  return LAYER_OK;
}

export default defineLayer({
  name: 'ipv4-in-ip',
  summary: 'IPv4 in IPv4 and in IPv6',
  link: 'https://www.rfc-editor.org/rfc/rfc2003',
  ipv4Protocols: [IpProtocol.ipv4],
  ipv6Protocols: [IpProtocol.ipv4],
  decode,
});
