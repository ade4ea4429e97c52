// Flow key: what makes two packets one flow, and its hash. Both directions of a tuple give the same hash.

import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';

/** Mixes one word into a hash (the finalizer steps of MurmurHash3). */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** The part of the key that is the same in both directions. */
export interface FlowKeyOptions {
  /** `vlan.use-for-tracking` */
  readonly usesVlan: boolean;
  /** `livedev.use-for-tracking` */
  readonly usesDevice: boolean;
  /** `decoder.recursion-level.use-for-tracking` */
  readonly usesRecursion: boolean;
}

/**
 * The tuple of a packet in the words a flow record holds. One reused instance per table; `seed` makes the hash
 * unpredictable to the sender of the traffic.
 */
export class FlowKey {
  src0 = 0;
  src1 = 0;
  src2 = 0;
  src3 = 0;
  dst0 = 0;
  dst1 = 0;
  dst2 = 0;
  dst3 = 0;
  /** Source port << 16 | destination port, and the same seen from the other side. */
  ports = 0;
  portsReversed = 0;
  protoVersion = 0;
  vlan01 = 0;
  vlan2 = 0;
  /** The network of a mirror; -1 for the inside of a tunnel, whose two directions may have one each. */
  vni = -1;
  device = 0;
  hash = 0;
  private readonly options: FlowKeyOptions;
  private readonly seed: number;

  constructor(options: FlowKeyOptions, seed: number) {
    this.options = options;
    this.seed = seed | 0;
  }

  /** Reads the tuple of p. @param sp, dp the ports, or what stands for them (ICMP type and code) */
  fromPacket(p: Packet, sp: number, dp: number): void {
    this.src0 = p.src0;
    this.src1 = p.src1;
    this.src2 = p.src2;
    this.src3 = p.src3;
    this.dst0 = p.dst0;
    this.dst1 = p.dst1;
    this.dst2 = p.dst2;
    this.dst3 = p.dst3;
    this.setRest(p, p.ipVersion, p.proto, sp, dp);
  }

  /** Reads the tuple of the packet that an ICMP error quotes. */
  fromEmbedded(p: Packet): void {
    this.src0 = p.embeddedSrc0;
    this.src1 = p.embeddedSrc1;
    this.src2 = p.embeddedSrc2;
    this.src3 = p.embeddedSrc3;
    this.dst0 = p.embeddedDst0;
    this.dst1 = p.embeddedDst1;
    this.dst2 = p.embeddedDst2;
    this.dst3 = p.embeddedDst3;
    this.setRest(p, p.embeddedVersion, p.embeddedProto, p.embeddedSp, p.embeddedDp);
  }

  private setRest(p: Packet, version: number, proto: number, sp: number, dp: number): void {
    const { usesVlan, usesDevice, usesRecursion } = this.options;
    this.ports = (sp << 16) | dp;
    this.portsReversed = (dp << 16) | sp;
    this.protoVersion = (proto & 0xff) | (version << 8) | (usesRecursion ? p.recursion << 16 : 0);
    this.vlan01 = usesVlan ? vlan01Of(p) : 0;
    this.vlan2 = usesVlan ? vlan2Of(p) : 0;
    this.vni = (p.flags & PacketFlag.tunnelInner) === 0 ? p.vni : -1;
    this.device = usesDevice ? p.device : 0;
    this.hash = this.computeHash(version);
  }

  /** Orders the two ends so that the direction does not matter. */
  private computeHash(version: number): number {
    let low: number;
    let high: number;
    let h = mix(this.seed, this.protoVersion);
    if (version === 6) {
      const source = mix(mix(mix(this.src0, this.src1), this.src2), this.src3);
      const target = mix(mix(mix(this.dst0, this.dst1), this.dst2), this.dst3);
      low = source < target ? source : target;
      high = source < target ? target : source;
    } else {
      low = this.src0 < this.dst0 ? this.src0 : this.dst0;
      high = this.src0 < this.dst0 ? this.dst0 : this.src0;
    }
    h = mix(mix(h, low), high);
    h = mix(h, this.ports < this.portsReversed ? this.ports : this.portsReversed);
    h = mix(h, this.vlan01 ^ Math.imul(this.vlan2, 31));
    return finish(mix(h, this.vni ^ Math.imul(this.device, 31)));
  }
}

/** First and second VLAN in one word. */
export function vlan01Of(p: Packet): number {
  return (p.vlanCount > 0 ? p.vlan0 : 0) | (p.vlanCount > 1 ? p.vlan1 << 16 : 0);
}

/** Third VLAN and the number of tags in one word. */
export function vlan2Of(p: Packet): number {
  return (p.vlanCount > 2 ? p.vlan2 : 0) | (p.vlanCount << 16);
}
