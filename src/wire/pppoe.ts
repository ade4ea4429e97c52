// PPP over Ethernet (RFC 2516).
import { u16 } from './read.ts';

export const PPPOE_HEADER_LENGTH = 6;

export const PppoeCode = { session: 0, pado: 0x07, padi: 0x09, padr: 0x19, pads: 0x65, padt: 0xa7 } as const;

export const Pppoe = {
  code: (data: Uint8Array, o: number): number => data[o + 1]!,
  session: (data: Uint8Array, o: number): number => u16(data, o + 2),
  length: (data: Uint8Array, o: number): number => u16(data, o + 4),
} as const;
