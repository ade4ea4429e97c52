// Signature groups: which signatures a packet of a transport protocol and direction can match at all.

import type { Packet } from '../../framework/packet.ts';
import { PacketFlag } from '../../framework/packet.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { Signature } from '../../framework/signature.ts';
import { GroupPrefilter } from './prefilter.ts';
import type { MakeMatcher } from './prefilter.ts';

const PROTOCOLS: Readonly<Record<string, readonly number[]>> = {
  tcp: [1],
  'tcp-pkt': [1],
  'tcp-stream': [1],
  udp: [2],
  icmp: [3],
  icmpv4: [3],
  icmpv6: [3],
  sctp: [4],
  igmp: [4],
  ether: [0, 1, 2, 3, 4],
  arp: [0],
  pkthdr: [0, 1, 2, 3, 4],
};
const EVERY_IP = [1, 2, 3, 4];
const COLUMNS = 5;

/** 0: no IP, 1: TCP, 2: UDP, 3: ICMP of either version, 4: everything else over IP. */
function columnOf(proto: number): number {
  if (proto === 6) return 1;
  if (proto === 17) return 2;
  if (proto === 1 || proto === 58) return 3;
  return proto < 0 ? 0 : 4;
}

export class SignatureGroups {
  /** By column and direction: 0 without flow, 1 to server, 2 to client. Lists keep evaluation order. */
  private readonly lists: Signature[][] = [];
  private readonly groups: readonly GroupPrefilter[];
  /** Signatures for packets that did not decode. */
  private readonly decoderEvents: GroupPrefilter;
  private readonly nothing: GroupPrefilter;

  constructor(signatures: readonly Signature[], make: MakeMatcher) {
    for (let i = 0; i < COLUMNS * 3; i++) this.lists.push([]);
    for (const signature of signatures) this.add(signature);
    this.groups = this.lists.map((list) => new GroupPrefilter(list, make));
    this.decoderEvents = new GroupPrefilter(
      signatures.filter((signature) => signature.type === 'de_only'),
      make,
    );
    this.nothing = new GroupPrefilter([], make);
  }

  private add(signature: Signature): void {
    const { flags } = signature;
    const wants = flags & (SigFlag.toServer | SigFlag.toClient);
    for (const column of PROTOCOLS[signature.protocol.toLowerCase()] ?? EVERY_IP) {
      if (wants === 0) this.lists[column * 3]!.push(signature);
      if (wants !== SigFlag.toClient) this.lists[column * 3 + 1]!.push(signature);
      if (wants !== SigFlag.toServer) this.lists[column * 3 + 2]!.push(signature);
    }
  }

  of(p: Packet): GroupPrefilter {
    if ((p.flags & PacketFlag.invalid) !== 0) return p.anomalyCount === 0 ? this.nothing : this.decoderEvents;
    const direction = (p.flags & PacketFlag.toServer) !== 0 ? 1 : (p.flags & PacketFlag.toClient) !== 0 ? 2 : 0;
    return this.groups[columnOf(p.proto) * 3 + direction]!;
  }
}
