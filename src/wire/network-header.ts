// networkHeader: where the outermost IP header of a packet begins, found without decoding it.

import { EtherType } from './ethernet.ts';
import { u16 } from './read.ts';

/** It is not IP, or not in a link layer that is looked through here. */
export const NO_NETWORK_HEADER = -1;
/** Link types (LINKTYPE_* of tcpdump.org) whose IP header is found here. */
const LinkType = { null: 0, ethernet: 1, raw: 101, loop: 108, sll: 113, ipv4: 228, ipv6: 229, sll2: 276 } as const;
const OLD_RAW = [12, 14];
const MAX_TAGS = 4;
const MAX_LABELS = 8;

/** Steps over VLAN tags, MPLS labels and PPPoE. @returns the offset, or NO_NETWORK_HEADER; it may be the end of the packet */
export function networkHeader(data: Uint8Array, start: number, end: number, linkType: number): number {
  switch (linkType) {
    case LinkType.ethernet:
      return start + 14 <= end ? afterType(data, start + 12, end) : NO_NETWORK_HEADER;
    case LinkType.sll:
      return start + 16 <= end ? afterType(data, start + 14, end) : NO_NETWORK_HEADER;
    case LinkType.sll2:
      return start + 20 <= end && isIpType(u16(data, start)) ? start + 20 : NO_NETWORK_HEADER;
    case LinkType.raw:
    case LinkType.ipv4:
    case LinkType.ipv6:
      return start;
    case LinkType.null:
    case LinkType.loop:
      return start + 4;
    default:
      return OLD_RAW.includes(linkType) ? start : NO_NETWORK_HEADER;
  }
}

function isIpType(type: number): boolean {
  return type === EtherType.ipv4 || type === EtherType.ipv6;
}

/** Steps over VLAN tags, MPLS labels and PPPoE. @param at place of the type */
function afterType(data: Uint8Array, at: number, end: number): number {
  for (let tags = 0; tags <= MAX_TAGS && at + 2 <= end; tags++) {
    const type = u16(data, at);
    if (isIpType(type)) return at + 2;
    if (type === EtherType.mplsUnicast || type === EtherType.mplsMulticast) return afterLabels(data, at + 2, end);
    if (type === EtherType.pppoeSession) return at + 2 + 8;
    if (type !== EtherType.vlan && type !== EtherType.qinq && type !== EtherType.qinqOld) return NO_NETWORK_HEADER;
    at += 4;
  }
  return NO_NETWORK_HEADER;
}

function afterLabels(data: Uint8Array, at: number, end: number): number {
  for (let labels = 0; labels < MAX_LABELS && at + 4 <= end; labels++, at += 4)
    if ((data[at + 2]! & 1) !== 0) return at + 4;
  return NO_NETWORK_HEADER;
}
