// Rebuilding: copies the fragments of a complete tracker into one packet and mends its IP header.

import { IPV4_HEADER_LENGTH, IpProtocol, Ipv4 } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../wire/ipv6.ts';
import { putU16 } from '../wire/read.ts';
import { newFragmentWins } from './policy.ts';
import type { Fragment, Tracker } from './tracker.ts';

const MAX_PACKET = 65_536;
/** Which fragment, by arrival, owns each byte; only used for trackers with overlaps. */
const owners = new Int32Array(MAX_PACKET);
const starts = new Int32Array(8192);
const ends = new Int32Array(8192);
const lasts = new Uint8Array(8192);

/** Bytes of the rebuilt packet, link headers of the first fragment included. */
export function rebuiltLength(t: Tracker): number {
  return t.head!.prefix + t.total;
}

/** Writes the packet at `target`, which has room for it, and returns the offset of its IP header. */
export function rebuild(data: Uint8Array, t: Tracker, target: number): number {
  const head = t.head!;
  const l3 = target + t.l3Delta;
  const payload = target + head.prefix;
  data.copyWithin(target, head.block, head.block + head.prefix);
  if (t.hasOverlap) copyOverlapping(data, t, payload);
  else copyPlain(data, t, payload);
  if (t.version === 4) mendIpv4(data, l3, payload - l3 + t.total);
  else mendIpv6(data, l3, payload - l3 - IPV6_HEADER_LENGTH + t.total, target + t.nextHeaderDelta, t.nextHeader);
  return l3;
}

function copyPlain(data: Uint8Array, t: Tracker, payload: number): void {
  for (let f: Fragment | null = t.first; f !== null; f = f.next) {
    const end = Math.min(f.end, t.total);
    const from = f.block + f.prefix;
    if (end > f.offset) data.copyWithin(payload + f.offset, from, from + end - f.offset);
  }
}

function copyOverlapping(data: Uint8Array, t: Tracker, payload: number): void {
  owners.fill(-1, 0, t.total);
  let index = 0;
  for (let f: Fragment | null = t.first; f !== null && index < starts.length; f = f.next, index++) {
    starts[index] = f.offset;
    ends[index] = f.end;
    lasts[index] = f.isLast ? 1 : 0;
    const from = f.block + f.prefix - f.offset;
    const end = Math.min(f.end, t.total);
    let isFirst = true;
    for (let o = f.offset; o < end; o++) {
      const owner = owners[o]!;
      if (owner >= 0 && !takesOver(t.policy, owner, f)) continue;
      if (isFirst) starts[index] = o; // what it did not win is cut off
      isFirst = false;
      owners[o] = index;
      data[payload + o] = data[from + o]!;
    }
  }
}

/** A last fragment ends the packet: those that begin after it have no say, whatever the policy. */
function takesOver(policy: number, owner: number, f: Fragment): boolean {
  const start = starts[owner]!;
  if (lasts[owner] === 1 && start < f.offset) return false;
  if (f.isLast && f.offset < start) return true;
  return newFragmentWins(policy, start, ends[owner]!, f.offset, f.end);
}

/** Length, fragment field, and the checksum by their difference: a wrong one stays wrong (RFC 1624). */
function mendIpv4(data: Uint8Array, o: number, length: number): void {
  let sum = (~Ipv4.checksum(data, o) & 0xffff) + (~Ipv4.totalLength(data, o) & 0xffff) + length;
  const fragment = Ipv4.flagsAndOffset(data, o);
  sum += ~fragment & 0xffff;
  putU16(data, o + 2, length);
  putU16(data, o + 6, 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  putU16(data, o + 10, ~sum & 0xffff);
}

function mendIpv6(data: Uint8Array, o: number, length: number, nextHeaderAt: number, nextHeader: number): void {
  putU16(data, o + 4, length);
  data[nextHeaderAt] = nextHeader;
}

/** Whether the rebuilt packet fits its own length field. */
export function isLengthValid(t: Tracker): boolean {
  const headers = t.head!.prefix - t.l3Delta;
  return t.version === 4
    ? headers >= IPV4_HEADER_LENGTH && headers + t.total < MAX_PACKET
    : headers - IPV6_HEADER_LENGTH + t.total < MAX_PACKET;
}

/** Offset of the byte that names the fragment header: in the IPv6 header or the last one before it. */
export function precedingNextHeader(data: Uint8Array, l3: number, fragmentHeader: number): number {
  let at = l3 + 6;
  let header = l3 + IPV6_HEADER_LENGTH;
  let type = data[at]!;
  while (header < fragmentHeader) {
    at = header;
    const units = data[header + 1]!;
    header += type === IpProtocol.auth ? (units + 2) << 2 : (units + 1) << 3;
    type = data[at]!;
  }
  return at;
}
