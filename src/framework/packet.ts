// Packet: the one reused object that carries a packet through the pipeline; numbers and offsets only.

import { AlertQueue } from './alert-queue.ts';

/** Bits of `Packet.flags`. */
export const PacketFlag = {
  /** A layer was too broken to go on: only decoder-event rules look at it. */
  invalid: 1 << 0,
  /** Checksum found wrong (see `-k`): not used for streams. */
  badChecksum: 1 << 1,
  /** The TCP payload was added to the stream (in order or not): stream rules see it there. */
  streamAdded: 1 << 2,
  /** There is raw stream data to inspect with this packet. */
  hasStreamData: 1 << 3,
  /** Do not inspect the payload (encrypted, bypassed, depth). */
  noPayloadInspection: 1 << 4,
  /** Do not inspect the packet at all (passed flow). */
  noPacketInspection: 1 << 5,
  /** Made by the engine at the end of a flow, to inspect what is left. */
  pseudoStreamEnd: 1 << 6,
  /** Rebuilt from fragments. */
  reassembled: 1 << 7,
  /** An IP fragment that was kept for reassembly (it has no transport layer of its own). */
  fragment: 1 << 8,
  /** Direction of the flow. */
  toServer: 1 << 9,
  toClient: 1 << 10,
  /** The flow has seen packets both ways (UDP), or the TCP handshake is done. */
  established: 1 << 11,
  /** First packet of its direction: IP-only rules are due. */
  firstToServer: 1 << 12,
  firstToClient: 1 << 13,
  /** Carries a tunnel inside: the inner packet has been or will be processed of its own. */
  tunnelRoot: 1 << 14,
  /** Was carried in a tunnel (`parent` is the outer packet). */
  tunnelInner: 1 << 15,
  /** TCP: a retransmission, keep-alive or a duplicate acknowledgement; no new data. */
  tcpRetransmission: 1 << 16,
  /** The flow was bypassed: count it and let it go. */
  bypassed: 1 << 17,
  /** The stream engine rejected the packet (window, sequence ...): it carries a stream anomaly. */
  streamInvalid: 1 << 18,
  /** TCP options / timestamps seen */
  tcpHasTimestamp: 1 << 19,
  tcpSackPermitted: 1 << 20,
  /** Payload is a part of the PDU only (IP length beyond the capture). */
  truncated: 1 << 21,
  /** Packet rewritten by `replace` or the normaliser: the output must send the new bytes. */
  modified: 1 << 22,
  /** This packet's ICMP error belongs to the flow of the packet it quotes. */
  icmpError: 1 << 23,
  /** Set by the flow engine when the flow changed app protocol or an app event waits (next issue). */
  appUpdate: 1 << 24,
  /** Decoded far enough to belong to a flow (TCP, UDP, ICMP, SCTP, ESP ...); without it no flow is looked up. */
  wantsFlow: 1 << 25,
  /** A `tag` covers this packet: outputs log it though it has no alert. */
  tagged: 1 << 26,
  /** The sender's network card was to compute the checksum of the transport: what is there says nothing. */
  hasNoChecksum: 1 << 27,
} as const;

/** Rule actions as bits; a packet's `action` is the union of what its alerts ask. */
export const Action = {
  alert: 1,
  drop: 2,
  /** reset to the packet's source (reject, rejectsrc) */
  reject: 4,
  rejectDst: 8,
  rejectBoth: 16,
  pass: 32,
  config: 64,
} as const;
export const ACTION_REJECT_ANY = Action.reject | Action.rejectDst | Action.rejectBoth;

/** `pkt_src` of EVE: how the packet came to be. */
export const PACKET_SOURCES = [
  'wire/pcap',
  'gre tunnel',
  'ipv4 tunnel',
  'ipv6 tunnel',
  'teredo tunnel',
  'defrag',
  'stream (flow timeout)',
  'vxlan encapsulation',
  'geneve encapsulation',
  'erspan',
  'nsh',
  'gtp tunnel',
  'stream (detect/log)',
] as const;

export const MAX_ANOMALIES = 15;
export const MAX_VLAN_LAYERS = 3;

/** IPv6 extension headers present, as bits of `Packet.ip6Extensions`. */
export const Ip6Extension = {
  hopByHop: 1,
  routing: 2,
  fragment: 4,
  destination: 8,
  auth: 16,
  esp: 32,
  mobility: 64,
  hip: 128,
  shim6: 256,
  none: 512,
} as const;

