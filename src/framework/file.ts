// TrackedFile: a file seen in traffic, and the contract of what keeps, hashes and stores it.

import type { AppFlow } from './app-flow.ts';
import { BodyBuffer } from './body-buffer.ts';
import type { Direction, Transaction } from './transaction.ts';

export const FILE_STATES = ['UNKNOWN', 'OPENED', 'CLOSED', 'TRUNCATED', 'ERROR'] as const;
export const FileState = { unknown: 0, opened: 1, closed: 2, truncated: 3, error: 4 } as const;

export class TrackedFile {
  readonly direction: Direction;
  name: Uint8Array;
  /** Value of FileState. */
  state: number = FileState.opened;
  /** Bytes seen so far. */
  size = 0;
  /** First byte within the whole file, where only a part is transferred; -1: from the beginning. */
  rangeStart = -1;
  rangeEnd = -1;
  hasGaps = false;
  /** Asked for by `filestore`, or by configuration. */
  isStored = false;
  storeId = 0;
  /** Text of what it is, '' unknown, null not looked at yet. */
  magic: string | null = null;
  /** First bytes, for magic. */
  readonly head: Uint8Array = new Uint8Array(0);
  md5: string | null = null;
  sha1: string | null = null;
  sha256: string | null = null;
  /** sids that asked to keep it. */
  sids: number[] | null = null;
  /** Bytes that rules look at. */
  readonly body = new BodyBuffer();
  /** Its fileinfo event is written. */
  isLogged = false;
  /** Free for the tracker. */
  work: unknown = undefined;

  constructor(direction: Direction, name: Uint8Array) {
    this.direction = direction;
    this.name = name;
  }
}

/** What parsers tell of files; one per worker. */
export interface FileTracker {
  /** Begins a file of a transaction. */
  open(app: AppFlow, tx: Transaction, direction: Direction, name: Uint8Array): TrackedFile;
  append(file: TrackedFile, data: Uint8Array, start: number, end: number): void;
  gap(file: TrackedFile, length: number): void;
  close(file: TrackedFile, how: 'closed' | 'truncated' | 'error'): void;
}
