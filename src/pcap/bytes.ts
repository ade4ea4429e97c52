// 32- and 16-bit reads in the byte order of the file at hand.

/** Unsigned 32-bit number at `offset`. */
export function readUint32(data: Uint8Array, offset: number, isBigEndian: boolean): number {
  const a = data[offset]!;
  const b = data[offset + 1]!;
  const c = data[offset + 2]!;
  const d = data[offset + 3]!;
  return (isBigEndian ? (a << 24) | (b << 16) | (c << 8) | d : (d << 24) | (c << 16) | (b << 8) | a) >>> 0;
}

/** Unsigned 16-bit number at `offset`. */
export function readUint16(data: Uint8Array, offset: number, isBigEndian: boolean): number {
  const a = data[offset]!;
  const b = data[offset + 1]!;
  return isBigEndian ? (a << 8) | b : (b << 8) | a;
}
