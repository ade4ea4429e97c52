// Linux cooked capture headers, versions 1 and 2 (tcpdump.org LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2).
import { u16 } from './read.ts';

export const SLL_HEADER_LENGTH = 16;
export const SLL2_HEADER_LENGTH = 20;

export const Sll = {
  protocol: (data: Uint8Array, o: number): number => u16(data, o + 14),
} as const;

export const Sll2 = {
  protocol: (data: Uint8Array, o: number): number => u16(data, o),
} as const;
