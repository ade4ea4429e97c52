// VN-Tag (IEEE 802.1Qbh draft): virtual interface numbers and the type of what follows.
import { u16 } from './read.ts';

export const VNTAG_HEADER_LENGTH = 6;

export const VnTag = {
  type: (data: Uint8Array, o: number): number => u16(data, o + 4),
} as const;
