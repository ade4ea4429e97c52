// Files: what parsers tell of files in traffic, hashed, described and kept as far as rules and outputs ask for it.

import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Counters } from '../base/counters.ts';
import { log } from '../base/log.ts';
import type { AppFlow } from '../framework/app-flow.ts';
import { FILE_DEMAND, FileState, HASH_NAMES, TrackedFile } from '../framework/file.ts';
import type { FileStorage, FileTracker, FileWishes, HashName, PartOfFile } from '../framework/file.ts';
import type { Direction, Transaction } from '../framework/transaction.ts';
import { JoinedFiles } from './joined-files.ts';
import type { FileMaker, FilePart } from './joined-files.ts';
import { describeBytes } from './magic/describe.ts';

const STATES = { closed: FileState.closed, truncated: FileState.truncated, error: FileState.error } as const;
/** Bytes that are enough to tell what a file is; it is told once so many are there, or the file is closed. */
const HEAD_SIZE = 4096;
const MAGIC_SIZE = 512;

type Hashes = Partial<Record<HashName, Hash>>;

/** Where a file is a part of a larger one. */
interface Joining {
  readonly part: FilePart;
  readonly memcap: number;
}

export class Files implements FileTracker, FileWishes, FileMaker {
  private hasData = false;
  private mayBeStored = false;
  private readonly hashNames = new Set<HashName>();
  private hasMagic = false;
  private storage: FileStorage | null = null;
  private readonly joined: JoinedFiles;

  /** @param demands of the rules */
  constructor(demands: ReadonlySet<string>, counters: Counters) {
    this.joined = new JoinedFiles(this, counters);
    this.demand(demands);
  }

  /** What rules ask for from here on; what was asked for before is still made where outputs may want it too. */
  demand(demands: ReadonlySet<string>): void {
    this.hasData = demands.has(FILE_DEMAND.data);
    if (demands.has(FILE_DEMAND.magic)) this.hasMagic = true;
    this.mayBeStored = demands.has(FILE_DEMAND.store);
    for (const name of HASH_NAMES) if (demands.has(`file.${name}`)) this.hashNames.add(name);
  }

  get isStoring(): boolean {
    return this.storage !== null;
  }

  get storedDepth(): number {
    return this.storage?.depth ?? 0;
  }

  hash(name: HashName): void {
    this.hashNames.add(name);
  }

  magic(): void {
    this.hasMagic = true;
  }

  store(storage: FileStorage): void {
    this.storage = storage;
  }

  /** To be called when all outputs are open. */
  checkStorage(): void {
    if (this.mayBeStored && this.storage === null)
      log.warning(
        'detect-filestore',
        'One or more rule(s) depends on the file-store output log which is not enabled. Enable the output "file-store".',
      );
  }

  open(app: AppFlow, tx: Transaction, direction: Direction, name: Uint8Array): TrackedFile {
    const file = new TrackedFile(direction, name);
    const { state } = tx;
    if (state.files === null) state.files = [file];
    else state.files.push(file);
    file.keepsBytes = this.hasData && tx.body(direction) === null;
    if (this.hashNames.size > 0) file.work = hashesOf(this.hashNames);
    const isWanted = ((app.keptFiles | tx.keptFiles) & (1 << direction)) !== 0;
    if (this.storage !== null && (isWanted || this.storage.isForced)) file.isStored = true;
    return file;
  }

  join(file: TrackedFile, tx: Transaction, what: PartOfFile): void {
    const part = this.joined.begin(file, tx, what);
    if (part !== null) file.part = { part, memcap: what.memcap } satisfies Joining;
  }

  /** A file of its own that a part is the first of: nobody has asked for its bytes. */
  create(of: TrackedFile): TrackedFile {
    const file = new TrackedFile(of.direction, of.name);
    if (this.hashNames.size > 0) file.work = hashesOf(this.hashNames);
    file.isStored = of.isStored;
    return file;
  }

  append(file: TrackedFile, data: Uint8Array, start: number, end: number): void {
    if (file.part !== null) {
      const { part, memcap } = file.part as Joining;
      this.joined.append(part, data, start, end, memcap);
    }
    if (file.state !== FileState.opened) return;
    if (end > start) this.take(file, data, start, end);
  }

  private take(file: TrackedFile, data: Uint8Array, start: number, end: number): void {
    file.size += end - start;
    if (file.keepsBytes) file.body.append(data, start, end, file.inspection);
    if (this.hasMagic) keepHead(file, data, start, end);
    const hashes = file.work as Hashes | undefined;
    if (hashes !== undefined) {
      const bytes = data.subarray(start, end);
      for (const name of this.hashNames) hashes[name]!.update(bytes);
    }
    if (this.storage !== null && (file.isStored || this.mayBeStored)) this.storage.append(file, data, start, end);
  }

  gap(file: TrackedFile, length: number): void {
    if (file.part !== null) this.joined.drop((file.part as Joining).part);
    if (file.state !== FileState.opened) return;
    file.size += length;
    file.hasGaps = true;
  }

  close(file: TrackedFile, how: 'closed' | 'truncated' | 'error'): void {
    if (file.part !== null) this.endPart(file.part as Joining);
    file.part = null;
    if (file.state !== FileState.opened) return;
    const isWhole = how === 'closed' && !file.hasGaps;
    this.end(file, file.hasGaps ? 'truncated' : how, isWhole ? this.hashNames : this.ofPart());
  }

  private endPart({ part }: Joining): void {
    const whole = this.joined.end(part);
    if (whole !== null) (part.tx.state.files ??= []).push(whole);
  }

  cut(file: TrackedFile): void {
    if (file.part !== null) this.joined.drop((file.part as Joining).part);
    if (file.state !== FileState.opened) return;
    this.end(file, 'truncated', this.ofPart());
  }

  /** What was seen of a file is told by this one alone, as Suricata does. */
  private ofPart(): ReadonlySet<HashName> {
    return this.hashNames.has('sha256') ? SHA256 : NONE;
  }

  private end(file: TrackedFile, how: keyof typeof STATES, hashed: ReadonlySet<HashName>): void {
    file.state = STATES[how];
    file.body.isComplete = true;
    if (this.hasMagic && file.magic === null) file.magic = describeBytes(file.head);
    const hashes = file.work as Hashes | undefined;
    file.work = undefined;
    if (hashes === undefined) return;
    for (const name of hashed) file[name] = hashes[name]!.digest('hex');
  }
}

const NONE: ReadonlySet<HashName> = new Set();
const SHA256: ReadonlySet<HashName> = new Set<HashName>(['sha256']);

function hashesOf(names: ReadonlySet<HashName>): Hashes {
  const hashes: Hashes = {};
  for (const name of names) hashes[name] = createHash(name);
  return hashes;
}

function keepHead(file: TrackedFile, data: Uint8Array, start: number, end: number): void {
  const { head } = file;
  if (head.length >= HEAD_SIZE || file.hasGaps) return;
  file.head = Buffer.concat([head, data.subarray(start, Math.min(end, start + HEAD_SIZE - head.length))]);
  if (file.head.length >= MAGIC_SIZE) file.magic = describeBytes(file.head);
}
