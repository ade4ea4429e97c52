// ICMP for IPv4 (RFC 792): known types and codes, the packet that an error quotes.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { ICMPV4_HEADER_LENGTH, Icmpv4, Icmpv4Type } from '../wire/icmpv4.ts';
import { IPV4_HEADER_LENGTH, IpProtocol, Ipv4 } from '../wire/ipv4.ts';
import { readEmbeddedPorts } from './embedded.ts';

const COUNTER = defineCounter('decoder.icmpv4');
const ANOMALY = defineAnomalies('decode', 'icmpv4', [
  'pkt_too_small',
  'unknown_type',
  'unknown_code',
  'ipv4_trunc_pkt',
  'ipv4_unknown_ver',
]);

const UNKNOWN = -1;
const ANY_CODE = 255;
/** Originate, receive and transmit time. */
const TIMESTAMPS_LENGTH = 12;
/** Of these are the entries of a router advertisement (RFC 1256 section 3). */
const WORD_LENGTH = 4;
/** Highest code of each type. */
const MAX_CODE = new Int16Array(256).fill(UNKNOWN);
MAX_CODE[Icmpv4Type.echoReply] = 0;
MAX_CODE[Icmpv4Type.unreachable] = 15;
MAX_CODE[Icmpv4Type.sourceQuench] = 0;
MAX_CODE[Icmpv4Type.redirect] = 3;
MAX_CODE[Icmpv4Type.echoRequest] = 0;
MAX_CODE[Icmpv4Type.routerAdvertisement] = ANY_CODE;
MAX_CODE[Icmpv4Type.timeExceeded] = 1;
MAX_CODE[Icmpv4Type.parameterProblem] = 0;
MAX_CODE[Icmpv4Type.timestampRequest] = 0;
MAX_CODE[Icmpv4Type.timestampReply] = 0;
MAX_CODE[Icmpv4Type.informationRequest] = 0;
MAX_CODE[Icmpv4Type.informationReply] = 0;
MAX_CODE[Icmpv4Type.addressMaskRequest] = 0;
MAX_CODE[Icmpv4Type.addressMaskReply] = 0;

export function decodeIcmpv4(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  const data = p.data;
  if (end - o < ICMPV4_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  const type = Icmpv4.type(data, o);
  p.l4Offset = o;
  p.l4HeaderLength = ICMPV4_HEADER_LENGTH;
  p.proto = IpProtocol.icmp;
  p.icmpType = type;
  p.icmpCode = Icmpv4.code(data, o);
  p.payloadOffset = o + ICMPV4_HEADER_LENGTH;
  p.payloadLength = end - o - ICMPV4_HEADER_LENGTH;
  p.flags |= PacketFlag.wantsFlow;
  const maxCode = MAX_CODE[type]!;
  if (maxCode === UNKNOWN) {
    p.addAnomaly(ANOMALY.unknown_type);
    return LAYER_OK;
  }
  readHeader(p, type, o);
  if (p.icmpCode > maxCode) p.addAnomaly(ANOMALY.unknown_code);
  else readBody(p, type, o, end);
  return LAYER_OK;
}

/** What the type alone says of the first bytes, whatever the code. */
function readHeader(p: Packet, type: number, o: number): void {
  if (isTimestamp(type) && !lengthenHeader(p, TIMESTAMPS_LENGTH)) p.addAnomaly(ANOMALY.ipv4_trunc_pkt);
  if (quotesPacket(type) || isRouterMessage(type)) return;
  p.icmpHasId = 1;
  p.icmpId = Icmpv4.id(p.data, o);
  p.icmpSeq = Icmpv4.sequence(p.data, o);
}

function readBody(p: Packet, type: number, o: number, end: number): void {
  if (quotesPacket(type)) {
    if (type === Icmpv4Type.unreachable) p.icmpMtu = Icmpv4.mtu(p.data, o);
    if (end > o + ICMPV4_HEADER_LENGTH || type === Icmpv4Type.sourceQuench)
      readQuoted(p, o + ICMPV4_HEADER_LENGTH, end);
  } else if (type === Icmpv4Type.routerAdvertisement) {
    const addresses = Icmpv4.addressCount(p.data, o) * Icmpv4.addressWords(p.data, o) * WORD_LENGTH;
    if (!lengthenHeader(p, addresses)) p.addAnomaly(ANOMALY.ipv4_trunc_pkt);
  }
}

/** Fields behind the common eight bytes are no payload; false when they are not all there. */
function lengthenHeader(p: Packet, length: number): boolean {
  if (length > p.payloadLength) return false;
  p.l4HeaderLength += length;
  p.payloadOffset += length;
  p.payloadLength -= length;
  return true;
}

function isRouterMessage(type: number): boolean {
  return type === Icmpv4Type.routerAdvertisement || type === Icmpv4Type.routerSolicitation;
}

function isTimestamp(type: number): boolean {
  return type === Icmpv4Type.timestampRequest || type === Icmpv4Type.timestampReply;
}

function quotesPacket(type: number): boolean {
  return (
    type === Icmpv4Type.unreachable ||
    type === Icmpv4Type.sourceQuench ||
    type === Icmpv4Type.redirect ||
    type === Icmpv4Type.timeExceeded ||
    type === Icmpv4Type.parameterProblem
  );
}

/** Reads the quoted header: it is a part of a packet, so its total length says nothing about ours. */
function readQuoted(p: Packet, o: number, end: number): void {
  const data = p.data;
  if (end - o < IPV4_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.ipv4_trunc_pkt);
    return;
  }
  if (Ipv4.version(data, o) !== 4) {
    markInvalid(p, ANOMALY.ipv4_unknown_ver);
    return;
  }
  p.embeddedOffset = o;
  p.embeddedVersion = 4;
  p.embeddedProto = Ipv4.protocol(data, o);
  p.embeddedSrc0 = Ipv4.source(data, o);
  p.embeddedDst0 = Ipv4.destination(data, o);
  p.embeddedSrc1 = p.embeddedSrc2 = p.embeddedSrc3 = 0;
  p.embeddedDst1 = p.embeddedDst2 = p.embeddedDst3 = 0;
  readEmbeddedPorts(p, o + Ipv4.headerLength(data, o), end);
}
