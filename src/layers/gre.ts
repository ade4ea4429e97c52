// GRE version 0 (RFC 1701, 2784, 2890) and 1 (PPTP, RFC 2637): what it carries becomes a packet of its own.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PACKET_SOURCES } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { ERSPAN_TYPE_I } from '../wire/erspan.ts';
import { EtherType } from '../wire/ethernet.ts';
import { GRE_HEADER_LENGTH, GRE_SOURCE_ROUTE_HEADER_LENGTH, Gre, GreFlag } from '../wire/gre.ts';
import { IpProtocol } from '../wire/ipv4.ts';

const COUNTER = defineCounter('decoder.gre');
const ANOMALY = defineAnomalies('decode', 'gre', [
  'pkt_too_small',
  'wrong_version',
  'version0_recur',
  'version0_flags',
  'version0_hdr_too_big',
  'version0_malformed_sre_hdr',
  'version1_chksum',
  'version1_route',
  'version1_ssr',
  'version1_recur',
  'version1_flags',
  'version1_no_key',
  'version1_wrong_protocol',
  'version1_malformed_sre_hdr',
  'version1_hdr_too_big',
]);
const SOURCE = PACKET_SOURCES.indexOf('gre tunnel');
/** Bytes of each optional field. */
const FIELD = 4;

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < GRE_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  if (!c.enter(p)) return LAYER_FAILED;
  p.greProtocol = Gre.protocol(p.data, o);
  const version = Gre.version(p.data, o);
  if (version === 0) return decodeVersion0(c, p, o, end);
  if (version === 1) return decodeVersion1(c, p, o, end);
  return refuse(p, ANOMALY.wrong_version);
}

function decodeVersion0(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  const data = p.data;
  const flags = Gre.flags(data, o);
  if (Gre.recursion(data, o) !== 0) return refuse(p, ANOMALY.version0_recur);
  if (Gre.reserved(data, o) !== 0) return refuse(p, ANOMALY.version0_flags);
  let inner = o + GRE_HEADER_LENGTH;
  if ((flags & GreFlag.key) !== 0) inner += FIELD;
  if ((flags & GreFlag.sequence) !== 0) inner += FIELD;
  if ((flags & (GreFlag.checksum | GreFlag.routing)) !== 0) inner += FIELD;
  if (inner > end) return refuse(p, ANOMALY.version0_hdr_too_big);
  if ((flags & GreFlag.routing) !== 0) {
    inner = skipRoutes(data, inner, end);
    if (inner < 0) return refuse(p, ANOMALY.version0_malformed_sre_hdr);
  }
  const isTypeI = p.greProtocol === EtherType.erspan && (flags & GreFlag.sequence) === 0;
  return carry(c, p, isTypeI ? ERSPAN_TYPE_I : p.greProtocol, inner, end);
}

/** Offset behind the source route entries, -1 when they do not fit. */
function skipRoutes(data: Uint8Array, o: number, end: number): number {
  for (;;) {
    if (end - o < GRE_SOURCE_ROUTE_HEADER_LENGTH) return -1;
    const length = Gre.routeLength(data, o);
    const isLast = length === 0 && Gre.routeFamily(data, o) === 0;
    o += GRE_SOURCE_ROUTE_HEADER_LENGTH + length;
    if (isLast) return o;
    if (o > end) return -1;
  }
}

function decodeVersion1(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  const data = p.data;
  const flags = Gre.flags(data, o);
  if ((flags & GreFlag.checksum) !== 0) return refuse(p, ANOMALY.version1_chksum);
  if ((flags & GreFlag.routing) !== 0) return refuse(p, ANOMALY.version1_route);
  if ((flags & GreFlag.strictRoute) !== 0) return refuse(p, ANOMALY.version1_ssr);
  if (Gre.recursion(data, o) !== 0) return refuse(p, ANOMALY.version1_recur);
  if (Gre.reserved(data, o) !== 0) return refuse(p, ANOMALY.version1_flags);
  if (p.greProtocol !== EtherType.ppp) return refuse(p, ANOMALY.version1_wrong_protocol);
  if ((flags & GreFlag.key) === 0) return refuse(p, ANOMALY.version1_no_key);
  let inner = o + GRE_HEADER_LENGTH + FIELD;
  if ((flags & GreFlag.sequence) !== 0) inner += FIELD;
  if (Gre.acknowledgement(data, o) !== 0) inner += FIELD;
  if (inner > end) return refuse(p, ANOMALY.version1_hdr_too_big);
  return carry(c, p, p.greProtocol, inner, end);
}

function carry(c: LayerContext, p: Packet, type: number, o: number, end: number): LayerResult {
  switch (type) {
    case EtherType.ipv4:
    case EtherType.ipv6:
    case EtherType.arp:
    case EtherType.ppp:
    case EtherType.vlan:
    case EtherType.erspan:
    case ERSPAN_TYPE_I:
    case EtherType.transparentBridging:
      c.tunnel(p, type, o, end, SOURCE, -1);
  }
  return LAYER_OK;
}

function refuse(p: Packet, anomaly: number): LayerResult {
  markInvalid(p, anomaly);
  return LAYER_OK;
}

export default defineLayer({
  name: 'gre',
  summary: 'Generic routing encapsulation, PPTP',
  link: 'https://www.rfc-editor.org/rfc/rfc2784',
  ipv4Protocols: [IpProtocol.gre],
  ipv6Protocols: [IpProtocol.gre],
  decode,
});
