// sockaddr of IPv4 and IPv6 (ip(7), ipv6(7)): an address and a port as the bytes that the kernel takes.

import { endianness } from 'node:os';
import { parseIpv4, parseIpv6 } from '../base/ip.ts';

export const AF_INET = 2;
export const AF_INET6 = 10;

export interface SocketAddress {
  /** AF_INET or AF_INET6. */
  readonly family: number;
  readonly bytes: Uint8Array;
}

/** @returns undefined for a text that is no address */
export function socketAddress(address: string, port: number): SocketAddress | undefined {
  const v4 = parseIpv4(address);
  const words = [0, 0, 0, 0];
  const family = v4 >= 0 ? AF_INET : AF_INET6;
  if (v4 < 0 && !parseIpv6(address, words)) return undefined;
  const bytes = Buffer.alloc(family === AF_INET ? 16 : 28);
  if (endianness() === 'LE') bytes.writeUInt16LE(family, 0);
  else bytes.writeUInt16BE(family, 0);
  bytes.writeUInt16BE(port, 2);
  if (family === AF_INET) bytes.writeUInt32BE(v4, 4);
  else words.forEach((word, i) => bytes.writeUInt32BE(word >>> 0, 8 + 4 * i));
  return { family, bytes };
}
