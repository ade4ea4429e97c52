// The header that a packet socket puts before each packet when asked (virtio 1.2 section 5.1.6, linux/virtio_net.h):
// checksums that are still to be set, and packets that are still to be cut up. Numbers are in the order of the machine.

import { hostU16, putHostU16 } from './netlink.ts';

export const VIRTIO_NET_HEADER_LENGTH = 10;

/** Bit of the flags: the checksum is not set, but that of the pseudo header is in its place. */
const NEEDS_CHECKSUM = 1;

export const VirtioNet = {
  needsChecksum: (data: Uint8Array, o: number): boolean => (data[o]! & NEEDS_CHECKSUM) !== 0,
  /** What the packet is to be cut up as; 0: it is one packet. */
  segmentation: (data: Uint8Array, o: number): number => data[o + 1]!,
  headerLength: (data: Uint8Array, o: number): number => hostU16(data, o + 2),
  /** Where what is summed begins, and where the sum goes, behind that. */
  checksumStart: (data: Uint8Array, o: number): number => hostU16(data, o + 6),
  checksumOffset: (data: Uint8Array, o: number): number => hostU16(data, o + 8),
} as const;

/** The packet got so many more bytes before what the header speaks of. */
export function lengthenHeaders(data: Uint8Array, o: number, bytes: number): void {
  const length = VirtioNet.headerLength(data, o);
  if (length > 0) putHostU16(data, o + 2, length + bytes);
  if (VirtioNet.needsChecksum(data, o)) putHostU16(data, o + 6, VirtioNet.checksumStart(data, o) + bytes);
}
