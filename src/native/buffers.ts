// Byte arrays that native code may read: registered once, then named by a small integer.
import { addon } from './index.ts';

/** Stands for an array that native code does not know (or for all of them, when there is no add-on). */
export const NOT_REGISTERED = -1;

const ids = new WeakMap<Uint8Array, number>();

/**
 * Makes an array known to native code and returns its id; the same array gets the same id again.
 * The array is kept alive and must be neither transferred nor resized. NOT_REGISTERED without an add-on.
 */
export function registerBuffer(data: Uint8Array): number {
  if (addon === undefined) return NOT_REGISTERED;
  const known = ids.get(data);
  if (known !== undefined) return known;
  const id = addon.registerBuffer(data);
  ids.set(data, id);
  return id;
}

/** Lets go of an array; its id may be given to another one afterwards. */
export function unregisterBuffer(data: Uint8Array): void {
  const id = ids.get(data);
  if (id === undefined) return;
  ids.delete(data);
  addon?.unregisterBuffer(id);
}

let staging = new Uint8Array(0);
let stagingId = NOT_REGISTERED;
/** Up to here a loop is faster than a view of the bytes and a call that copies it. */
const FEW = 256;

/**
 * Copies bytes of an unregistered array to offset 0 of a registered one and returns its id; valid until the next call.
 * The rare path: it costs a copy, and an allocation when the bytes are longer than any before.
 */
export function stage(data: Uint8Array, offset: number, length: number): number {
  if (staging.length < length || stagingId === NOT_REGISTERED) {
    unregisterBuffer(staging);
    staging = new Uint8Array(Math.max(65_536, length * 2));
    stagingId = registerBuffer(staging);
  }
  const to = staging;
  if (length > FEW) to.set(data.subarray(offset, offset + length));
  else for (let i = 0; i < length; i++) to[i] = data[offset + i]!;
  return stagingId;
}
