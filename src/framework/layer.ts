// defineLayer: the contract of an encapsulation; a layer says what it is carried in and how it is peeled off.

import type { Packet } from './packet.ts';
import { PacketFlag } from './packet.ts';

/** Outcomes of decoding a layer. `failed` drops a tunnelled packet whose outermost layer does not hold. */
export const LAYER_OK = 0;
export const LAYER_FAILED = 1;
/** The bytes are not of this layer at all: the next candidate may try (UDP encapsulations). */
export const LAYER_NOT_MINE = 2;
export type LayerResult = typeof LAYER_OK | typeof LAYER_FAILED | typeof LAYER_NOT_MINE;

/** What a layer may ask of the decoder. Everything here works on the packet it is given, without allocation. */
export interface LayerContext {
  /** Bits that a specification reserves as zero must be zero for the layer to be recognised. */
  readonly checksReservedBits: boolean;
  /** Adds one to a counter. */
  count(counter: number): void;
  /** Counts one more layer of the packet; false (and an anomaly) beyond `max-layers`. */
  enter(p: Packet): boolean;
  /** Goes on with the layer that the Ethernet type names; LAYER_FAILED, with an anomaly, only when there is none. */
  network(p: Packet, etherType: number, offset: number, end: number): LayerResult;
  ethernet(p: Packet, offset: number, end: number): LayerResult;
  ipv4(p: Packet, offset: number, end: number): LayerResult;
  ipv6(p: Packet, offset: number, end: number): LayerResult;
  /**
   * Makes the packet inside [offset, end) a packet of its own, decoded as `type` (an Ethernet type, or a number
   * from another layer's `tunnelTypes`), and keeps it for processing before its parent.
   * @param source index into PACKET_SOURCES
   * @param vni network identifier of the tunnel, -1 without
   * @returns the inner packet, or null when it does not decode (it is then forgotten)
   */
  tunnel(p: Packet, type: number, offset: number, end: number, source: number, vni: number): Packet | null;
  /** The same for bytes that are only guessed to be a tunnel: an inner packet with any fault is forgotten too. */
  tunnelIfValid(p: Packet, type: number, offset: number, end: number, source: number): Packet | null;
}

export type LayerDecode = (c: LayerContext, p: Packet, offset: number, end: number) => LayerResult;

/** One encapsulation or transport. Numbers name what carries it; a layer needs at least one. */
export interface LayerDefinition {
  /** As in file names and options, e.g. `vxlan`. */
  readonly name: string;
  readonly summary: string;
  /** RFC or other specification. */
  readonly link: string;
  readonly linkTypes?: readonly number[];
  readonly etherTypes?: readonly number[];
  /** IP protocol numbers, over IPv4 and IPv6. */
  readonly ipv4Protocols?: readonly number[];
  readonly ipv6Protocols?: readonly number[];
  /** Types that only `LayerContext.tunnel` hands over. */
  readonly tunnelTypes?: readonly number[];
  /** Default UDP ports, looked for at both ends; the configuration may change or disable them. */
  readonly udpPorts?: readonly number[] | 'any';
  /** Ports only count as destination. */
  readonly udpDestinationOnly?: boolean;
  /** UDP layers are tried in ascending order. */
  readonly udpOrder?: number;
  readonly decode: LayerDecode;
}

/** Identity with a type: what a layer file exports by default. */
export function defineLayer(definition: LayerDefinition): LayerDefinition {
  return definition;
}

/** Notes an anomaly that makes the packet unusable beyond this layer. */
export function markInvalid(p: Packet, anomaly: number): void {
  p.addAnomaly(anomaly);
  p.flags |= PacketFlag.invalid;
}
