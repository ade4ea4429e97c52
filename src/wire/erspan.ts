// ERSPAN types I and II (draft-foschiano-erspan): mirrored Ethernet frames inside GRE.
import { u16 } from './read.ts';

export const ERSPAN_II_HEADER_LENGTH = 8;
/** Version field of type II. */
export const ERSPAN_II_VERSION = 1;
/** Type I has the GRE protocol number of type II; inside the decoder it goes by this one. */
export const ERSPAN_TYPE_I = 0x1_88be;

export const Erspan = {
  version: (data: Uint8Array, o: number): number => data[o]! >> 4,
  vlan: (data: Uint8Array, o: number): number => u16(data, o) & 0x0fff,
} as const;
