// `threads` of what packets are captured from.

import { availableParallelism } from 'node:os';
import type { ConfigNode } from '../../config/index.ts';

const MOST_WORKERS = 32;

/** `auto` is as many as there are processors; without the setting there is one. */
export function threadsOf(entry: ConfigNode | undefined): number {
  const text = entry?.string('threads');
  if (entry === undefined || text === undefined) return 1;
  const count = text === 'auto' ? availableParallelism() : entry.int('threads', 1, { min: 1, max: MOST_WORKERS });
  return Math.min(MOST_WORKERS, count);
}
