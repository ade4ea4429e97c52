// ChecksumVerifier: marks TCP packets with a wrong checksum, as `-k` and `checksum-checks` ask; one per worker.

import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { checksum, transportChecksum } from '../wire/checksum.ts';
import { IpProtocol } from '../wire/ipv4.ts';

/** `auto`: the first packets are checked; when many of them fail, the sender's network card computes them later. */
export type ChecksumMode = 'all' | 'none' | 'auto';

const SAMPLE = 1000;
/** More than one in so many wrong: checking is given up. */
const TOLERATED = 10;
const IPV4_ADDRESSES = 12;
const IPV6_ADDRESSES = 8;

export class ChecksumVerifier {
  // By the number of the interface, as packets have it.
  private readonly isChecking: Uint8Array;
  private readonly isSampling: Uint8Array;
  private readonly seen: Int32Array;
  private readonly wrong: Int32Array;

  /** @param modes of the interfaces; the first holds for all behind the last */
  constructor(modes: readonly ChecksumMode[]) {
    this.isChecking = Uint8Array.from(modes, (mode) => (mode === 'none' ? 0 : 1));
    this.isSampling = Uint8Array.from(modes, (mode) => (mode === 'auto' ? 1 : 0));
    this.seen = new Int32Array(modes.length);
    this.wrong = new Int32Array(modes.length);
  }

  /** Sets `badChecksum` where it is due. Call it once per packet of the capture, inner packets included. */
  verify(p: Packet): void {
    const i = p.device < this.seen.length ? p.device : 0;
    if (this.isChecking[i] === 0) return;
    if (this.isSampling[i] !== 0 && p.parent === null && ++this.seen[i]! === SAMPLE) {
      this.isSampling[i] = 0; // once, however many packets come
      if (this.wrong[i]! * TOLERATED > SAMPLE) {
        this.isChecking[i] = 0;
        return;
      }
    }
    if (p.proto === IpProtocol.tcp && p.l4Offset >= 0 && !hasValidTransportChecksum(p)) {
      p.flags |= PacketFlag.badChecksum;
      this.wrong[i]!++;
    }
  }
}

export function hasValidIpv4Checksum(p: Packet): boolean {
  return checksum(p.data, p.l3Offset, p.l3Offset + p.l3HeaderLength) === 0;
}

/** True also for a transport without a checksum that could be verified here, and for UDP over IPv4 that sent none. */
export function hasValidTransportChecksum(p: Packet): boolean {
  const o = p.l4Offset;
  if (o < 0 || ((p.flags | (p.parent?.flags ?? 0)) & PacketFlag.hasNoChecksum) !== 0) return true;
  switch (p.proto) {
    case IpProtocol.tcp:
    case IpProtocol.icmpv6:
      return withPseudoHeader(p, o, p.l3End) === 0;
    case IpProtocol.udp:
      if (p.ipVersion === 4 && p.data[o + 6] === 0 && p.data[o + 7] === 0) return true;
      return withPseudoHeader(p, o, o + p.udpLength) === 0;
    case IpProtocol.icmp:
    case IpProtocol.igmp:
      return checksum(p.data, o, p.l3End) === 0;
    default:
      return true;
  }
}

function withPseudoHeader(p: Packet, o: number, end: number): number {
  if (p.ipVersion === 4) return transportChecksum(p.data, p.l3Offset + IPV4_ADDRESSES, 4, p.proto, o, end);
  return transportChecksum(p.data, p.l3Offset + IPV6_ADDRESSES, 16, p.proto, o, end);
}
