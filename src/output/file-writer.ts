// FileWriter: appends whole records to a file in large pieces; rotates by time and size; counts what it loses.
import {
  closeSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { log } from '../base/log.ts';
import { ByteText } from '../base/byte-text.ts';
import { OutputError } from './output-error.ts';
import { nextRotation } from './rotation.ts';
import { strftime } from './text/timestamp.ts';
import type { RotateInterval } from './rotation.ts';
import type { RecordWriter } from './record-writer.ts';

/** Bytes collected before the file sees them. */
const CHUNK = 1 << 16;
const RETRY_MS = 2;
const MAX_RETRIES = 500;

export interface FileOptions {
  /** strftime patterns are filled in whenever the file is opened. */
  readonly path: string;
  readonly append?: boolean;
  /** Permissions such as 0o640. */
  readonly mode?: number;
  readonly interval?: RotateInterval;
  /** Bytes after which the file is renamed to `.1` (older ones move up). */
  readonly maxSize?: number;
  /** How many renamed files are kept. */
  readonly keep?: number;
  /** Write at once, for files that people watch. */
  readonly unbuffered?: boolean;
  /** Seconds since the epoch; for tests. */
  readonly clock?: () => number;
}

const pause = new Int32Array(new SharedArrayBuffer(4));

export class FileWriter implements RecordWriter {
  failed = 0;
  /** What the file has not seen yet: whole records, and those being put together behind them. */
  readonly text = new ByteText({ size: 2 * CHUNK });
  private fd = -1;
  private path = '';
  /** End of the whole records in `text`, and how many they are. */
  private committed = 0;
  private records = 0;
  private size = 0;
  private isRegular = false;
  /** What was written last did not reach the file. */
  private isFailing = false;
  private rotateAt = Infinity;
  private readonly options: FileOptions;
  private readonly clock: () => number;

  constructor(options: FileOptions) {
    this.options = options;
    this.clock = options.clock ?? ((): number => Date.now() / 1000);
    this.open(options.append !== false);
  }

  write(record: string): void {
    this.text.string(record);
    this.commit(1);
  }

  commit(records: number): void {
    if (this.text.length === this.committed) return;
    if (this.rotateAt !== Infinity) this.rotateByTime();
    this.committed = this.text.length;
    this.records += records;
    if (this.committed >= CHUNK || this.options.unbuffered === true) this.flush();
  }

  flush(): void {
    this.rotateByTime();
    if (this.records > 0) this.writeOut({ mayRotate: true });
  }

  /** Writes the whole records; what stands behind them moves to the front. */
  private writeOut(how: { mayRotate: boolean }): void {
    const { committed, records, text } = this;
    this.committed = 0;
    this.records = 0;
    if (how.mayRotate) this.rotateBySize(committed);
    if (!this.writeAll(text.data, committed)) this.failed += records;
    else if (this.isFailing) this.recover();
    text.dropFront(committed);
  }

  reopen(): void {
    this.flush();
    const former = this.fd;
    const problem = this.tryOpen({ append: true });
    if (problem === undefined) {
      if (former >= 0) closeSync(former);
      return;
    }
    // privileges were given up, a disk is full
    this.fd = former;
    log.warning('output', `${problem}; ${former < 0 ? 'records are lost' : 'the file that was open serves on'}`);
  }

  close(): void {
    this.flush();
    this.closeFile();
  }

  private open(append: boolean): void {
    const now = this.clock();
    this.path = strftime(this.options.path, now);
    try {
      if (!this.path.startsWith('/dev/')) mkdirSync(dirname(this.path), { recursive: true });
      this.fd = openSync(this.path, append ? 'a' : 'w');
      const status = fstatSync(this.fd);
      this.isRegular = status.isFile();
      this.size = status.size;
      if (this.options.mode !== undefined && this.isRegular) fchmodSync(this.fd, this.options.mode);
    } catch (cause) {
      throw new OutputError('open_failed', `Error opening file: "${this.path}": ${(cause as Error).message}`, cause);
    }
    if (this.options.interval !== undefined) this.rotateAt = nextRotation(this.options.interval, now);
  }

  // while running, a file that cannot be opened costs records, not the engine
  private tryOpen(options: { append: boolean }): string | undefined {
    try {
      this.open(options.append);
      return undefined;
    } catch (error) {
      this.fd = -1;
      return (error as OutputError).message;
    }
  }

  private closeFile(): void {
    if (this.fd < 0) return;
    closeSync(this.fd);
    this.fd = -1;
  }

  private rotateByTime(): void {
    if (this.rotateAt === Infinity) return;
    const now = this.clock();
    if (now < this.rotateAt) return;
    const interval = this.options.interval!;
    const next = strftime(this.options.path, now);
    const isSamePath = next === this.path;
    this.rotateAt = nextRotation(interval, now);
    if (this.records > 0) this.writeOut({ mayRotate: false });
    this.closeFile();
    if (isSamePath && this.options.keep !== undefined) shiftOld(this.path, this.options.keep);
    this.tryOpen({ append: true });
  }

  private rotateBySize(incoming: number): void {
    const { maxSize, keep = 5 } = this.options;
    if (maxSize === undefined || !this.isRegular || this.size === 0 || this.size + incoming <= maxSize) return;
    this.closeFile();
    shiftOld(this.path, keep);
    this.tryOpen({ append: true });
  }

  /** All of it or nothing: a piece that ends in half a record is taken back. */
  private writeAll(bytes: Uint8Array, length: number): boolean {
    const problem = this.fd < 0 ? this.tryOpen({ append: true }) : undefined;
    if (problem !== undefined) {
      this.fail(problem);
      return false;
    }
    let done = 0;
    let retries = 0;
    while (done < length) {
      try {
        done += writeSync(this.fd, bytes, done, length - done);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EINTR') continue;
        if (code === 'EAGAIN' && retries++ < MAX_RETRIES) {
          Atomics.wait(pause, 0, 0, RETRY_MS);
          continue;
        }
        if (done > 0 && this.isRegular) this.takeBack();
        this.fail(`${this.path}: ${(error as Error).message}`, { isFull: code === 'ENOSPC' || code === 'EDQUOT' });
        return false;
      }
    }
    this.size += length;
    return true;
  }

  /** Said once, however long it lasts. */
  private fail(problem: string, { isFull = false } = {}): void {
    if (this.isFailing) return;
    this.isFailing = true;
    log.error('output', `${problem}; records are lost until ${isFull ? 'there is space' : 'that works'} again`);
  }

  private recover(): void {
    this.isFailing = false;
    log.warning('output', `${this.path}: can be written again; ${String(this.failed)} records were lost so far`);
  }

  private takeBack(): void {
    try {
      ftruncateSync(this.fd, this.size);
    } catch {
      // the disk is already failing; the loss is counted by the caller
    }
  }
}

/** file -> file.1 -> file.2 ...; what is beyond `keep` goes. */
function shiftOld(path: string, keep: number): void {
  try {
    if (keep <= 0) {
      rmSync(path, { force: true });
      return;
    }
    rmSync(`${path}.${String(keep)}`, { force: true });
    for (let n = keep - 1; n >= 1; n--) moveIfThere(`${path}.${String(n)}`, `${path}.${String(n + 1)}`);
    moveIfThere(path, `${path}.1`);
  } catch {
    // a name that cannot be moved: go on appending to the same file
  }
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}
