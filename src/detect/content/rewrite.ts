// Bytes of a payload overwritten in place (`replace`), with the checksum of the transport kept right (RFC 1624).

import { PacketFlag } from '../../framework/packet.ts';
import type { Packet } from '../../framework/packet.ts';
import { checksum, transportChecksum } from '../../wire/checksum.ts';
import { putU16 } from '../../wire/read.ts';

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMP6 = 58;

/** Where the checksum lies in the transport header, -1 for a transport whose checksum cannot be mended. */
function checksumOffset(proto: number): number {
  if (proto === TCP) return 16;
  if (proto === UDP) return 6;
  return proto === ICMP || proto === ICMP6 ? 2 : -1;
}

/** Packets put together from fragments, and those inside tunnels, are not what goes out: they stay. */
const NOT_ON_THE_WIRE = PacketFlag.reassembled | PacketFlag.tunnelInner;

/**
 * Writes the bytes over the payload from `at` (an offset in `p.data`) on, and marks the packet as modified.
 * False, with nothing written, when they do not lie inside the payload or the packet is not one that is sent on.
 */
export function rewritePayload(p: Packet, at: number, bytes: Uint8Array): boolean {
  const field = checksumOffset(p.proto);
  if (field < 0 || (p.flags & NOT_ON_THE_WIRE) !== 0) return false;
  if (at < p.payloadOffset || at + bytes.length > p.payloadOffset + p.payloadLength) return false;
  const { data } = p;
  const place = p.l4Offset + field;
  const old = (data[place]! << 8) | data[place + 1]!;
  const hasChecksum = p.proto !== UDP || old !== 0;
  let sum = ~old & 0xffff;
  for (let i = 0; i < bytes.length; i++) {
    const shift = ((at + i - p.l4Offset) & 1) === 0 ? 8 : 0;
    sum += (~(data[at + i]! << shift) & 0xffff) + (bytes[i]! << shift);
    data[at + i] = bytes[i]!;
  }
  if ((p.flags & PacketFlag.hasNoChecksum) !== 0) computeChecksum(p, place);
  else if (hasChecksum) writeChecksum(p, place, sum);
  p.flags |= PacketFlag.modified;
  return true;
}

/** The sender left it to its network card: nobody computes it for a packet that was changed. */
function computeChecksum(p: Packet, place: number): void {
  putU16(p.data, place, 0);
  const isV4 = p.ipVersion === 4;
  const addresses = p.l3Offset + (isV4 ? 12 : 8);
  const value =
    p.proto === ICMP
      ? checksum(p.data, p.l4Offset, p.l3End)
      : transportChecksum(p.data, addresses, isV4 ? 4 : 16, p.proto, p.l4Offset, p.l3End);
  putU16(p.data, place, value === 0 && p.proto === UDP ? 0xffff : value);
  p.flags &= ~PacketFlag.hasNoChecksum;
}

function writeChecksum(p: Packet, place: number, sum: number): void {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  let value = ~folded & 0xffff;
  // zero would say that there is none
  if (value === 0 && p.proto === UDP) value = 0xffff;
  p.data[place] = value >>> 8;
  p.data[place + 1] = value & 0xff;
}