export const AlertFlag = {
  /** matched in the reassembled stream */
  streamMatch: 1,
  /** matched in a frame or transaction */
  stateMatch: 2,
  tx: 4,
  /** suppressed or below its threshold: its actions hold, no event is written */
  suppressed: 8,
  /** the action drop/reject/pass applies to the whole flow */
  applyToFlow: 16,
  /** rate_filter changed the action */
  rateFilterModified: 32,
  frame: 64,
  dropWasTried: 128,
  /** the transaction is a guess (`detect.guess-applayer-tx`) */
  txGuessed: 512,
} as const;

/** One packet. All 32-bit header values are signed (`| 0`); print them with `>>> 0`. */
export class Packet {
  // --- where the bytes are
  data: Uint8Array;
  /** Id under which `data` is registered with the native matchers, -1 when it is not. */
  bufferId = -1;
  /** The captured bytes of this packet: [start, end) of `data`. */
  start = 0;
  end = 0;
  /** Length on the wire, of the outermost packet. */
  wireLength = 0;
  /** DLT_ number of the bytes at `start`. */
  linkType = 0;
  /** Microseconds since the epoch. */
  ts = 0;
  /** 1-based position in the capture (EVE `pcap_cnt`); inner and rebuilt packets share it. */
  number = 0;
  /** Index into PACKET_SOURCES. */
  source = 0;
  /** Index of the capture device (`livedev`, EVE `in_iface`). */
  device = 0;
  /** The outer packet when this one was tunnelled or rebuilt, else null. */
  parent: Packet | null = null;
  /** How many tunnels this packet is inside (flow key, EVE `tunnel.depth`). */
  recursion = 0;
  /** Layers decoded so far, against endless nesting (`decoder.max-layers`). */
  layerCount = 0;
  flags = 0;

  // --- link
  /** Offset of the innermost Ethernet header, -1 when there is none. */
  etherOffset = -1;
  etherType = 0;
  vlanCount = 0;
  /** VLAN identifiers (12 bits), outermost first. */
  vlan0 = 0;
  vlan1 = 0;
  vlan2 = 0;
  /** Tag control information (PCP, DEI, id) of the same tags. */
  vlanTci0 = 0;
  vlanTci1 = 0;
  vlanTci2 = 0;
  /** VXLAN or Geneve network identifier of the tunnel this packet was in, -1 without. */
  vni = -1;
  pppoeSession = -1;

  // --- network
  /** 4, 6, or 0 when there is no IP layer. */
  ipVersion = 0;
  l3Offset = -1;
  /** Header with options/extension headers. */
  l3HeaderLength = 0;
  /** End of the IP packet by its own length field (<= end). */
  l3End = 0;
  /** Addresses as 32-bit words in network order; IPv4 uses word 0, the rest is 0. */
  src0 = 0;
  src1 = 0;
  src2 = 0;
  src3 = 0;
  dst0 = 0;
  dst1 = 0;
  dst2 = 0;
  dst3 = 0;
  /** IP protocol / final next header; -1 without IP. */
  proto = -1;
  ttl = 0;
  tos = 0;
  ipId = 0;
  /** Fragment offset in bytes. */
  fragOffset = 0;
  moreFragments = 0;
  dontFragment = 0;
  reservedFragBit = 0;
  /** Bits 1<<option number (copied flag and class removed) of the IPv4 options present. */
  ip4Options = 0;
  ip6Extensions = 0;
  ip6FlowLabel = 0;
  ip6FragmentId = 0;
  /** Offset of the IPv6 fragment header, -1 without. */
  ip6FragmentOffset = -1;
  /** Offset of the ARP header, -1 without. */
  arpOffset = -1;

  // --- transport
  l4Offset = -1;
  l4HeaderLength = 0;
  /** Ports; for ICMP the flow ports (type/code derived) are kept by the flow engine, not here. */
  sp = 0;
  dp = 0;
  /** Payload of the transport layer: [payloadOffset, payloadOffset + payloadLength). */
  payloadOffset = 0;
  payloadLength = 0;

  tcpSeq = 0;
  tcpAck = 0;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  tcpFlags = 0;
  tcpWindow = 0;
  tcpUrgentPointer = 0;
  tcpReserved = 0;
  /** Timestamp option values when flag tcpHasTimestamp is set. */
  tcpTsVal = 0;
  tcpTsEcr = 0;
  /** Options; -1 when absent. */
  tcpMss = -1;
  tcpWindowScale = -1;
  /** Offset of the first SACK block, and how many there are. */
  tcpSackOffset = 0;
  tcpSackCount = 0;
  /** TCP fast open cookie length: -1 absent, 0 request. */
  tcpFastOpen = -1;
  tcpMd5 = 0;
  tcpAo = 0;

