// ICMPv6 (RFC 4443): known types and codes, the packet that an error quotes.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { ICMPV6_HEADER_LENGTH, Icmpv6, Icmpv6Type } from '../wire/icmpv6.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH, Ipv6 } from '../wire/ipv6.ts';
import { readEmbeddedPorts } from './embedded.ts';

const COUNTER = defineCounter('decoder.icmpv6');
const ANOMALY = defineAnomalies('decode', 'icmpv6', [
  'pkt_too_small',
  'unknown_type',
  'unknown_code',
  'unassigned_type',
  'experimentation_type',
  'mld_message_with_invalid_hl',
  'ipv6_trunc_pkt',
  'ipv6_unknown_version',
]);

/** Where the body begins (RFC 4443 section 2.1); of errors and echoes, its first four bytes are header as well. */
const BODY_OFFSET = 4;
const UNKNOWN = -1;
const ANY_CODE = 255;
/** RFC 6550: its codes are message kinds. */
const RPL_CONTROL = 155;
const MOBILE_EXPERIMENTAL = 150;
const MULTICAST_ROUTER_TERMINATION = 153;
/** Router renumbering: reset of the sequence number. */
const RENUMBERING_RESET = 255;
/** Highest code of each type. */
const MAX_CODE = new Int16Array(256).fill(UNKNOWN);
MAX_CODE[Icmpv6Type.unreachable] = 6;
MAX_CODE[Icmpv6Type.packetTooBig] = 0;
MAX_CODE[Icmpv6Type.timeExceeded] = 1;
MAX_CODE[Icmpv6Type.parameterProblem] = 2;
for (let type = Icmpv6Type.echoRequest; type <= Icmpv6Type.redirect; type++) MAX_CODE[type] = 0;
MAX_CODE[Icmpv6Type.routerRenumbering] = 2;
MAX_CODE[Icmpv6Type.nodeInformationQuery] = 2;
MAX_CODE[Icmpv6Type.nodeInformationReply] = 2;
for (let type = 141; type <= 159; type++) MAX_CODE[type] = 0;
for (let type = MOBILE_EXPERIMENTAL; type <= MULTICAST_ROUTER_TERMINATION; type++) MAX_CODE[type] = ANY_CODE;
MAX_CODE[RPL_CONTROL] = 3;

export function decodeIcmpv6(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  const data = p.data;
  if (end - o < ICMPV6_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  const type = Icmpv6.type(data, o);
  p.l4Offset = o;
  p.l4HeaderLength = ICMPV6_HEADER_LENGTH;
  p.proto = IpProtocol.icmpv6;
  p.icmpType = type;
  p.icmpCode = Icmpv6.code(data, o);
  p.payloadOffset = o + BODY_OFFSET;
  p.payloadLength = end - o - BODY_OFFSET;
  p.flags |= PacketFlag.wantsFlow;
  const maxCode = MAX_CODE[type]!;
  if (maxCode === UNKNOWN) p.addAnomaly(unknownType(type));
  else readBody(p, type, maxCode, o, end);
  return LAYER_OK;
}

/** IANA's ranges: private experimentation, and numbers nobody has been given yet. */
function unknownType(type: number): number {
  if (type === 100 || type === 101 || type === 200 || type === 201) return ANOMALY.experimentation_type;
  if ((type > 4 && type < 127) || type >= 160) return ANOMALY.unassigned_type;
  return ANOMALY.unknown_type;
}

function readBody(p: Packet, type: number, maxCode: number, o: number, end: number): void {
  if (isListenerMessage(type) && p.ttl !== 1) p.addAnomaly(ANOMALY.mld_message_with_invalid_hl);
  if (p.icmpCode > maxCode && !isRenumberingReset(type, p.icmpCode)) {
    p.addAnomaly(ANOMALY.unknown_code);
  } else if (type <= Icmpv6Type.parameterProblem) {
    skipHeader(p, o, end);
    if (type === Icmpv6Type.packetTooBig) p.icmpMtu = Icmpv6.mtu(p.data, o);
    readQuoted(p, o + ICMPV6_HEADER_LENGTH, end);
  } else if (type === Icmpv6Type.echoRequest || type === Icmpv6Type.echoReply) {
    skipHeader(p, o, end);
    p.icmpHasId = 1;
    p.icmpId = Icmpv6.id(p.data, o);
    p.icmpSeq = Icmpv6.sequence(p.data, o);
  }
}

function skipHeader(p: Packet, o: number, end: number): void {
  p.payloadOffset = o + ICMPV6_HEADER_LENGTH;
  p.payloadLength = end - o - ICMPV6_HEADER_LENGTH;
}

function isRenumberingReset(type: number, code: number): boolean {
  return type === Icmpv6Type.routerRenumbering && code === RENUMBERING_RESET;
}

function isListenerMessage(type: number): boolean {
  return type >= Icmpv6Type.listenerQuery && type <= Icmpv6Type.listenerDone;
}

function readQuoted(p: Packet, o: number, end: number): void {
  const data = p.data;
  if (end - o < IPV6_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.ipv6_trunc_pkt);
    return;
  }
  if (Ipv6.version(data, o) !== 6) {
    markInvalid(p, ANOMALY.ipv6_unknown_version);
    return;
  }
  p.embeddedOffset = o;
  p.embeddedVersion = 6;
  p.embeddedProto = Ipv6.nextHeader(data, o);
  p.embeddedSrc0 = Ipv6.source(data, o, 0);
  p.embeddedSrc1 = Ipv6.source(data, o, 1);
  p.embeddedSrc2 = Ipv6.source(data, o, 2);
  p.embeddedSrc3 = Ipv6.source(data, o, 3);
  p.embeddedDst0 = Ipv6.destination(data, o, 0);
  p.embeddedDst1 = Ipv6.destination(data, o, 1);
  p.embeddedDst2 = Ipv6.destination(data, o, 2);
  p.embeddedDst3 = Ipv6.destination(data, o, 3);
  readEmbeddedPorts(p, o + IPV6_HEADER_LENGTH, end);
}
