// FileTransfer: one direction of a file, its parts put in order; what is missing when it ends is a gap.

import type { FileTracker, TrackedFile } from '../../framework/file.ts';
import type { Transaction } from '../../framework/transaction.ts';
import { GrowingBytes } from '../../base/growing-bytes.ts';
import type { HeldBytes } from './held-bytes.ts';
import type { TransferLimits } from './settings.ts';

/** Why a part is not taken. */
export const Refused = { no: 0, size: 1, count: 2 } as const;

/** What a part that waits, and every piece of it, costs beside its bytes. */
const OVERHEAD = 128;

/** A part that waits for those before it. */
interface WaitingPart {
  readonly at: number;
  length: number;
  /** In order; a number stands for so many bytes that never came. */
  readonly pieces: (GrowingBytes | number)[];
}

export class FileTransfer {
  /** That it belongs to. */
  readonly tx: Transaction;
  private readonly files: FileTracker;
  private readonly file: TrackedFile;
  private readonly limits: TransferLimits;
  private readonly held: HeldBytes;
  /** Bytes that are passed on, gaps included. */
  position = 0;
  /** Where the part that comes now goes on; -1: it is not taken. */
  private next = -1;
  /** The same part, where it waits. */
  private current: WaitingPart | null = null;
  /** By where they begin. */
  private readonly waiting: WaitingPart[] = [];
  private waitingBytes = 0;
  isClosed = false;

  constructor(
    files: FileTracker,
    { tx, file }: { readonly tx: Transaction; readonly file: TrackedFile },
    limits: TransferLimits,
    held: HeldBytes,
  ) {
    this.tx = tx;
    this.files = files;
    this.file = file;
    this.limits = limits;
    this.held = held;
  }

  /** Whether a part that begins there was seen before. */
  overlaps(offset: number): boolean {
    return offset < this.position;
  }

  /** A part of so many bytes begins. @returns value of Refused */
  begin(offset: number, length: number): number {
    this.next = -1;
    this.current = null;
    if (this.isClosed || length === 0) return Refused.no;
    // no file is as long: what lies beyond is where numbers are still exact
    const at = Math.min(offset, Number.MAX_SAFE_INTEGER - length);
    if (at > this.position) {
      const place = this.placeOf(at);
      const before = this.waiting[place - 1];
      if (before !== undefined && before.at === at && before.length >= length) return Refused.no;
      const refused = this.refuses(length);
      if (refused !== Refused.no) return refused;
      this.current = { at, length: 0, pieces: [] };
      this.held.take(OVERHEAD);
      this.waiting.splice(place, 0, this.current);
    }
    this.next = at;
    return Refused.no;
  }

  /** Where a part that begins there belongs among those that wait: behind those that begin there too. */
  private placeOf(at: number): number {
    let [low, high] = [0, this.waiting.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.waiting[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private refuses(length: number): number {
    const { queueSize, queueCount } = this.limits;
    if (queueSize > 0 && this.waitingBytes + length > queueSize) return Refused.size;
    if (length + 2 * OVERHEAD > this.held.room) return Refused.size;
    if (queueCount > 0 && this.waiting.length >= queueCount) return Refused.count;
    return Refused.no;
  }

  /** Bytes of the part that began, in order. */
  append(data: Uint8Array, start: number, end: number): void {
    if (this.next < 0 || this.isClosed) return;
    const { current } = this;
    if (current === null) this.take(data, start, end);
    else {
      let last = current.pieces.at(-1);
      if (last === undefined || typeof last === 'number') {
        current.pieces.push((last = new GrowingBytes()));
        this.held.take(OVERHEAD);
      }
      last.append(data, start, end);
      current.length += end - start;
      this.waitingBytes += end - start;
      this.held.take(end - start);
    }
  }

  /** Bytes of the part that never came. */
  miss(length: number): void {
    if (this.next < 0 || this.isClosed) return;
    const { current } = this;
    if (current === null) this.skip(length);
    else {
      current.pieces.push(length);
      current.length += length;
    }
  }

  /** Passes on what is new of the bytes that follow. */
  private take(data: Uint8Array, start: number, end: number): void {
    const known = Math.max(0, this.position - this.next);
    this.next += end - start;
    if (this.next <= this.position) return;
    this.files.append(this.file, data, start + known, end);
    this.position = this.next;
  }

  private skip(length: number): void {
    this.next += length;
    if (this.next <= this.position) return;
    this.files.gap(this.file, this.next - this.position);
    this.position = this.next;
  }

  /** The part is over: others may have waited for it. */
  endPart(): void {
    this.current = null;
    while (this.waiting.length > 0 && this.waiting[0]!.at <= this.position) this.pass(this.waiting.shift()!);
    this.next = -1;
  }

  /** What of it is new, and of what is missing before it. */
  private pass({ at, pieces }: WaitingPart): void {
    this.next = Math.min(at, this.position);
    this.skip(at - this.next);
    this.held.free(OVERHEAD);
    for (const piece of pieces)
      if (typeof piece === 'number') this.skip(piece);
      else {
        this.waitingBytes -= piece.size;
        this.held.free(piece.size + OVERHEAD);
        this.take(piece.bytes, 0, piece.size);
      }
  }

  /** Nothing more of it comes. */
  close(how: 'closed' | 'truncated'): void {
    if (this.isClosed) return;
    this.next = -1;
    this.current = null;
    for (const part of this.waiting) this.pass(part);
    this.waiting.length = 0;
    this.isClosed = true;
    this.files.close(this.file, how);
  }
}
