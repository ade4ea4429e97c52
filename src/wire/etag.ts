// E-Tag (IEEE 802.1BR): bridge port extension channel numbers and the type of what follows.
import { u16 } from './read.ts';

export const ETAG_HEADER_LENGTH = 8;

export const ETag = {
  type: (data: Uint8Array, o: number): number => u16(data, o + 6),
} as const;
