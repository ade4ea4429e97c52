// Pseudo packets: made when a TCP flow ends, or is no longer put together, with bytes that no packet was due to inspect,
// so that rules see them.

import { F, FLOW_STRIDE } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import { PACKET_SOURCES, Packet, PacketFlag } from '../framework/packet.ts';

/** Room for an IPv6 and a TCP header. */
export const PSEUDO_PACKET_BYTES = 64;
/** Why they are made: index into PACKET_SOURCES. */
export const PseudoSource = {
  end: PACKET_SOURCES.indexOf('stream (flow timeout)'),
  flush: PACKET_SOURCES.indexOf('stream (detect/log)'),
} as const;
const LINK_RAW = 101;
const TCP = 6;
const TCP_LENGTH = 20;
const ACK = 0x10;
const TTL = 64;

export class PseudoPacket {
  readonly packet: Packet;
  private readonly flows: Flows;
  private readonly data: Uint8Array;
  private readonly bufferId: number;
  private readonly start: number;

  /** @param start offset in `data` of PSEUDO_PACKET_BYTES that are this packet's alone */
  constructor(flows: Flows, data: Uint8Array, bufferId: number, start: number) {
    this.packet = new Packet(data);
    this.flows = flows;
    this.data = data;
    this.bufferId = bufferId;
    this.start = start;
  }

  /**
   * The last packet of flow `f` in a direction (0: to server, 1: to client): headers, no payload.
   * @param ts microseconds: when it is made
   */
  make(f: number, direction: 0 | 1, source: number, ts: number): Packet {
    const { flows, packet: p } = this;
    const isIp6 = flows.ipVersion(f) === 6;
    const ipLength = isIp6 ? 40 : 20;
    p.reset(this.data, this.bufferId, this.start, this.start + ipLength + TCP_LENGTH);
    p.linkType = LINK_RAW;
    p.wireLength = ipLength + TCP_LENGTH;
    p.ts = ts;
    p.number = 0;
    p.source = source;
    p.flow = f;
    p.flowHash = flows.word(f, F.hash);
    p.device = flows.word(f, F.device);
    p.vni = flows.word(f, F.vni);
    p.flags =
      PacketFlag.pseudoStreamEnd |
      PacketFlag.established |
      PacketFlag.wantsFlow |
      (direction === 0 ? PacketFlag.toServer : PacketFlag.toClient);
    this.network(p, f, direction, isIp6 ? 6 : 4);
    this.transport(p, f, direction, ipLength);
    return p;
  }

  private network(p: Packet, f: number, direction: 0 | 1, version: 4 | 6): void {
    const { words } = this.flows;
    const base = f * FLOW_STRIDE;
    const source = base + (direction === 0 ? F.src : F.dst);
    const destination = base + (direction === 0 ? F.dst : F.src);
    p.ipVersion = version;
    p.l3Offset = this.start;
    p.l3HeaderLength = version === 6 ? 40 : 20;
    p.l3End = p.end;
    p.proto = TCP;
    p.ttl = TTL;
    p.tos = 0;
    p.ipId = 0;
    p.ip6FlowLabel = 0;
    p.src0 = words[source]!;
    p.src1 = words[source + 1]!;
    p.src2 = words[source + 2]!;
    p.src3 = words[source + 3]!;
    p.dst0 = words[destination]!;
    p.dst1 = words[destination + 1]!;
    p.dst2 = words[destination + 2]!;
    p.dst3 = words[destination + 3]!;
    this.vlan(p, base);
    if (version === 6) this.writeIp6(p);
    else this.writeIp4(p);
  }

  private vlan(p: Packet, base: number): void {
    const { words } = this.flows;
    p.vlan0 = words[base + F.seenVlan01]! & 0xffff;
    p.vlan1 = words[base + F.seenVlan01]! >>> 16;
    p.vlan2 = words[base + F.seenVlan2]! & 0xffff;
    p.vlanCount = words[base + F.seenVlan2]! >>> 16;
  }

  private writeIp4(p: Packet): void {
    const { data, start } = this;
    data.fill(0, start, start + 20);
    data[start] = 0x45;
    this.write16(start + 2, p.wireLength);
    data[start + 8] = TTL;
    data[start + 9] = TCP;
    this.write32(start + 12, p.src0);
    this.write32(start + 16, p.dst0);
  }

  private writeIp6(p: Packet): void {
    const { data, start } = this;
    data.fill(0, start, start + 40);
    data[start] = 0x60;
    this.write16(start + 4, TCP_LENGTH);
    data[start + 6] = TCP;
    data[start + 7] = TTL;
    const words = [p.src0, p.src1, p.src2, p.src3, p.dst0, p.dst1, p.dst2, p.dst3];
    for (let i = 0; i < words.length; i++) this.write32(start + 8 + i * 4, words[i]!);
  }

  private transport(p: Packet, f: number, direction: 0 | 1, ipLength: number): void {
    const at = this.start + ipLength;
    const ports = [this.flows.sourcePort(f), this.flows.destinationPort(f)] as const;
    p.sp = ports[direction]!;
    p.dp = ports[direction === 0 ? 1 : 0]!;
    p.l4Offset = at;
    p.l4HeaderLength = TCP_LENGTH;
    p.payloadOffset = at + TCP_LENGTH;
    p.payloadLength = 0;
    p.tcpFlags = ACK;
    p.tcpSeq = 0;
    p.tcpAck = 0;
    p.tcpWindow = 0;
    p.tcpUrgentPointer = 0;
    p.tcpReserved = 0;
    this.data.fill(0, at, at + TCP_LENGTH);
    this.write16(at, p.sp);
    this.write16(at + 2, p.dp);
    this.data[at + 12] = (TCP_LENGTH / 4) << 4;
    this.data[at + 13] = ACK;
  }

  private write16(at: number, value: number): void {
    this.data[at] = value >>> 8;
    this.data[at + 1] = value;
  }

  private write32(at: number, value: number): void {
    this.write16(at, value >>> 16);
    this.write16(at + 2, value & 0xffff);
  }
}
