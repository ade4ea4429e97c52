// Internet checksums (RFC 1071) over offsets: IPv4 header, and transport with the pseudo header (RFC 9293, 768, 8200).

/** Sum of the 16-bit words of [o, end), not yet folded; an odd last byte counts as the high half. */
export function sumWords(data: Uint8Array, o: number, end: number): number {
  let sum = 0;
  const even = o + ((end - o) & ~1);
  for (; o < even; o += 2) sum += (data[o]! << 8) | data[o + 1]!;
  if (o < end) sum += data[o]! << 8;
  return sum;
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
