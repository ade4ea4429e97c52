// Cisco HDLC (RFC 1547 section 4.3.1): address, control, Ethernet type.
import { u16 } from './read.ts';

export const CHDLC_HEADER_LENGTH = 4;

export const Chdlc = {
  protocol: (data: Uint8Array, o: number): number => u16(data, o + 2),
} as const;
