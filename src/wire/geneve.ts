// Geneve (RFC 8926): an Ethernet frame with a network identifier and options.
import { u16, u24 } from './read.ts';

export const GENEVE_HEADER_LENGTH = 8;
const GENEVE_OPTION_HEADER_LENGTH = 4;
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

/** The port alone proves nothing: version, reserved bits and option lengths must hold. @param inner end of the options */
export function isGeneve(data: Uint8Array, o: number, inner: number): boolean {
  if (Geneve.version(data, o) !== 0 || Geneve.reserved(data, o) !== 0 || Geneve.lastReserved(data, o) !== 0)
    return false;
  return optionsFit(data, o + GENEVE_HEADER_LENGTH, inner);
}

function optionsFit(data: Uint8Array, o: number, end: number): boolean {
  while (end - o >= GENEVE_OPTION_HEADER_LENGTH) o += GENEVE_OPTION_HEADER_LENGTH + Geneve.optionLength(data, o);
  return o === end;
}
