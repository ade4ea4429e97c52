// What the parser asks of a version of SMB.

import type { AppInput } from '../../framework/app-input.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { Side } from './side.ts';

export interface SmbVersion {
  /**
   * How many bytes of a message are to be there before it is taken: its header is, `available` bytes of it are, and it
   * has `length`.
   */
  needed(data: Uint8Array, at: number, available: number, length: number, direction: Direction): number;
  /** Takes a message of `side.message` bytes at `at`, of which those before `end` are there. */
  take(input: AppInput, at: number, end: number, side: Side): void;
}

/** All of it. */
export const WHOLE = Infinity;
