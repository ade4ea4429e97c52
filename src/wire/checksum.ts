// Internet checksums (RFC 1071) over offsets: IPv4 header, and transport with the pseudo header (RFC 9293, 768, 8200).

/** Bytes per round of the summing loop. */
const ROUND = 8;

/** Sum of the 16-bit words of [o, end), not yet folded; an odd last byte counts as the high half. */
export function sumWords(data: Uint8Array, o: number, end: number): number {
  let high = 0;
  let low = 0;
  for (const stop = end - ROUND; o <= stop; o += ROUND) {
    high += data[o]! + data[o + 2]! + data[o + 4]! + data[o + 6]!;
    low += data[o + 1]! + data[o + 3]! + data[o + 5]! + data[o + 7]!;
  }
  for (; o + 1 < end; o += 2) {
    high += data[o]!;
    low += data[o + 1]!;
  }
  if (o < end) high += data[o]!;
  return (high << 8) + low;
}

/** One's complement of the folded sum. 0 when a range that contains its own checksum is correct. */
export function fold(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** Checksum of a plain range (IPv4 header, ICMPv4, IGMP): 0 when correct. */
export function checksum(data: Uint8Array, o: number, end: number): number {
  return fold(sumWords(data, o, end));
}

/**
 * Checksum of a transport segment with its pseudo header: 0 when correct.
 * @param addresses offset of the source address in the IP header (the destination follows it)
 * @param addressLength bytes of one address: 4 or 16
 */
export function transportChecksum(
  data: Uint8Array,
  addresses: number,
  addressLength: number,
  protocol: number,
  o: number,
  end: number,
): number {
  const pseudo = sumWords(data, addresses, addresses + addressLength * 2) + protocol + (end - o);
  return fold(pseudo + sumWords(data, o, end));
}
