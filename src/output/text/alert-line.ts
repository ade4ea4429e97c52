// An alert in one line, as fast.log and the system log have it.
import { isIcmp, protocolName } from './protocol-name.ts';
import { packetDestination, packetSource } from './addresses.ts';
import type { Packet } from '../../framework/packet.ts';
import type { Signature } from '../../framework/signature.ts';

const RAW_BYTES = 32;

/** `[1:2:3]` */
export function ruleNumber({ gid, sid, rev }: Signature): string {
  return `[${String(gid)}:${String(sid)}:${String(rev)}]`;
}

export function ruleMessage({ msg }: Signature): string {
  return msg === '' ? '(null)' : msg;
}

/** Its class and priority. */
export function ruleWeight({ category, priority }: Signature): string {
  return `[Classification: ${category === '' ? '(null)' : category}] [Priority: ${String(priority)}]`;
}

export function tupleText(p: Packet): string {
  if (p.ipVersion === 0) return rawText(p);
  // ICMP shows type and code where others have ports
  const a = isIcmp(p.proto) ? p.icmpType : p.sp;
  const b = isIcmp(p.proto) ? p.icmpCode : p.dp;
  return `{${protocolName(p.proto)}} ${packetSource(p)}:${String(a)} -> ${packetDestination(p)}:${String(b)}`;
}

function rawText(p: Packet): string {
  let hex = '';
  const end = Math.min(p.end, p.start + RAW_BYTES);
  for (let i = p.start; i < end; i++) hex += `${p.data[i]!.toString(16).toUpperCase().padStart(2, '0')} `;
  const place = p.number > 0 ? ` [pcap file packet: ${String(p.number)}]` : '';
  return `[**] [Raw pkt: ${hex}]${place}`;
}
