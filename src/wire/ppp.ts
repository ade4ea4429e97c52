// Point-to-point protocol (RFC 1661), its HDLC framing (RFC 1662) and protocol numbers (IANA).
import { u16 } from './read.ts';

export const PppProtocol = {
  ipv4: 0x0021,
  vjCompressed: 0x002d,
  vjUncompressed: 0x002f,
  ipv6: 0x0057,
} as const;

/** Protocols that exist and that nobody here decodes. */
export const PPP_UNSUPPORTED = [
  0x0023, 0x0025, 0x0027, 0x0029, 0x002b, 0x002d, 0x0031, 0x0033, 0x0035, 0x0201, 0x0231, 0x0233, 0x0281, 0x0283,
  0x8023, 0x8025, 0x8027, 0x8029, 0x802b, 0x8033, 0x8035, 0x8281,
] as const;

/** Control protocols: in order, without anything to inspect. */
export const PPP_CONTROL = [0x00fd, 0x8021, 0x8057, 0x80fd, 0x8207, 0xc021, 0xc023, 0xc025, 0xc029, 0xc223] as const;

export const Ppp = {
  /** Address (all stations) and control bytes, which peers may agree to leave out. */
  hasFraming: (data: Uint8Array, o: number): boolean => data[o] === 0xff,
  /** Protocol numbers are even in the first byte and odd in the last; a first odd byte is a short number. */
  isShort: (data: Uint8Array, o: number): boolean => (data[o]! & 1) === 1,
  protocol: (data: Uint8Array, o: number): number => u16(data, o),
} as const;
