// Point-to-point protocol (RFC 1661), its HDLC framing (RFC 1662) and protocol numbers (IANA).
import { u16 } from './read.ts';

export const PppProtocol = {
  ipv4: 0x0021,
  vjCompressed: 0x002d,
  vjUncompressed: 0x002f,
  ipv6: 0x0057,
} as const;

/** Network protocols that exist and that nobody here decodes. */
export const PPP_UNSUPPORTED = [
  0x0023, 0x0025, 0x0027, 0x0029, 0x002b, 0x002d, 0x0031, 0x0035, 0x0039, 0x003b, 0x003d, 0x003f, 0x0041, 0x0043,
  0x0045, 0x0047, 0x0049, 0x004b, 0x004d, 0x006f, 0x00fb, 0x00fd, 0x0281, 0x0283,
] as const;

/** Control protocols: in order, without anything to inspect. */
export const PPP_CONTROL = [
  0x8021, 0x8023, 0x8025, 0x8027, 0x8029, 0x802b, 0x8031, 0x803f, 0x8057, 0x806f, 0x80fb, 0x80fd, 0x8281, 0x8283,
  0xc021, 0xc023, 0xc025, 0xc223,
] as const;

export const Ppp = {
  /** Address and control bytes, which peers may agree to leave out. */
  hasFraming: (data: Uint8Array, o: number): boolean => data[o] === 0xff && data[o + 1] === 0x03,
  /** Protocol numbers are even in the first byte and odd in the last; a first odd byte is a short number. */
  isShort: (data: Uint8Array, o: number): boolean => (data[o]! & 1) === 1,
  protocol: (data: Uint8Array, o: number): number => u16(data, o),
} as const;
