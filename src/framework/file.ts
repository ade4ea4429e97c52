// TrackedFile: a file seen in traffic, and the contract of what keeps, hashes and stores it.

import type { AppFlow } from './app-flow.ts';
import { BodyBuffer } from './body-buffer.ts';
import type { BodyLimits } from './body-buffer.ts';
import type { Direction, Transaction } from './transaction.ts';

export const FILE_STATES = ['UNKNOWN', 'OPENED', 'CLOSED', 'TRUNCATED', 'ERROR'] as const;
export const FileState = { unknown: 0, opened: 1, closed: 2, truncated: 3, error: 4 } as const;

const NOTHING = new Uint8Array(0);

/**
 * How rules see files where nothing is configured, measured beside Suricata 8.0.8: not before so many bytes are there, or
 * all of the file. What was in view before the new bytes stays so, that patterns across both are found.
 */
export const FILE_LIMITS: BodyLimits = { limit: 0, minimum: 32 * 1024, window: 0, overlap: 4096, whole: 0 };

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
  /** First bytes, for magic; kept when someone asks for it. */
  head: Uint8Array = NOTHING;
  md5: string | null = null;
  sha1: string | null = null;
  sha256: string | null = null;
  /** sids that asked to keep it. */
  sids: number[] | null = null;
  /** Whether rules look at its bytes here: not where the body of its transaction shows them. */
  keepsBytes = false;
  /** Bytes that rules look at. */
  readonly body = new BodyBuffer();
  /** When, and how much of them at once. */
  inspection = FILE_LIMITS;
  /** Its fileinfo event is written. */
  isLogged = false;
  /** Free for the tracker. */
  work: unknown = undefined;
  /** The same, of a file that is part of a larger one. */
  part: unknown = null;
  /** Free for the output that stores files. */
  storage: unknown = undefined;

  constructor(direction: Direction, name: Uint8Array) {
    this.direction = direction;
    this.name = name;
  }
}

export const HASH_NAMES = ['md5', 'sha1', 'sha256'] as const;
export type HashName = (typeof HASH_NAMES)[number];

/** Stores files: it is given every byte that may be asked for, and told at the end whether it was. */
export interface FileStorage {
  /** Every file is kept, asked for or not. */
  readonly isForced: boolean;
  /** How far streams are followed of which a rule keeps a file, in place of the depth of all streams; 0: as others. */
  readonly depth: number;
  append(file: TrackedFile, data: Uint8Array, start: number, end: number): void;
}

/** What rules and outputs want of files beyond being tracked: nothing of it is made unless it is asked for. */
export interface FileWishes {
  hash(name: HashName): void;
  /** Their beginning is kept, and what they are is found out (`TrackedFile.magic`). */
  magic(): void;
  store(storage: FileStorage): void;
}

/** Names by which rules demand what is costly (RulesetSetup.demands); hashes go by `file.<name>`. */
export const FILE_DEMAND = { data: 'file.data', magic: 'file.magic', store: 'filestore' } as const;

/** The whole that a file is a part of (`rangeStart` to `rangeEnd`). */
export interface PartOfFile {
  /** The same for all its parts. */
  readonly key: string;
  /** Bytes it has. */
  readonly total: number;
  /** Microseconds. */
  readonly now: number;
  /** Bytes of parts that may wait for others, of all files. */
  readonly memcap: number;
  /** Seconds without a new part after which it is given up. */
  readonly timeout: number;
}

/** What parsers tell of files; one per worker. */
export interface FileTracker {
  /** Files are stored: limits for the inspection of bodies do not hold for them. */
  readonly isStoring: boolean;
  /** `FileStorage.depth`. */
  readonly storedDepth: number;
  /** Begins a file of a transaction. */
  open(app: AppFlow, tx: Transaction, direction: Direction, name: Uint8Array): TrackedFile;
  /** The file is a part of a larger one, which becomes a file of the transaction of its last part. */
  join(file: TrackedFile, tx: Transaction, what: PartOfFile): void;
  append(file: TrackedFile, data: Uint8Array, start: number, end: number): void;
  gap(file: TrackedFile, length: number): void;
  close(file: TrackedFile, how: 'closed' | 'truncated' | 'error'): void;
  /** No more of it is kept, by a limit: it is truncated, what there is of it counts as a whole. */
  cut(file: TrackedFile): void;
}
