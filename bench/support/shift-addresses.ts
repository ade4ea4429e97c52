// Shifts the addresses of a captured Ethernet frame, checksums corrected incrementally (RFC 1624): other flows, same traffic.

import { u16 } from '../../src/wire/read.ts';

const ETHERNET_HEADER = 14;
const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
/** The octet that differs between copies: private networks of all sizes stay what they are. */
const IPV4_OCTET = 2;
/** The last octet of the 64-bit network prefix. */
const IPV6_OCTET = 7;

/** Adds the difference of one changed byte to a checksum field; `isHigh`: the byte is the first of its 16-bit word. */
function adjust(data: Uint8Array, at: number, before: number, after: number, isHigh: boolean): void {
  const shift = isHigh ? 8 : 0;
  let sum = (~u16(data, at) & 0xffff) + (~(before << shift) & 0xffff) + (after << shift);
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  data[at] = (~sum >>> 8) & 0xff;
  data[at + 1] = ~sum & 0xff;
}

/** Offset of the checksum that covers the addresses by a pseudo header, -1 without one. */
function transportChecksumAt(data: Uint8Array, protocol: number, o: number, end: number): number {
  if (protocol === TCP) return o + 18 <= end ? o + 16 : -1;
  if (protocol === UDP) return o + 8 <= end && u16(data, o + 6) !== 0 ? o + 6 : -1;
  return protocol === ICMPV6 && o + 4 <= end ? o + 2 : -1;
}

/** Changes one octet of an address and every checksum (offset or -1) that covers it. */
function shiftOctet(data: Uint8Array, at: number, by: number, isHigh: boolean, sums: readonly number[]): void {
  const before = data[at]!;
  const after = before ^ by;
  data[at] = after;
  for (const sum of sums) if (sum >= 0) adjust(data, sum, before, after, isHigh);
}

/** Broadcast, multicast and unspecified addresses mean the same to everybody. */
function isHost4(data: Uint8Array, at: number): boolean {
  return data[at]! !== 0 && data[at]! < 224;
}

function shiftIpv4(data: Uint8Array, o: number, end: number, by: number): void {
  const headerLength = (data[o]! & 15) * 4;
  if (data[o]! >> 4 !== 4 || headerLength < 20 || o + headerLength > end) return;
  const protocol = data[o + 9]!;
  const isFirst = (u16(data, o + 6) & 0x1fff) === 0;
  const payload = o + headerLength;
  const sums = [o + 10, isFirst ? transportChecksumAt(data, protocol, payload, end) : -1];
  for (const at of [o + 12, o + 16]) {
    if (isHost4(data, at)) shiftOctet(data, at + IPV4_OCTET, by, true, sums);
  }
  // What an ICMP error quotes: its header's checksum makes up for the addresses, so the outer checksum holds.
  if (isFirst && protocol === ICMP && [3, 4, 5, 11, 12].includes(data[payload]!) && payload + 28 <= end) {
    shiftIpv4(data, payload + 8, end, by);
  }
}

/** @param quotedIn offset of the ICMPv6 checksum that covers this packet because an error quotes it, -1 without */
function shiftIpv6(data: Uint8Array, o: number, end: number, by: number, quotedIn: number): void {
  if (o + 40 > end || data[o]! >> 4 !== 6) return;
  const protocol = data[o + 6]!;
  const payload = o + 40;
  const sums = quotedIn < 0 ? [transportChecksumAt(data, protocol, payload, end)] : [quotedIn];
  for (const at of [o + 8, o + 24]) {
    if (data[at]! !== 0xff) shiftOctet(data, at + IPV6_OCTET, by, false, sums);
  }
  if (quotedIn < 0 && protocol === ICMPV6 && data[payload]! >= 1 && data[payload]! <= 4) {
    shiftIpv6(data, payload + 8, end, by, payload + 2);
  }
}

/** Changes the addresses of the frame at [o, end) in place; frames that are not IP stay as they are. */
export function shiftAddresses(data: Uint8Array, o: number, end: number, by: number): void {
  let at = o + ETHERNET_HEADER;
  if (by === 0 || at > end) return;
  let type = u16(data, at - 2);
  while (VLAN_TYPES.includes(type) && at + 4 <= end) {
    type = u16(data, at + 2);
    at += 4;
  }
  if (type === IPV4 && at + 20 <= end) shiftIpv4(data, at, end, by);
  else if (type === IPV6) shiftIpv6(data, at, end, by, -1);
}
