// Base64 as traffic has it: strict, up to the first foreign character (RFC 4648), or skipping those (RFC 2045).

export type Base64Mode = 'strict' | 'rfc4648' | 'rfc2045';

const VALUES = new Int8Array(256).fill(-1);
for (const [value, c] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  VALUES[c.charCodeAt(0)] = value;
}
const PADDING = 61;

/** Decodes data[from, to) to the start of `out` as far as it fits; the number of bytes, 0 where nothing decodes. */
export function decodeBase64(data: Uint8Array, from: number, to: number, out: Uint8Array, mode: Base64Mode): number {
  let size = 0;
  let bits = 0;
  let pending = 0;
  let i = from;
  for (; i < to && size < out.length; i++) {
    const byte = data[i]!;
    const value = VALUES[byte]!;
    if (value < 0) {
      if (byte === PADDING) break;
      if (mode === 'rfc2045') continue;
      if (mode === 'strict') return 0;
      break;
    }
    bits = ((bits << 6) | value) & 0xffffff;
    pending += 6;
    if (pending >= 8) {
      pending -= 8;
      out[size++] = (bits >>> pending) & 0xff;
    }
  }
  return mode === 'strict' && (to - from) % 4 !== 0 ? 0 : size;
}
