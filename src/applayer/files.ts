// Files: what parsers tell of files in traffic, kept for rules and outputs.

import type { AppFlow } from '../framework/app-flow.ts';
import { FileState, TrackedFile } from '../framework/file.ts';
import type { FileTracker } from '../framework/file.ts';
import type { Direction, Transaction } from '../framework/transaction.ts';

const STATES = { closed: FileState.closed, truncated: FileState.truncated, error: FileState.error } as const;
const LIMITS = { limit: 0, minimum: 0, window: 4096 };

export class Files implements FileTracker {
  private readonly hasRules: boolean;

  constructor(hasRules: boolean) {
    this.hasRules = hasRules;
  }

  open(_app: AppFlow, tx: Transaction, direction: Direction, name: Uint8Array): TrackedFile {
    const file = new TrackedFile(direction, name);
    (tx.files ??= []).push(file);
    return file;
  }

  append(file: TrackedFile, data: Uint8Array, start: number, end: number): void {
    file.size += end - start;
    if (this.hasRules) file.body.append(data, start, end, LIMITS);
  }

  gap(file: TrackedFile, length: number): void {
    file.size += length;
    file.hasGaps = true;
  }

  close(file: TrackedFile, how: 'closed' | 'truncated' | 'error'): void {
    file.state = STATES[how];
    file.body.isComplete = true;
  }
}
