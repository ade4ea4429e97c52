// FileTransfer: one direction of a file, its parts put in order; what is missing when it ends is a gap.

import type { FileTracker, TrackedFile } from '../../framework/file.ts';
import type { TransferLimits } from './settings.ts';

/** Why a part is not taken. */
export const Refused = { no: 0, size: 1, count: 2 } as const;

export class FileTransfer {
  private readonly files: FileTracker;
  private readonly file: TrackedFile;
  private readonly limits: TransferLimits;
  /** Bytes that are passed on, gaps included. */
  position = 0;
  /** Where the part that comes now goes on; -1: it is not taken. */
  private next = -1;
  /** Parts that wait for those before them, by where they begin. */
  private waiting: Map<number, Uint8Array[]> | null = null;
  private waitingKey = 0;
  private waitingBytes = 0;
  isClosed = false;

  constructor(files: FileTracker, file: TrackedFile, limits: TransferLimits) {
    this.files = files;
    this.file = file;
    this.limits = limits;
  }

  /** Whether a part that begins there was seen before. */
  overlaps(offset: number): boolean {
    return offset < this.position;
  }

  /** A part of so many bytes begins. @returns value of Refused */
  begin(offset: number, length: number): number {
    this.next = -1;
    if (this.isClosed || length === 0) return Refused.no;
    if (offset > this.position) {
      const refused = this.refuses(length);
      if (refused !== Refused.no) return refused;
      this.waiting ??= new Map();
      if (this.waiting.has(offset)) return Refused.no;
      this.waiting.set(offset, []);
      this.waitingKey = offset;
    }
    this.next = offset;
    return Refused.no;
  }

  private refuses(length: number): number {
    const { queueSize, queueCount } = this.limits;
    if (queueSize > 0 && this.waitingBytes + length > queueSize) return Refused.size;
    if (queueCount > 0 && this.waiting !== null && this.waiting.size >= queueCount) return Refused.count;
    return Refused.no;
  }

  /** Bytes of the part that began, in order. */
  append(data: Uint8Array, start: number, end: number): void {
    if (this.next < 0 || this.isClosed) return;
    const from = this.next;
    this.next += end - start;
    if (from > this.position) {
      this.waiting!.get(this.waitingKey)?.push(data.slice(start, end));
      this.waitingBytes += end - start;
      return;
    }
    const known = this.position - from;
    if (known >= end - start) return;
    this.files.append(this.file, data, start + known, end);
    this.position = this.next;
  }

  /** Bytes of the part that never came. */
  miss(length: number): void {
    if (this.next < 0 || this.isClosed) return;
    const from = this.next;
    this.next += length;
    if (from > this.position) {
      // what follows of it is a part of its own
      this.waiting!.set(this.next, []);
      this.waitingKey = this.next;
      return;
    }
    if (this.next <= this.position) return;
    this.files.gap(this.file, this.next - this.position);
    this.position = this.next;
  }

  /** The part is over: others may have waited for it. */
  endPart(): void {
    this.next = -1;
    for (;;) {
      const parts = this.waiting?.get(this.position);
      if (parts === undefined) return;
      this.pass(this.position, parts);
    }
  }

  private pass(offset: number, parts: readonly Uint8Array[]): void {
    this.waiting!.delete(offset);
    for (const part of parts) {
      this.waitingBytes -= part.length;
      this.files.append(this.file, part, 0, part.length);
      this.position += part.length;
    }
  }

  /** Nothing more of it comes. */
  close(how: 'closed' | 'truncated'): void {
    if (this.isClosed) return;
    this.next = -1;
    for (const offset of [...(this.waiting?.keys() ?? [])].sort((a, b) => a - b)) this.flush(offset);
    this.isClosed = true;
    this.files.close(this.file, how);
  }

  private flush(offset: number): void {
    const parts = this.waiting!.get(offset)!;
    if (offset < this.position) {
      this.waiting!.delete(offset);
      return;
    }
    if (offset > this.position) this.files.gap(this.file, offset - this.position);
    this.position = offset;
    this.pass(offset, parts);
  }
}
