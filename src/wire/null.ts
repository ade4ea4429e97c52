// BSD loopback header (LINKTYPE_NULL): the address family in the byte order of the capturing machine.

export const NULL_HEADER_LENGTH = 4;

export const AddressFamily = {
  ipv4: 2,
  /** AF_INET6 of Linux, Windows, NetBSD/OpenBSD, Solaris, FreeBSD, macOS. */
  ipv6: [10, 23, 24, 26, 28, 30],
} as const;

export const Null = {
  family: (data: Uint8Array, o: number): number =>
    data[o]! | (data[o + 1]! << 8) | (data[o + 2]! << 16) | (data[o + 3]! << 24),
} as const;
