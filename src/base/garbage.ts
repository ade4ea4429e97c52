// Garbage of this thread's objects, collected when the program knows that there is much of it: V8 by itself would let the
// heap grow to a multiple of what is in use first.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Takes some tens of milliseconds for a heap of a hundred megabytes; nothing else happens in this thread meanwhile. */
export function collectGarbage(): void {
  collect ??= collector();
  collect();
}

/**
 * V8 shows its collector to contexts that are made while the flag is set. The flag is one for all threads, each of which
 * may be here: none of them takes it back.
 */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
