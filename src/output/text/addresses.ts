// Addresses of packets and flows as text.
import { formatIpv4, formatIpv6 } from '../../base/ip.ts';
import type { Packet } from '../../framework/packet.ts';

const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** How IPv6 addresses are printed: in full, or in their short form (RFC 5952). */
export type Ip6Text = (w0: number, w1: number, w2: number, w3: number) => string;

/** Four words as the event prints them. */
export function addressText(ip6: Ip6Text, version: number, w0: number, w1: number, w2: number, w3: number): string {
  return version === 6 ? ip6(w0, w1, w2, w3) : formatIpv4(w0);
}

export function packetSource(p: Packet, ip6: Ip6Text = formatIpv6): string {
  return addressText(ip6, p.ipVersion, p.src0, p.src1, p.src2, p.src3);
}

export function packetDestination(p: Packet, ip6: Ip6Text = formatIpv6): string {
  return addressText(ip6, p.ipVersion, p.dst0, p.dst1, p.dst2, p.dst3);
}

/** `00:11:22:33:44:55` from six bytes. */
export function macAt(data: Uint8Array, at: number): string {
  return `${HEX[data[at]!]!}:${HEX[data[at + 1]!]!}:${HEX[data[at + 2]!]!}:${HEX[data[at + 3]!]!}:${HEX[data[at + 4]!]!}:${HEX[data[at + 5]!]!}`;
}

/** The same from a 48-bit number. */
export function macText(mac: number): string {
  const high = Math.floor(mac / 0x1000000);
  const low = mac % 0x1000000;
  return `${HEX[(high >> 16) & 255]!}:${HEX[(high >> 8) & 255]!}:${HEX[high & 255]!}:${HEX[(low >> 16) & 255]!}:${HEX[(low >> 8) & 255]!}:${HEX[low & 255]!}`;
}

/** Two hexadecimal digits. */
export function hexByte(value: number): string {
  return HEX[value & 255]!;
}
