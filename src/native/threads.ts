// On which processors threads run (sched_setaffinity(2)), and what the system calls them (prctl(2)); Linux alone.

import { readdirSync } from 'node:fs';
import { addon, addonReason } from './index.ts';

/** Why threads cannot be bound here; empty when they can. */
export const threadBindingReason: string =
  addon?.threadBind !== undefined ? '' : addonReason === '' ? 'threads can be bound on Linux alone' : addonReason;

/** The calling thread. */
export const THIS_THREAD = 0;

/** Numbers of all threads of this program, those of Node and of V8 among them; this one alone where /proc is not mounted. */
export function threadsOfProgram(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [THIS_THREAD];
  }
}

/** @returns 0, or the number of the error (errno): none of the processors is there, or the thread is not */
export function bindThread(thread: number, processors: readonly number[]): number {
  return -(addon?.threadBind?.(thread, Int32Array.from(processors)) ?? 0);
}

/** What the system's tools (`top -H`, `ps -L`) call the calling thread: at most 15 bytes, the rest is left out. */
export function nameThread(name: string): void {
  addon?.threadName?.(name);
}
