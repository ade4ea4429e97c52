// Header values of a packet, as `drop` and `stream_tcp` tell them.
import { isIcmp } from '../text/protocol-name.ts';
import type { Packet } from '../../framework/packet.ts';

// the length that the IP header gives; IPv6's counts the payload only
export function lengthOf(p: Packet): number {
  if (p.ipVersion === 0) return p.end - p.start;
  const at = p.l3Offset;
  const field = p.ipVersion === 6 ? at + 4 : at + 2;
  return (p.data[field]! << 8) | p.data[field + 1]!;
}

export function networkText(p: Packet): string {
  if (p.ipVersion === 4) return `,"tos":${String(p.tos)},"ttl":${String(p.ttl)},"ipid":${String(p.ipId)}`;
  if (p.ipVersion !== 6) return '';
  return `,"tc":${String(p.tos)},"hoplimit":${String(p.ttl)},"flowlbl":${String(p.ip6FlowLabel)}`;
}

export function transportText(p: Packet): string {
  if (p.l4Offset < 0) return '';
  if (p.proto === 17) return `,"udplen":${String(p.udpLength)}`;
  if (isIcmp(p.proto)) return p.icmpHasId === 0 ? '' : `,"icmp_id":${String(p.icmpId)},"icmp_seq":${String(p.icmpSeq)}`;
  return p.proto === 6 ? tcpText(p) : '';
}

export function tcpText(p: Packet): string {
  const has = (bit: number): string => String((p.tcpFlags & bit) !== 0);
  return (
    `,"tcpseq":${String(p.tcpSeq >>> 0)},"tcpack":${String(p.tcpAck >>> 0)},"tcpwin":${String(p.tcpWindow)}` +
    `,"syn":${has(2)},"ack":${has(16)},"psh":${has(8)},"rst":${has(4)},"urg":${has(32)},"fin":${has(1)}` +
    `,"tcpres":${String(p.tcpReserved)},"tcpurgp":${String(p.tcpUrgentPointer)}`
  );
}
