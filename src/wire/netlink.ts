// Netlink messages (RFC 3549, linux/netlink.h): header and attributes. Their numbers are in the order of the machine.

export const NETLINK_HEADER_LENGTH = 16;
export const NETLINK_ATTRIBUTE_LENGTH = 4;

/** `nlmsg_type` below this are for all families. */
export const NETLINK_ERROR = 2;
/** Flags of a message. */
export const NetlinkFlag = { request: 1, acknowledge: 4 } as const;

const IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const TYPE_MASK = 0x3fff;

/** 16 bits in the order of the machine. */
export function hostU16(data: Uint8Array, o: number): number {
  return IS_LITTLE ? data[o]! | (data[o + 1]! << 8) : (data[o]! << 8) | data[o + 1]!;
}

/** 32 bits in the order of the machine, signed. */
export function hostI32(data: Uint8Array, o: number): number {
  return IS_LITTLE ? hostU16(data, o) | (hostU16(data, o + 2) << 16) : (hostU16(data, o) << 16) | hostU16(data, o + 2);
}

export function putHostU16(data: Uint8Array, o: number, value: number): void {
  data[IS_LITTLE ? o : o + 1] = value;
  data[IS_LITTLE ? o + 1 : o] = value >>> 8;
}

export function putHostU32(data: Uint8Array, o: number, value: number): void {
  putHostU16(data, IS_LITTLE ? o : o + 2, value);
  putHostU16(data, IS_LITTLE ? o + 2 : o, value >>> 16);
}

/** Messages and attributes begin at multiples of four. */
export function aligned(length: number): number {
  return (length + 3) & ~3;
}

export const Netlink = {
  length: (data: Uint8Array, o: number): number => hostI32(data, o),
  type: (data: Uint8Array, o: number): number => hostU16(data, o + 4),
  /** Number of the error that an answer of type `NETLINK_ERROR` tells (errno below zero, 0 for none). */
  error: (data: Uint8Array, o: number): number => hostI32(data, o + NETLINK_HEADER_LENGTH),
} as const;

export const NetlinkAttribute = {
  /** Header included. */
  length: (data: Uint8Array, o: number): number => hostU16(data, o),
  type: (data: Uint8Array, o: number): number => hostU16(data, o + 2) & TYPE_MASK,
} as const;

/** Begins a message; `endMessage` writes its length. @returns where its body begins */
export function beginMessage(data: Uint8Array, o: number, type: number, flags: number): number {
  putHostU32(data, o, 0);
  putHostU16(data, o + 4, type);
  putHostU16(data, o + 6, flags);
  putHostU32(data, o + 8, 0); // nobody waits for the answer by its number
  putHostU32(data, o + 12, 0); // from the kernel's view: the only socket that sends this
  return o + NETLINK_HEADER_LENGTH;
}

/** @param o where the message began @returns where the next may begin */
export function endMessage(data: Uint8Array, o: number, end: number): number {
  putHostU32(data, o, end - o);
  return aligned(end);
}

/** Writes the header of an attribute. @returns where its value begins */
export function beginAttribute(data: Uint8Array, o: number, type: number, valueLength: number): number {
  putHostU16(data, o, NETLINK_ATTRIBUTE_LENGTH + valueLength);
  putHostU16(data, o + 2, type);
  return o + NETLINK_ATTRIBUTE_LENGTH;
}
