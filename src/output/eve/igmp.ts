// EVE `igmp` and `rgmp`: what an IGMP packet that alerted is.
import type { Packet } from '../../framework/packet.ts';
import { Igmp } from '../../wire/igmp.ts';

/** `,"igmp":{...}` or `,"rgmp":{...}` of an IGMP packet whose header is whole, else ''. */
export function igmpText(p: Packet): string {
  if (p.l4Offset < 0) return '';
  const type = String(p.igmpType);
  const version = Igmp.version(p.data, p.l4Offset, p.l3End);
  if (version === 0) return `,"rgmp":{"type":${type}}`;
  return `,"igmp":{"type":${type}${version < 0 ? '' : `,"version":${String(version)}`}}`;
}
