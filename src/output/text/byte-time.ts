// EVE's timestamps written as bytes: the second is formatted once and remembered.
import { part } from '../../base/byte-text.ts';
import type { ByteText } from '../../base/byte-text.ts';
import { eveTime } from './timestamp.ts';

/** Seconds remembered, by their low bits: events, flow starts and flow ends move at different pace. */
const SLOTS = 1024;

interface Second {
  second: number;
  /** Up to and with the point before the fraction. */
  head: Uint8Array;
  zone: Uint8Array;
}

const NONE = new Uint8Array(0);
const slots: readonly Second[] = Array.from({ length: SLOTS }, () => ({ second: NaN, head: NONE, zone: NONE }));
const FRACTION_DIGITS = 6;

function fill(slot: Second, second: number): void {
  const text = eveTime(second * 1e6);
  const point = text.indexOf('.') + 1;
  slot.second = second;
  slot.head = part(text.slice(0, point));
  slot.zone = part(text.slice(point + FRACTION_DIGITS));
}

/** Appends microseconds since the epoch as `2020-01-01T00:00:00.000000+0000`. */
export function appendEveTime(text: ByteText, us: number): void {
  const second = Math.floor(us / 1e6);
  const slot = slots[second % SLOTS] ?? slots[0]!;
  if (slot.second !== second) fill(slot, second);
  text.part(slot.head);
  text.six((us - second * 1e6) | 0);
  text.part(slot.zone);
}
