// The ports of a packet quoted in an ICMP error: the first bytes of its transport header, if they are there.

import type { Packet } from '../framework/packet.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import { u16 } from '../wire/read.ts';

export function readEmbeddedPorts(p: Packet, o: number, end: number): void {
  p.embeddedSp = 0;
  p.embeddedDp = 0;
  if (end - o < 4) return;
  const proto = p.embeddedProto;
  if (proto !== IpProtocol.tcp && proto !== IpProtocol.udp && proto !== IpProtocol.sctp) return;
  p.embeddedSp = u16(p.data, o);
  p.embeddedDp = u16(p.data, o + 2);
}
