// A thread whose work may wait.

import { getPriority, setPriority } from 'node:os';

const NICE = 5;

/** Packets come first. On Linux that is a property of the calling thread; elsewhere it would be one of the whole program. */
export function giveWay(): void {
  // who was started with less already may not take more
  if (process.platform === 'linux' && getPriority() < NICE) setPriority(NICE);
}
