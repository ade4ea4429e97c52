// Packet builders: layers around payloads, with lengths and checksums filled in; and a decoder to look at the result.

import { Counters } from '../../src/base/counters.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import type { DecoderParts } from '../../src/decode/decoder.ts';
import { Packet } from '../../src/framework/packet.ts';
import { anomalyName } from '../../src/framework/anomaly.ts';
import { LAYERS } from '../../src/layers/registry.ts';
import { checksum, transportChecksum } from '../../src/wire/checksum.ts';
import { putU16, putU32 } from '../../src/wire/read.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

export function bytes(...values: number[]): Bytes {
  return Uint8Array.from(values);
}

/** `hex('45 00 ff')` */
export function hex(text: string): Bytes {
  return Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
}

export function ascii(text: string): Bytes {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

export function concat(...parts: Uint8Array[]): Bytes {
  return Uint8Array.from(Buffer.concat(parts));
}

export function ip4Address(text: string): Bytes {
  return Uint8Array.from(text.split('.').map(Number));
}

/** Full or `::` notation, without an embedded IPv4 address. */
export function ip6Address(text: string): Bytes {
  const [head = '', tail] = text.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const words = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

const CLIENT_MAC = hex('02 00 00 00 00 01');
const SERVER_MAC = hex('02 00 00 00 00 02');
export const CLIENT = '10.0.0.1';
export const SERVER = '10.0.0.2';
export const CLIENT6 = '2001:db8::1';
export const SERVER6 = '2001:db8::2';

export function ethernet(type: number, payload: Uint8Array): Bytes {
  return concat(SERVER_MAC, CLIENT_MAC, bytes(type >> 8, type & 0xff), payload);
}

/** A tag and what it holds: goes inside `ethernet(0x8100, ...)`. */
export function vlan(id: number, type: number, payload: Uint8Array): Bytes {
  return concat(bytes(id >> 8, id & 0xff, type >> 8, type & 0xff), payload);
}

export interface Ipv4Fields {
  src?: string;
  dst?: string;
  protocol?: number;
  ttl?: number;
  tos?: number;
  id?: number;
  /** In bytes, a multiple of 8. */
  fragmentOffset?: number;
  moreFragments?: boolean;
  dontFragment?: boolean;
  /** A multiple of four bytes. */
  options?: Uint8Array;
  /** Instead of the true total length. */
  length?: number;
}

export function ipv4(fields: Ipv4Fields, payload: Uint8Array): Bytes {
  const options = fields.options ?? bytes();
  const headerLength = 20 + options.length;
  const header = new Uint8Array(headerLength);
  header[0] = 0x40 | (headerLength >> 2);
  header[1] = fields.tos ?? 0;
  putU16(header, 2, fields.length ?? headerLength + payload.length);
  putU16(header, 4, fields.id ?? 1);
  const flags = (fields.dontFragment === true ? 0x4000 : 0) | (fields.moreFragments === true ? 0x2000 : 0);
  putU16(header, 6, flags | ((fields.fragmentOffset ?? 0) >> 3));
  header[8] = fields.ttl ?? 64;
  header[9] = fields.protocol ?? 6;
  header.set(ip4Address(fields.src ?? CLIENT), 12);
  header.set(ip4Address(fields.dst ?? SERVER), 16);
  header.set(options, 20);
  putU16(header, 10, checksum(header, 0, headerLength));
  return concat(header, payload);
}

export interface Ipv6Fields {
  src?: string;
  dst?: string;
  nextHeader?: number;
  hopLimit?: number;
  trafficClass?: number;
  flowLabel?: number;
  /** Instead of the true payload length. */
  length?: number;
}

export function ipv6(fields: Ipv6Fields, payload: Uint8Array): Bytes {
  const header = new Uint8Array(40);
  putU32(header, 0, 0x60000000 | ((fields.trafficClass ?? 0) << 20) | (fields.flowLabel ?? 0));
  putU16(header, 4, fields.length ?? payload.length);
  header[6] = fields.nextHeader ?? 6;
  header[7] = fields.hopLimit ?? 64;
  header.set(ip6Address(fields.src ?? CLIENT6), 8);
  header.set(ip6Address(fields.dst ?? SERVER6), 24);
  return concat(header, payload);
}

/** IPv6 fragment header and a part of a packet: `nextHeader` 44 of the IPv6 header announces it. */
export function ipv6Fragment(nextHeader: number, id: number, offset: number, more: boolean, part: Uint8Array): Bytes {
  const header = new Uint8Array(8);
  header[0] = nextHeader;
  putU16(header, 2, offset | (more ? 1 : 0));
  putU32(header, 4, id);
  return concat(header, part);
}

export interface TcpFields {
  sp?: number;
  dp?: number;
  seq?: number;
  ack?: number;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32. */
  flags?: number;
  window?: number;
  urgent?: number;
  /** A multiple of four bytes. */
  options?: Uint8Array;
}

/** Without a checksum: `tcp4` and `tcp6` know the addresses it covers. */
export function tcp(fields: TcpFields, payload: Uint8Array = bytes()): Bytes {
  const options = fields.options ?? bytes();
  const header = new Uint8Array(20 + options.length);
  putU16(header, 0, fields.sp ?? 40000);
  putU16(header, 2, fields.dp ?? 80);
  putU32(header, 4, fields.seq ?? 1);
  putU32(header, 8, fields.ack ?? 0);
  header[12] = (header.length >> 2) << 4;
  header[13] = fields.flags ?? 16;
  putU16(header, 14, fields.window ?? 8192);
  putU16(header, 18, fields.urgent ?? 0);
  header.set(options, 20);
  return concat(header, payload);
}

export interface UdpFields {
  sp?: number;
  dp?: number;
  /** Instead of the true length. */
  length?: number;
}

export function udp(fields: UdpFields, payload: Uint8Array = bytes()): Bytes {
  const header = new Uint8Array(8);
  putU16(header, 0, fields.sp ?? 40000);
  putU16(header, 2, fields.dp ?? 53);
  putU16(header, 4, fields.length ?? 8 + payload.length);
  return concat(header, payload);
}

export function icmp(type: number, code: number, rest: Uint8Array = bytes(0, 1, 0, 1)): Bytes {
  return concat(bytes(type, code, 0, 0), rest);
}

/** Where each transport keeps its checksum. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { 1: 2, 2: 2, 6: 16, 17: 6, 58: 2 };

/** Ethernet, IPv4 and a transport with its checksum. */
export function frame4(protocol: number, transport: Uint8Array, fields: Ipv4Fields = {}): Bytes {
  const packet = ipv4({ ...fields, protocol }, transport);
  const headerLength = packet.length - transport.length;
  const at = CHECKSUM_AT[protocol];
  if (at !== undefined && transport.length > at + 1) {
    const sum =
      protocol === 1 || protocol === 2
        ? checksum(packet, headerLength, packet.length)
        : transportChecksum(packet, 12, 4, protocol, headerLength, packet.length);
    putU16(packet, headerLength + at, sum);
  }
  return ethernet(0x0800, packet);
}

/** Ethernet, IPv6 and a transport with its checksum. */
export function frame6(protocol: number, transport: Uint8Array, fields: Ipv6Fields = {}): Bytes {
  const packet = ipv6({ ...fields, nextHeader: protocol }, transport);
  const at = CHECKSUM_AT[protocol];
  if (at !== undefined && transport.length > at + 1) {
    putU16(packet, 40 + at, transportChecksum(packet, 8, 16, protocol, 40, packet.length));
  }
  return ethernet(0x86dd, packet);
}

export const tcp4 = (fields: TcpFields = {}, payload?: Uint8Array, ip?: Ipv4Fields): Bytes =>
  frame4(6, tcp(fields, payload), ip);
export const udp4 = (fields: UdpFields = {}, payload?: Uint8Array, ip?: Ipv4Fields): Bytes =>
  frame4(17, udp(fields, payload), ip);
export const icmp4 = (type: number, code: number, rest?: Uint8Array, ip?: Ipv4Fields): Bytes =>
  frame4(1, icmp(type, code, rest), ip);
export const tcp6 = (fields: TcpFields = {}, payload?: Uint8Array, ip?: Ipv6Fields): Bytes =>
  frame6(6, tcp(fields, payload), ip);
export const udp6 = (fields: UdpFields = {}, payload?: Uint8Array, ip?: Ipv6Fields): Bytes =>
  frame6(17, udp(fields, payload), ip);
export const icmp6 = (type: number, code: number, rest?: Uint8Array, ip?: Ipv6Fields): Bytes =>
  frame6(58, icmp(type, code, rest), ip);

/** A decoder with every layer, fresh counters and whatever `parts` adds. */
export function makeDecoder(parts: Partial<DecoderParts> = {}): Decoder {
  return new Decoder({ counters: new Counters(), layers: LAYERS, ...parts });
}

/** A packet object around `data`, ready to be decoded. */
export function packetOf(data: Uint8Array, linkType = 1, number = 1, ts = 1_000_000): Packet {
  const p = new Packet(data);
  p.reset(data, -1, 0, data.length);
  p.linkType = linkType;
  p.wireLength = data.length;
  p.number = number;
  p.ts = ts;
  return p;
}

export interface Decoded {
  readonly packet: Packet;
  readonly inner: Packet[];
  readonly decoder: Decoder;
}

/** Decodes one packet with `decoder` (a new one unless given). */
export function decode(data: Uint8Array, linkType = 1, decoder = makeDecoder()): Decoded {
  const packet = packetOf(data, linkType);
  decoder.decode(packet);
  return { packet, inner: decoder.inner.slice(0, decoder.innerCount), decoder };
}

/** Names of the packet's anomalies, as rules write them. */
export function anomaliesOf(p: Packet): string[] {
  return Array.from(p.anomalies.subarray(0, p.anomalyCount), anomalyName);
}

export function payloadOf(p: Packet): Bytes {
  return Uint8Array.from(p.data.subarray(p.payloadOffset, p.payloadOffset + p.payloadLength));
}
