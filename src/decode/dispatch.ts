// DispatchTables: which layer decodes what, by link type, Ethernet type, IP protocol and UDP port; made once.

import type { LayerDecode, LayerDefinition } from '../framework/layer.ts';
import type { DecoderOptions } from './options.ts';
import { decodeVlan } from './vlan.ts';
import { decodeIcmpv4 } from './icmpv4.ts';
import { decodeIcmpv6 } from './icmpv6.ts';
import { EtherType } from '../wire/ethernet.ts';
import { IpProtocol } from '../wire/ipv4.ts';

/** At most this many UDP layers: they are bits of a small integer per port. */
const MAX_UDP_LAYERS = 8;
const PORTS = 65_536;

type Select = (layer: LayerDefinition) => readonly number[] | undefined;

export class DispatchTables {
  private readonly decoders: (LayerDecode | null)[] = [null];
  private readonly etherTypes = new Uint8Array(65_536);
  private readonly ipv4Protocols = new Uint8Array(256);
  private readonly ipv6Protocols = new Uint8Array(256);
  private readonly linkTypes = new Uint8Array(512);
  private readonly tunnelTypes: Int32Array;
  private readonly tunnelDecoders: LayerDecode[] = [];
  private readonly udpBits = new Uint8Array(PORTS);
  /** Layers that are looked for at the source port too. */
  private udpAnyEnd = 0;
  private readonly udpDecoders: LayerDecode[] = [];

  constructor(layers: readonly LayerDefinition[], options: DecoderOptions) {
    const vlan = this.add(decodeVlan);
    for (const type of [EtherType.vlan, EtherType.qinq, EtherType.qinqOld]) this.etherTypes[type] = vlan;
    this.ipv4Protocols[IpProtocol.icmp] = this.add(decodeIcmpv4);
    this.ipv6Protocols[IpProtocol.icmpv6] = this.add(decodeIcmpv6);
    this.register(layers, this.etherTypes, (layer) => layer.etherTypes);
    this.register(layers, this.ipv4Protocols, (layer) => layer.ipv4Protocols);
    this.register(layers, this.ipv6Protocols, (layer) => layer.ipv6Protocols);
    this.register(layers, this.linkTypes, (layer) => layer.linkTypes);
    this.tunnelTypes = this.registerTunnels(layers);
    this.registerUdp(layers, options);
  }

  private add(decode: LayerDecode): number {
    return this.decoders.push(decode) - 1;
  }

  private register(layers: readonly LayerDefinition[], table: Uint8Array, select: Select): void {
    for (const layer of layers) {
      const numbers = select(layer);
      if (numbers === undefined) continue;
      const index = this.add(layer.decode);
      for (const n of numbers) table[n] = index;
    }
  }

  private registerTunnels(layers: readonly LayerDefinition[]): Int32Array {
    const types: number[] = [];
    for (const layer of layers) {
      for (const type of layer.tunnelTypes ?? []) {
        types.push(type);
        this.tunnelDecoders.push(layer.decode);
      }
    }
    return Int32Array.from(types);
  }

  private registerUdp(layers: readonly LayerDefinition[], options: DecoderOptions): void {
    const overUdp = layers.filter((layer) => layer.udpPorts !== undefined);
    overUdp.sort((a, b) => (a.udpOrder ?? 0) - (b.udpOrder ?? 0));
    if (overUdp.length > MAX_UDP_LAYERS) throw new RangeError(`more than ${MAX_UDP_LAYERS} layers over UDP`);
    for (const layer of overUdp) {
      const configured = options.udpLayers[layer.name];
      const bit = 1 << (this.udpDecoders.push(layer.decode) - 1);
      if (layer.udpDestinationOnly !== true) this.udpAnyEnd |= bit;
      if (configured?.enabled === false) continue;
      const ports = configured?.ports ?? layer.udpPorts!;
      if (ports === 'any') for (let port = 0; port < PORTS; port++) this.udpBits[port]! |= bit;
      else for (const port of ports) this.udpBits[port]! |= bit;
    }
  }

  link(type: number): LayerDecode | null {
    return type >= 0 && type < this.linkTypes.length ? this.decoders[this.linkTypes[type]!]! : null;
  }

  etherType(type: number): LayerDecode | null {
    return this.decoders[this.etherTypes[type & 0xffff]!]!;
  }

  ipv4Protocol(protocol: number): LayerDecode | null {
    return this.decoders[this.ipv4Protocols[protocol]!]!;
  }

  ipv6Protocol(protocol: number): LayerDecode | null {
    return this.decoders[this.ipv6Protocols[protocol]!]!;
  }

  tunnelType(type: number): LayerDecode | null {
    const index = this.tunnelTypes.indexOf(type);
    return index < 0 ? null : this.tunnelDecoders[index]!;
  }

  /** Bits of the UDP layers to try for a packet between these ports. */
  udpMask(sp: number, dp: number): number {
    return (this.udpBits[sp]! & this.udpAnyEnd) | this.udpBits[dp]!;
  }

  udpDecode(bit: number): LayerDecode {
    return this.udpDecoders[bit]!;
  }
}
