// Decoder: takes a packet apart, layer by layer, and hands out the packets found inside it. One per worker.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { NOT_COUNTED, anomalyCounter, defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_NOT_MINE, LAYER_OK, markInvalid } from '../framework/layer.ts';
import type { LayerDecode, LayerDefinition, LayerResult } from '../framework/layer.ts';
import { Packet, PacketFlag } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import type { IpContext } from './context.ts';
import type { FragmentSink } from './fragments.ts';
import { DispatchTables } from './dispatch.ts';
import { decodeEthernet } from './ethernet.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { DEFAULT_DECODER_OPTIONS } from './options.ts';
import type { DecoderOptions } from './options.ts';
import { decodeTcp } from './tcp.ts';
import { decodeUdp } from './udp.ts';

const PACKETS = defineCounter('decoder.pkts');
const BYTES = defineCounter('decoder.bytes');
const INVALID = defineCounter('decoder.invalid');
const AVERAGE_SIZE = defineCounter('decoder.avg_pkt_size', { dividend: BYTES, divisor: PACKETS });
const MAX_SIZE = defineCounter('decoder.max_pkt_size', 'most');
const UNKNOWN_ETHERTYPE = defineCounter('decoder.unknown_ethertype');

const GENERIC = defineAnomalies('decode', '', ['too_many_layers']);
// known to rules; for live capture on AF_PACKET to raise, which is not there yet
defineAnomalies('decode', 'afpacket', ['trunc_pkt']);
const ETHERNET = defineAnomalies('decode', 'ethernet', ['unknown_ethertype']);

const LINK_ETHERNET = 1;

export interface DecoderParts {
  readonly counters: Counters;
  /** The encapsulations beyond Ethernet, VLAN, IP, TCP, UDP and ICMP, which the decoder knows itself. */
  readonly layers: readonly LayerDefinition[];
  readonly options?: DecoderOptions;
  /** Takes IP fragments; without it fragments are only marked. */
  readonly fragments?: FragmentSink;
}

export class Decoder implements IpContext {
  /** Packets found inside the last decoded one (tunnels, rebuilt from fragments), in processing order. */
  readonly inner: Packet[] = [];
  innerCount = 0;
  readonly counters: Counters;
  readonly tables: DispatchTables;
  private readonly fragments: FragmentSink | null;
  /** Whether reserved bits that should be zero disqualify an encapsulation (`reserved-bits-check: strict`). */
  readonly checksReservedBits: boolean;
  private readonly maxLayers: number;
  private readonly pool: Packet[] = [];
  private poolUsed = 0;
  private packets = 0;
  private bytes = 0;

  constructor(parts: DecoderParts) {
    const options = parts.options ?? DEFAULT_DECODER_OPTIONS;
    this.counters = parts.counters;
    this.fragments = parts.fragments ?? null;
    this.maxLayers = options.maxLayers;
    this.checksReservedBits = options.checksReservedBits;
    this.tables = new DispatchTables(parts.layers, options);
  }

  /**
   * Decodes the packet at [p.start, p.end) from `p.linkType` on. Afterwards `inner[0 .. innerCount)` are the
   * packets to process before it; they stay valid until the next call.
   */
  decode(p: Packet): void {
    this.countPacket(p.end - p.start);
    if (this.poolUsed !== 0) this.releaseInner();
    if (p.linkType === LINK_ETHERNET) decodeEthernet(this, p, p.start, p.end);
    else this.link(p);
    if (p.anomalyCount !== 0 || this.innerCount !== 0) this.countAnomalies(p);
  }

  private countPacket(size: number): void {
    const values = this.counters.values;
    this.packets++;
    this.bytes += size;
    values[PACKETS] = values[PACKETS]! + 1;
    values[BYTES] = values[BYTES]! + size;
    if (size > values[MAX_SIZE]!) values[MAX_SIZE] = size;
  }

  /** Brings the counters that are not worth keeping per packet up to date. */
  updateGauges(): void {
    if (this.packets > 0) this.counters.set(AVERAGE_SIZE, Math.floor(this.bytes / this.packets));
  }

  private releaseInner(): void {
    this.poolUsed = 0;
    this.innerCount = 0;
    if (this.fragments !== null) this.fragments.releaseRebuilt();
  }

  private link(p: Packet): void {
    const decode = this.tables.link(p.linkType);
    if (decode === null) p.flags |= PacketFlag.invalid;
    else decode(this, p, p.start, p.end);
  }

  private countAnomalies(p: Packet): void {
    for (let i = 0; i < this.innerCount; i++) this.countAnomaliesOf(this.inner[i]!);
    this.countAnomaliesOf(p);
    if ((p.flags & PacketFlag.invalid) !== 0) this.counters.add(INVALID);
  }

  /** Names of what is wrong are counted where the packet is kept: those of a forgotten inner packet are lost. */
  private countAnomaliesOf(p: Packet): void {
    for (let i = 0; i < p.anomalyCount; i++) {
      const counter = anomalyCounter(p.anomalies[i]!);
      if (counter !== NOT_COUNTED) this.counters.add(counter);
    }
  }

  // --- IpContext

  count(counter: number): void {
    const values = this.counters.values;
    values[counter] = values[counter]! + 1;
  }

  enter(p: Packet): boolean {
    if (++p.layerCount < this.maxLayers) return true;
    markInvalid(p, GENERIC.too_many_layers);
    return false;
  }

