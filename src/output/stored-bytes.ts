// StoredBytes: the bytes of one file on their way to disk, in memory first, then in a file of a name of its own, at
// last moved to where they belong: nobody ever sees half a file.

import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';

/** Most files are smaller, and many are never asked for: those cost no system call. */
const IN_MEMORY = 64 * 1024;
let created = 0;

/** Descriptors in use by all files of a store. */
export interface OpenFiles {
  count: number;
  /** 0: each is closed after every write. */
  readonly limit: number;
  onChange(count: number): void;
  onLimit(): void;
}

export class StoredBytes {
  private readonly path: string;
  private readonly open: OpenFiles;
  private chunks: Uint8Array[] = [];
  private inMemory = 0;
  private isOnDisk = false;
  private fd = -1;

  /** A part of them never reached the disk. */
  isLost = false;

  /** @param folder of the store */
  constructor(folder: string, open: OpenFiles) {
    this.path = join(folder, 'tmp', `${String(process.pid)}.${String(threadId)}.${String(++created)}`);
    this.open = open;
  }

  /** Throws the system's error when the disk does not take them: then they are lost, with all before and behind them. */
  append(data: Uint8Array, start: number, end: number): void {
    if (this.isLost) return;
    this.chunks.push(data.slice(start, end));
    this.inMemory += end - start;
    if (this.inMemory > IN_MEMORY) this.spillOrLose();
  }

  /** False when there is such a file already: these bytes are dropped. */
  moveTo(path: string): boolean {
    if (existsSync(path)) {
      this.drop();
      return false;
    }
    this.spillOrLose();
    this.closeFile();
    mkdirSync(dirname(path), { recursive: true });
    renameSync(this.path, path);
    return true;
  }

  drop(): void {
    this.chunks = [];
    this.inMemory = 0;
    this.closeFile();
    if (this.isOnDisk) rmSync(this.path, { force: true });
  }

  private spillOrLose(): void {
    try {
      this.spill();
    } catch (error) {
      this.isLost = true;
      this.drop(); // neither memory nor the full disk keeps half of them
      throw error;
    }
  }

  private spill(): void {
    const fd = this.fd >= 0 ? this.fd : this.openFile();
    for (const chunk of this.chunks) for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
    this.chunks = [];
    this.inMemory = 0;
    if (this.fd < 0) closeSync(fd);
  }

  private openFile(): number {
    if (!this.isOnDisk) mkdirSync(dirname(this.path), { recursive: true });
    const fd = openSync(this.path, 'a', 0o644);
    this.isOnDisk = true;
    const { open } = this;
    if (open.limit === 0) return fd;
    if (open.count >= open.limit) {
      open.onLimit();
      return fd;
    }
    this.fd = fd;
    open.onChange(++open.count);
    return fd;
  }

  private closeFile(): void {
    if (this.fd < 0) return;
    closeSync(this.fd);
    this.fd = -1;
    this.open.onChange(--this.open.count);
  }
}
