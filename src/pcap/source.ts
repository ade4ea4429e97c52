// ByteSource: blocking, sequential reading of a file, a pipe or standard input into memory the caller owns.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes in order. `read` blocks until there is at least one byte, an error or the end. */
export interface ByteSource {
  /** Reads at most `length` bytes to `target[offset]`; 0 at the end or after an error. */
  read(target: Uint8Array, offset: number, length: number): number;
  /** Why reading stopped early, if it did. */
  readonly error: string | undefined;
  /** Size of what is on disk (before decompression), 0 when unknown (a pipe). */
  readonly size: number;
  /** Bytes taken from disk so far. */
  readonly consumed: number;
  close(): void;
}

const STDIN_NAMES = new Set(['-', '/dev/stdin']);
const sleeper = new Int32Array(new SharedArrayBuffer(4));
const RETRY_MS = 1;

/** Whether the path names standard input. */
export function isStdin(path: string): boolean {
  return STDIN_NAMES.has(path);
}

export class FileSource implements ByteSource {
  readonly fd: number;
  readonly size: number;
  consumed = 0;
  error: string | undefined;
  private readonly isOwned: boolean;

  /** Throws the system's error (ENOENT, EACCES, EISDIR) when the file cannot be opened. */
  constructor(path: string) {
    this.isOwned = !isStdin(path);
    this.fd = this.isOwned ? openSync(path, 'r') : 0;
    const stat = fstatSync(this.fd);
    if (stat.isDirectory()) {
      this.close();
      throw Object.assign(new Error(`${path} is a directory`), { code: 'EISDIR' });
    }
    this.size = stat.isFile() ? stat.size : 0;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    if (this.error !== undefined) return 0;
    const result = readBlocking(this.fd, target, offset, length);
    if (typeof result === 'string') {
      this.error = result;
      return 0;
    }
    this.consumed += result;
    return result;
  }

  close(): void {
    if (this.isOwned) closeSync(this.fd);
  }
}

/** One `read(2)` that waits on a non-blocking descriptor; the message of the error when it fails. */
function readBlocking(fd: number, target: Uint8Array, offset: number, length: number): number | string {
  for (;;) {
    try {
      return readSync(fd, target, offset, length, null);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0; // how Windows reports the end of a pipe
      if (code === 'EINTR') continue;
      if (code !== 'EAGAIN') return message;
      Atomics.wait(sleeper, 0, 0, RETRY_MS);
    }
  }
}

/** Bytes already read for a look at the format, then the rest of the source. */
export class PrefixedSource implements ByteSource {
  private readonly prefix: Uint8Array;
  private readonly rest: ByteSource;
  private used = 0;

  constructor(prefix: Uint8Array, rest: ByteSource) {
    this.prefix = prefix;
    this.rest = rest;
  }

  get error(): string | undefined {
    return this.rest.error;
  }
  get size(): number {
    return this.rest.size;
  }
  get consumed(): number {
    return this.rest.consumed;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    const left = this.prefix.length - this.used;
    if (left === 0) return this.rest.read(target, offset, length);
    const size = Math.min(left, length);
    target.set(this.prefix.subarray(this.used, this.used + size), offset);
    this.used += size;
    return size;
  }

  close(): void {
    this.rest.close();
  }
}
