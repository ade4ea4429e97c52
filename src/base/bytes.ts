// Looking for a byte within bounds: `Uint8Array.indexOf` has no end and would read on through the whole arena.

/** @returns where `byte` is in `[start, end)`, -1 when it is not there */
export function byteIndex(data: Uint8Array, byte: number, start: number, end: number): number {
  for (let i = start; i < end; i++) if (data[i] === byte) return i;
  return -1;
}
