// Provider backbone bridges (IEEE 802.1ah): the service tag with the customer's addresses.
import { u16 } from './read.ts';

export const IEEE8021AH_HEADER_LENGTH = 18;

export const Ieee8021ah = {
  type: (data: Uint8Array, o: number): number => u16(data, o + 16),
} as const;
