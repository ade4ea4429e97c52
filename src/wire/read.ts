// Big-endian reads at an offset: what every header format is read with. The caller has checked the bounds.

export function u16(data: Uint8Array, o: number): number {
  return (data[o]! << 8) | data[o + 1]!;
}

/** 24 bits, as VXLAN and Geneve network identifiers are. */
export function u24(data: Uint8Array, o: number): number {
  return (data[o]! << 16) | (data[o + 1]! << 8) | data[o + 2]!;
}

/** 32 bits as a signed integer: a small integer for the engine; print it with `>>> 0`. */
export function i32(data: Uint8Array, o: number): number {
  return (data[o]! << 24) | (data[o + 1]! << 16) | (data[o + 2]! << 8) | data[o + 3]!;
}

export function putU16(data: Uint8Array, o: number, value: number): void {
  data[o] = value >>> 8;
  data[o + 1] = value;
}

export function putU32(data: Uint8Array, o: number, value: number): void {
  data[o] = value >>> 24;
  data[o + 1] = value >>> 16;
  data[o + 2] = value >>> 8;
  data[o + 3] = value;
}
