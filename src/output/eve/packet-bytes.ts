// EVE `packet` and `packet_info`: the packet itself in base64 with its link type.
import { base64 } from '../../base/json-text.ts';
import { linkTypeName } from '../text/link-type.ts';
import { PacketFlag } from '../../framework/packet.ts';
import type { Packet } from '../../framework/packet.ts';

// packets out of tunnels begin with their network header; rebuilt ones have the link layer of their fragments
const LINKTYPE_RAW = 12;

/** `,"packet":"...","packet_info":{...}`; at most `limit` bytes. */
export function packetBytes(p: Packet, limit = Infinity): string {
  const length = Math.min(p.end - p.start, limit);
  const link = (p.flags & PacketFlag.tunnelInner) !== 0 ? LINKTYPE_RAW : p.linkType;
  const name = linkTypeName(link);
  const named = name === undefined ? '' : `,"linktype_name":"${name}"`;
  return `,"packet":"${base64(p.data, p.start, length)}","packet_info":{"linktype":${String(link)}${named}}`;
}
