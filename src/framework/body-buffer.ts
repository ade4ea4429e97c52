// BodyBuffer: the bytes of a body or file that rules may still look at, growing at the end, forgotten at the front.

import type { BufferView } from './buffer.ts';

const FIRST_SIZE = 2048;
const NOTHING = new Uint8Array(0);

/**
 * Room that is not needed any longer, by size: bodies come and go by the thousand, and the first touch of fresh memory
 * costs more than all that is done with it.
 */
const LARGEST_KEPT = 1 << 18;
const MOST_KEPT = 32;
const idle = new Map<number, Uint8Array[]>();

function roomOf(size: number): Uint8Array {
  return idle.get(size)?.pop() ?? new Uint8Array(size);
}

function giveBack(room: Uint8Array): void {
  if (room.length < FIRST_SIZE || room.length > LARGEST_KEPT) return;
  const list = idle.get(room.length);
  if (list === undefined) idle.set(room.length, [room]);
  else if (list.length < MOST_KEPT) list.push(room);
}

/** How much of a body rules see and when; sizes in bytes. */
export interface BodyLimits {
  /** Bytes kept for inspection in all (`request-body-limit`); 0: no limit. */
  readonly limit: number;
  /** Inspection waits for so many ... */
  readonly minimum: number;
  /** ... and then shows so many at once, new ones and some before them (or more, where more are new), ... */
  readonly window: number;
  /** ... at least so many of them before the new ones, ... */
  readonly overlap: number;
  /** ... or all of the body, until more of it than this was looked at. */
  readonly whole: number;
}

export class BodyBuffer {
  /** Bytes [base, base + length) of the body. */
  private data: Uint8Array = NOTHING;
  private base = 0;
  private length = 0;
  /** Bytes of the body so far, kept or not. */
  size = 0;
  /** Rules have seen the body up to here. */
  inspectedTo = 0;
  isComplete = false;

  get end(): number {
    return this.base + this.length;
  }

  append(data: Uint8Array, start: number, end: number, limits: BodyLimits): void {
    let count = end - start;
    this.size += count;
    if (limits.limit > 0) count = Math.min(count, limits.limit - this.end);
    if (count <= 0) return;
    this.makeRoom(count, limits);
    const to = this.data;
    const at = this.length;
    if (count < 64) for (let i = 0; i < count; i++) to[at + i] = data[start + i]!;
    else to.set(data.subarray(start, start + count), at);
    this.length = at + count;
  }

  /** Whether there is something rules have not seen and may look at. */
  isDue(limits: BodyLimits): boolean {
    if (this.end <= this.inspectedTo) return false;
    return (
      this.isComplete ||
      (this.end - this.inspectedTo >= 1 &&
        (this.inspectedTo > 0 || this.end >= limits.minimum || (limits.limit > 0 && this.end >= limits.limit)))
    );
  }

  /** Shows the window due; false when there is none. */
  view(view: BufferView, limits: BodyLimits): boolean {
    if (!this.isDue(limits)) return false;
    const { inspectedTo, end } = this;
    const { window, overlap, whole } = limits;
    const from = inspectedTo > whole ? Math.max(this.base, Math.min(inspectedTo - overlap, end - window)) : this.base;
    view.data = this.data;
    view.bufferId = -1;
    view.start = from - this.base;
    view.end = this.length;
    view.streamOffset = from;
    view.isWhole = this.isComplete && from === 0;
    return true;
  }

  /** Rules had their look at what was due. */
  commit(limits: BodyLimits): void {
    if (this.isDue(limits)) this.inspectedTo = this.end;
  }

  /** Its last bytes, those that are there. */
  get held(): Uint8Array {
    return this.data.subarray(0, this.length);
  }

  /** Its bytes are not looked at any longer. */
  release(): void {
    giveBack(this.data);
    this.data = NOTHING;
    this.base = this.end;
    this.length = 0;
  }

  private makeRoom(count: number, limits: BodyLimits): void {
    if (this.length + count <= this.data.length) return;
    const keep = Math.max(limits.window, limits.overlap);
    const drop = this.inspectedTo > limits.whole ? this.inspectedTo - keep - this.base : 0;
    if (drop > 0 && drop >= this.length >> 1) {
      this.data.copyWithin(0, drop, this.length);
      this.base += drop;
      this.length -= drop;
      if (this.length + count <= this.data.length) return;
    }
    let size = this.data.length === 0 ? FIRST_SIZE : this.data.length * 2;
    while (size < this.length + count) size *= 2;
    const grown = roomOf(size);
    grown.set(this.data.subarray(0, this.length));
    giveBack(this.data);
    this.data = grown;
  }
}