  icmpType = 0;
  icmpCode = 0;
  icmpId = 0;
  icmpSeq = 0;
  /** 1 when icmpId/icmpSeq are meaningful. */
  icmpHasId = 0;
  /** ICMPv6 MTU, ICMPv4 next-hop MTU. */
  icmpMtu = 0;
  /** The IP packet quoted in an ICMP error: offset -1 when none. */
  embeddedOffset = -1;
  embeddedVersion = 0;
  embeddedProto = -1;
  embeddedSp = 0;
  embeddedDp = 0;
  embeddedSrc0 = 0;
  embeddedSrc1 = 0;
  embeddedSrc2 = 0;
  embeddedSrc3 = 0;
  embeddedDst0 = 0;
  embeddedDst1 = 0;
  embeddedDst2 = 0;
  embeddedDst3 = 0;

  sctpVtag = 0;
  sctpChunkCount = 0;
  igmpType = 0;
  espSpi = 0;
  greProtocol = 0;
  udpLength = 0;

  // --- anomalies
  anomalyCount = 0;
  readonly anomalies = new Int32Array(MAX_ANOMALIES);

  // --- flow and stream (set by the flow and stream engines)
  /** Record of the flow in `Flows`, -1 without one. */
  flow = -1;
  flowHash = 0;

  // --- verdict
  action = 0;
  /** Index into DROP_REASONS, 0 = not dropped. */
  dropReason = 0;
  /** The alert that made the drop, -1 for none. */
  dropAlert = -1;
  /** Bits of the firewall's mark that are set to those of `mark` (nfq_set_mark). */
  markMask = 0;
  mark = 0;
  readonly alerts = new AlertQueue();

  constructor(data: Uint8Array) {
    this.data = data;
  }

  /** Notes an anomaly; beyond MAX_ANOMALIES only the counters see it (the caller counts). */
  addAnomaly(id: number): void {
    if (this.anomalyCount < MAX_ANOMALIES) this.anomalies[this.anomalyCount++] = id;
  }

  hasAnomaly(id: number): boolean {
    for (let i = 0; i < this.anomalyCount; i++) if (this.anomalies[i] === id) return true;
    return false;
  }

  /** Makes the object ready for the next packet at [start, end) of `data`. */
  reset(data: Uint8Array, bufferId: number, start: number, end: number): void {
    this.data = data;
    this.bufferId = bufferId;
    this.start = start;
    this.end = end;
    this.source = 0;
    this.parent = null;
    this.recursion = 0;
    this.layerCount = 0;
    this.flags = 0;
    this.etherOffset = -1;
    this.etherType = 0;
    this.vlanCount = 0;
    this.vlan0 = 0;
    this.vlan1 = 0;
    this.vlan2 = 0;
    this.vni = -1;
    this.pppoeSession = -1;
    this.ipVersion = 0;
    this.l3Offset = -1;
    this.l3HeaderLength = 0;
    this.l3End = end;
    this.proto = -1;
    this.ip4Options = 0;
    this.ip6Extensions = 0;
    this.fragOffset = 0;
    this.moreFragments = 0;
    this.dontFragment = 0;
    this.reservedFragBit = 0;
    this.ip6FragmentOffset = -1;
    this.arpOffset = -1;
    this.l4Offset = -1;
    this.l4HeaderLength = 0;
    this.sp = 0;
    this.dp = 0;
    this.payloadOffset = end;
    this.payloadLength = 0;
    this.tcpFlags = 0;
    this.tcpMss = -1;
    this.tcpWindowScale = -1;
    this.tcpSackCount = 0;
    this.tcpFastOpen = -1;
    this.tcpMd5 = 0;
    this.tcpAo = 0;
    this.icmpHasId = 0;
    this.icmpMtu = 0;
    this.embeddedOffset = -1;
    this.anomalyCount = 0;
    this.flow = -1;
    this.action = 0;
    this.dropReason = 0;
    this.dropAlert = -1;
    this.markMask = 0;
    this.mark = 0;
    this.alerts.count = 0;
    this.alerts.discarded = 0;
  }
}

/** Bit of an IP option in `Packet.ip4Options` (the option number, RFC 791: low five bits of the type). */
export function ip4OptionBit(type: number): number {
  return 1 << (type & 31);
}

/** EVE `drop.reason`, indexed by `Packet.dropReason`. */
export const DROP_REASONS = [
  '',
  'decode error',
  'defrag error',
  'defrag memcap',
  'flow memcap',
  'flow drop',
  'applayer error',
  'applayer memcap',
  'rules',
  'threshold detection_filter',
  'stream error',
  'stream memcap',
  'stream midstream',
  'stream reassembly',
  'stream urgent',
  'nfq error',
  'tunnel packet drop',
  'default packet policy',
  'default app policy',
  'pre stream hook',
  'pre flow hook',
  'exception policy flow drop',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];
export const dropReason = (name: DropReason): number => DROP_REASONS.indexOf(name);
