// What tells the ends of a conversation that it is refused: TCP resets (RFC 9293 section 3.10.7) and ICMP errors
// (RFC 792, RFC 4443), written as whole IP packets.

import { ACTION_REJECT_ANY, Action, PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { checksum, transportChecksum } from '../wire/checksum.ts';
import { ICMPV4_HEADER_LENGTH, Icmpv4Type } from '../wire/icmpv4.ts';
import { ICMPV6_HEADER_LENGTH, Icmpv6Type } from '../wire/icmpv6.ts';
import { IPV4_HEADER_LENGTH, IpProtocol } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../wire/ipv6.ts';
import { putU16, putU32 } from '../wire/read.ts';
import { TCP_HEADER_LENGTH, TcpFlag } from '../wire/tcp.ts';

/** Longest packet that is written. */
export const REFUSAL_MAX_LENGTH = 1280;
/** RFC 1812 section 4.3.2.3. */
const IPV4_ERROR_MAX = 576;
/** Codes of "administratively prohibited". */
const HOST_PROHIBITED = 10;
const PROHIBITED_V6 = 1;
const HOPS = 64;
const DONT_FRAGMENT = 0x4000;
/** Where the addresses lie in an IP header, and how long each is. */
const IPV4_ADDRESSES = 12;
const IPV6_ADDRESSES = 8;
/** Address ranges of many receivers (RFC 1122 section 3.2.2: no errors about those). */
const FIRST_MULTICAST_V4 = 224;
const MULTICAST_V6 = 0xff;

/** Who is told: the sender of the packet, or the receiver. */
export type Refused = 'source' | 'destination';

/** Whether an end is to be told by what rules and policies ask. */
export function isAsked({ action }: Packet, end: Refused): boolean {
  if ((action & Action.rejectBoth) !== 0) return true;
  return end === 'source' ? (action & Action.reject) !== 0 : (action & Action.rejectDst) !== 0;
}

/** Whether a packet may be answered at all: nothing is said about errors, resets, groups and what came in a tunnel. */
export function isRefusable(p: Packet): boolean {
  if ((p.action & ACTION_REJECT_ANY) === 0 || p.ipVersion === 0) return false;
  if ((p.flags & (PacketFlag.tunnelInner | PacketFlag.pseudoStreamEnd)) !== 0) return false;
  const isFragment = (p.flags & PacketFlag.reassembled) === 0 && (p.flags & PacketFlag.fragment) !== 0;
  if (isFragment || isForGroup(p)) return false;
  if (p.proto === IpProtocol.tcp) return p.l4Offset >= 0 && (p.tcpFlags & TcpFlag.rst) === 0;
  return !isIcmpError(p);
}

function isForGroup(p: Packet): boolean {
  const first = p.dst0 >>> 24;
  return p.ipVersion === 4 ? first >= FIRST_MULTICAST_V4 : first === MULTICAST_V6;
}

function isIcmpError({ proto, icmpType }: Packet): boolean {
  // every type below that of the echo request is an error
  if (proto === IpProtocol.icmpv6) return icmpType < Icmpv6Type.echoRequest;
  if (proto !== IpProtocol.icmp) return false;
  return (
    (icmpType >= Icmpv4Type.unreachable && icmpType <= Icmpv4Type.redirect) ||
    icmpType === Icmpv4Type.timeExceeded ||
    icmpType === Icmpv4Type.parameterProblem
  );
}

/**
 * Writes the packet that tells one end.
 * @param isStopped the packet does not reach its receiver, which expects its bytes still
 * @returns its length, 0 when there is nothing to tell
 */
export function putRefusal(out: Uint8Array, p: Packet, end: Refused, isStopped: boolean): number {
  return p.proto === IpProtocol.tcp ? putReset(out, p, end, isStopped) : putUnreachable(out, p, end);
}

function putReset(out: Uint8Array, p: Packet, end: Refused, isStopped: boolean): number {
  const hasAck = (p.tcpFlags & TcpFlag.ack) !== 0;
  // who never saw the beginning has nothing to reset
  if (end === 'destination' && isStopped && !hasAck) return 0;
  const o = putIp(out, p, end, IpProtocol.tcp, TCP_HEADER_LENGTH);
  const isBack = end === 'source';
  const length = p.payloadLength + (p.tcpFlags & TcpFlag.syn ? 1 : 0) + (p.tcpFlags & TcpFlag.fin ? 1 : 0);
  putU16(out, o, isBack ? p.dp : p.sp);
  putU16(out, o + 2, isBack ? p.sp : p.dp);
  if (isBack) {
    putU32(out, o + 4, hasAck ? p.tcpAck : 0);
    putU32(out, o + 8, p.tcpSeq + length);
  } else {
    putU32(out, o + 4, isStopped ? p.tcpSeq : p.tcpSeq + length);
    putU32(out, o + 8, hasAck ? p.tcpAck : 0);
  }
  out[o + 12] = (TCP_HEADER_LENGTH >> 2) << 4;
  out[o + 13] = TcpFlag.rst | (isBack || hasAck ? TcpFlag.ack : 0);
  out.fill(0, o + 14, o + TCP_HEADER_LENGTH);
  putU16(out, o + 16, transportSum(out, p.ipVersion, IpProtocol.tcp, o, o + TCP_HEADER_LENGTH));
  return o + TCP_HEADER_LENGTH;
}

function putUnreachable(out: Uint8Array, p: Packet, end: Refused): number {
  const isV4 = p.ipVersion === 4;
  const header = isV4 ? IPV4_HEADER_LENGTH + ICMPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH + ICMPV6_HEADER_LENGTH;
  const room = (isV4 ? IPV4_ERROR_MAX : REFUSAL_MAX_LENGTH) - header;
  const quoted = Math.min(p.l3End - p.l3Offset, room);
  const protocol = isV4 ? IpProtocol.icmp : IpProtocol.icmpv6;
  const o = putIp(out, p, end, protocol, ICMPV4_HEADER_LENGTH + quoted);
  out.fill(0, o, o + ICMPV4_HEADER_LENGTH);
  out[o] = isV4 ? Icmpv4Type.unreachable : Icmpv6Type.unreachable;
  out[o + 1] = isV4 ? HOST_PROHIBITED : PROHIBITED_V6;
  const body = o + ICMPV4_HEADER_LENGTH;
  for (let i = 0; i < quoted; i++) out[body + i] = p.data[p.l3Offset + i]!;
  if (end === 'destination') turnRound(out, body, body + quoted, p);
  const stop = body + quoted;
  putU16(out, o + 2, isV4 ? checksum(out, o, stop) : transportSum(out, 6, protocol, o, stop));
  return stop;
}

/** A host takes an error only about what it sent itself: the quoted packet becomes one of the other direction. */
function turnRound(out: Uint8Array, o: number, end: number, p: Packet): void {
  const isV4 = p.ipVersion === 4;
  swap(out, o + (isV4 ? IPV4_ADDRESSES : IPV6_ADDRESSES), isV4 ? 4 : 16);
  // sums of a header do not change by the order of what is summed
  const transport = o + p.l4Offset - p.l3Offset;
  if (p.proto === IpProtocol.udp && p.l4Offset >= 0 && transport + 4 <= end) swap(out, transport, 2);
}

function swap(out: Uint8Array, o: number, length: number): void {
  for (let i = o; i < o + length; i++) {
    const byte = out[i]!;
    out[i] = out[i + length]!;
    out[i + length] = byte;
  }
}

/** Writes the IP header, from the other end of the conversation. @returns where the payload begins */
function putIp(out: Uint8Array, p: Packet, end: Refused, protocol: number, payloadLength: number): number {
  const isBack = end === 'source';
  if (p.ipVersion === 4) {
    out[0] = 0x45;
    out[1] = 0;
    putU16(out, 2, IPV4_HEADER_LENGTH + payloadLength);
    putU16(out, 4, 0);
    putU16(out, 6, DONT_FRAGMENT);
    out[8] = HOPS;
    out[9] = protocol;
    putU16(out, 10, 0);
    putU32(out, IPV4_ADDRESSES, isBack ? p.dst0 : p.src0);
    putU32(out, IPV4_ADDRESSES + 4, isBack ? p.src0 : p.dst0);
    putU16(out, 10, checksum(out, 0, IPV4_HEADER_LENGTH));
    return IPV4_HEADER_LENGTH;
  }
  putU32(out, 0, 0x60000000);
  putU16(out, 4, payloadLength);
  out[6] = protocol;
  out[7] = HOPS;
  putAddress6(out, IPV6_ADDRESSES + (isBack ? 16 : 0), p.src0, p.src1, p.src2, p.src3);
  putAddress6(out, IPV6_ADDRESSES + (isBack ? 0 : 16), p.dst0, p.dst1, p.dst2, p.dst3);
  return IPV6_HEADER_LENGTH;
}

function putAddress6(out: Uint8Array, o: number, a0: number, a1: number, a2: number, a3: number): void {
  putU32(out, o, a0);
  putU32(out, o + 4, a1);
  putU32(out, o + 8, a2);
  putU32(out, o + 12, a3);
}

function transportSum(out: Uint8Array, version: number, protocol: number, o: number, end: number): number {
  const isV4 = version === 4;
  return transportChecksum(out, isV4 ? IPV4_ADDRESSES : IPV6_ADDRESSES, isV4 ? 4 : 16, protocol, o, end);
}
