// `tayra.duplicates`: whether packets that come twice are left out.

import type { ConfigNode } from '../../config/index.ts';

/** Milliseconds: longer than a switch takes, shorter than most retransmissions. */
const WINDOW = 2;

/** Microseconds between a packet and its copy, 0 where copies are packets of their own. */
export function duplicateWindow(config: ConfigNode): number {
  if (config.choice('tayra.duplicates', ['keep', 'drop'], 'keep') === 'keep') return 0;
  return config.int('tayra.duplicates-window', WINDOW, { min: 1, max: 1000 }) * 1000;
}
