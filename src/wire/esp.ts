// Encapsulating security payload (RFC 4303).
import { i32 } from './read.ts';

export const ESP_HEADER_LENGTH = 8;

export const Esp = {
  spi: (data: Uint8Array, o: number): number => i32(data, o),
  sequence: (data: Uint8Array, o: number): number => i32(data, o + 4),
} as const;
