// Geneve (RFC 8926): an Ethernet frame with a network identifier and options.
import { u16, u24 } from './read.ts';

export const GENEVE_HEADER_LENGTH = 8;
export const GENEVE_OPTION_HEADER_LENGTH = 4;
export const GENEVE_PORT = 6081;

export const Geneve = {
  version: (data: Uint8Array, o: number): number => data[o]! >> 6,
  /** All options, in bytes. */
  optionsLength: (data: Uint8Array, o: number): number => (data[o]! & 0x3f) << 2,
  reserved: (data: Uint8Array, o: number): number => data[o + 1]! & 0x3f,
  protocol: (data: Uint8Array, o: number): number => u16(data, o + 2),
  vni: (data: Uint8Array, o: number): number => u24(data, o + 4),
  lastReserved: (data: Uint8Array, o: number): number => data[o + 7]!,
  /** Data of one option, in bytes. */
  optionLength: (data: Uint8Array, o: number): number => (data[o + 3]! & 0x1f) << 2,
} as const;
