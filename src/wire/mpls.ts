// MPLS label stack entries (RFC 3032).
import { u16 } from './read.ts';

export const MPLS_ENTRY_LENGTH = 4;

export const MplsLabel = {
  explicitNullIpv4: 0,
  routerAlert: 1,
  explicitNullIpv6: 2,
  implicitNull: 3,
  /** Labels up to here are reserved. */
  lastReserved: 14,
} as const;

export const Mpls = {
  label: (data: Uint8Array, o: number): number => (u16(data, o) << 4) | (data[o + 2]! >> 4),
  isBottom: (data: Uint8Array, o: number): boolean => (data[o + 2]! & 1) === 1,
} as const;
