// VLAN tag (IEEE 802.1Q): tag control information and the type of what follows.
import { u16 } from './read.ts';

export const VLAN_HEADER_LENGTH = 4;

export const Vlan = {
  tci: (data: Uint8Array, o: number): number => u16(data, o),
  id: (tci: number): number => tci & 0x0fff,
  priority: (tci: number): number => tci >> 13,
  dropEligible: (tci: number): number => (tci >> 12) & 1,
  type: (data: Uint8Array, o: number): number => u16(data, o + 2),
} as const;
