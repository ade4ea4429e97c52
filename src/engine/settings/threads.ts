// `threads` of what packets are captured from.

import type { ConfigNode } from '../../config/index.ts';
import { automaticThreads } from './processors.ts';

const MOST_WORKERS = 32;

export interface ThreadsWanted {
  readonly entry: ConfigNode | undefined;
  /** Without the setting. */
  readonly otherwise: 'auto' | 'one';
  /** The interface. */
  readonly device?: string | undefined;
}

/** `auto` is as many as there are processors for them. */
export function threadsOf(config: ConfigNode, { device, entry, otherwise }: ThreadsWanted): number {
  const text = entry?.string('threads') ?? (otherwise === 'auto' ? 'auto' : '1');
  const count =
    text === 'auto' ? automaticThreads(config, device) : (entry?.int('threads', 1, { min: 1, max: MOST_WORKERS }) ?? 1);
  return Math.min(MOST_WORKERS, count);
}