  network(p: Packet, etherType: number, offset: number, end: number): LayerResult {
    if (etherType === EtherType.ipv4) decodeIpv4(this, p, offset, end);
    else if (etherType === EtherType.ipv6) decodeIpv6(this, p, offset, end);
    else {
      const decode = this.tables.etherType(etherType);
      if (decode === null) return this.unknownEtherType(p);
      decode(this, p, offset, end);
    }
    return LAYER_OK;
  }

  private unknownEtherType(p: Packet): LayerResult {
    p.addAnomaly(ETHERNET.unknown_ethertype);
    this.count(UNKNOWN_ETHERTYPE);
    return LAYER_FAILED;
  }

  ethernet(p: Packet, offset: number, end: number): LayerResult {
    return decodeEthernet(this, p, offset, end);
  }

  ipv4(p: Packet, offset: number, end: number): LayerResult {
    return decodeIpv4(this, p, offset, end);
  }

  ipv6(p: Packet, offset: number, end: number): LayerResult {
    return decodeIpv6(this, p, offset, end);
  }

  /** The transport of an IP packet; LAYER_NOT_MINE when nobody knows the protocol. */
  transport(p: Packet, protocol: number, offset: number, end: number): LayerResult {
    if (protocol === IpProtocol.tcp) return decodeTcp(this, p, offset, end);
    if (protocol === IpProtocol.udp) return decodeUdp(this, p, offset, end);
    const decode = p.ipVersion === 4 ? this.tables.ipv4Protocol(protocol) : this.tables.ipv6Protocol(protocol);
    return decode === null ? LAYER_NOT_MINE : decode(this, p, offset, end);
  }

  /** Tries the UDP encapsulations registered for these ports; true when one took the payload. */
  udpLayer(p: Packet, offset: number, end: number): boolean {
    let mask = this.tables.udpMask(p.sp, p.dp);
    while (mask !== 0) {
      const bit = 31 - Math.clz32(mask & -mask);
      mask &= mask - 1;
      if (this.tables.udpDecode(bit)(this, p, offset, end) === LAYER_OK) return true;
    }
    return false;
  }

  tunnel(p: Packet, type: number, offset: number, end: number, source: number, vni: number): Packet | null {
    const inner = this.decodeInner(p, type, offset, end, source, vni);
    if (inner !== null) this.keepInner(inner, p);
    return inner;
  }

  tunnelIfValid(p: Packet, type: number, offset: number, end: number, source: number): Packet | null {
    const inner = this.decodeInner(p, type, offset, end, source, -1);
    if (inner === null || (inner.flags & PacketFlag.invalid) !== 0) return null;
    this.keepInner(inner, p);
    return inner;
  }

  /** A tunnel counts as a layer of its own. */
  private decodeInner(p: Packet, type: number, o: number, end: number, source: number, vni: number): Packet | null {
    if (p.layerCount + 1 >= this.maxLayers) {
      markInvalid(p, GENERIC.too_many_layers);
      return null;
    }
    const inner = this.takePacket();
    inner.reset(p.data, p.bufferId, o, end);
    inner.linkType = p.linkType;
    this.inherit(inner, p);
    inner.layerCount = p.layerCount + 1;
    inner.source = source;
    inner.recursion = p.recursion + 1;
    inner.vni = vni;
    inner.flags = PacketFlag.tunnelInner;
    return this.tunnelled(inner, type, o, end) === LAYER_OK ? inner : null;
  }

  private tunnelled(inner: Packet, type: number, offset: number, end: number): LayerResult {
    if (type === EtherType.ipv4) return decodeIpv4(this, inner, offset, end);
    if (type === EtherType.ipv6) return decodeIpv6(this, inner, offset, end);
    if (type === EtherType.transparentBridging) return decodeEthernet(this, inner, offset, end);
    const decode: LayerDecode | null = this.tables.tunnelType(type) ?? this.tables.etherType(type);
    return decode === null ? LAYER_FAILED : decode(this, inner, offset, end);
  }

  /** What is inside is looked at as a packet of its own, not as the payload of what carries it too. */
  private keepInner(inner: Packet, parent: Packet): void {
    parent.flags |= PacketFlag.tunnelRoot | PacketFlag.noPayloadInspection;
    this.inner[this.innerCount++] = inner;
  }

  /** Hands a fragment to reassembly; a packet that this completes is decoded and kept like a tunnelled one. */
  fragment(p: Packet): void {
    p.flags |= PacketFlag.fragment;
    if (this.fragments === null) return;
    const rebuilt = this.takePacket();
    if (!this.fragments.submit(p, rebuilt)) {
      this.poolUsed--;
      return;
    }
    this.inherit(rebuilt, p);
    rebuilt.recursion = p.recursion;
    const offset = rebuilt.l3Offset;
    const decode = p.ipVersion === 4 ? decodeIpv4 : decodeIpv6;
    if (decode(this, rebuilt, offset, rebuilt.end) === LAYER_OK) this.inner[this.innerCount++] = rebuilt;
  }

  private inherit(inner: Packet, outer: Packet): void {
    inner.wireLength = outer.wireLength;
    inner.ts = outer.ts;
    inner.number = outer.number;
    inner.device = outer.device;
    inner.parent = outer;
    inner.layerCount = outer.layerCount;
  }

  /** Packets are taken in nesting order, so giving back the last one is enough. */
  private takePacket(): Packet {
    if (this.poolUsed === this.pool.length) this.pool.push(new Packet(EMPTY));
    return this.pool[this.poolUsed++]!;
  }
}

const EMPTY = new Uint8Array(0);
