// `threads` of what packets are captured from.

import { availableParallelism } from 'node:os';
import type { ConfigNode } from '../../config/index.ts';

const MOST_WORKERS = 32;

/** `auto` is as many as there are processors; without the setting it is so, or one. */
export function threadsOf(entry: ConfigNode | undefined, otherwise: 'auto' | 'one'): number {
  const text = entry?.string('threads');
  if (entry === undefined || text === undefined)
    return otherwise === 'one' ? 1 : Math.min(MOST_WORKERS, availableParallelism());
  const count = text === 'auto' ? availableParallelism() : entry.int('threads', 1, { min: 1, max: MOST_WORKERS });
  return Math.min(MOST_WORKERS, count);
}
