// Frames: stretches of a direction's bytes that a parser marks for what they are (a record, a line, a header). Rules look
// at them (`frame:smtp.command_line`) and EVE records them. Where nobody asks for frames, none are made.

import { GrowingBytes } from '../base/growing-bytes.ts';
import type { Direction, Transaction } from './transaction.ts';

/** A frame over the whole direction, of every protocol over TCP that has frames. */
export const STREAM_FRAME = 'stream';
/** What rules demand of parsers (RulesetSetup.demands) for a type of frame. */
export function frameDemand(protocol: string, type: string): string {
  return `frame:${protocol}.${type}`;
}

const NOTHING = new Uint8Array(0);
const NO_TX = -1;

/** Bytes that never came, and those behind them. */
export interface FrameHole {
  missing: number;
  readonly data: GrowingBytes;
}

export class Frame {
  /** Position among the frames of its direction, from 1. */
  readonly id: number;
  /** As in rules, without the protocol. */
  readonly type: string;
  readonly direction: Direction;
  /** Bytes of the direction before it. */
  readonly offset: number;
  /** -1: not known yet. */
  length: number;
  readonly txId: number;
  /** The first bytes of it, up to a hole: `kept` of them are in `data`, of `seen` that passed. */
  data: Uint8Array = NOTHING;
  kept = 0;
  seen = 0;
  /** For outputs alone: rules look no further than the first. */
  holes: FrameHole[] | null = null;
  /** Bytes that are kept behind them. */
  private behind = 0;
  /** Nothing more of it will come. */
  isOver = false;
  /** Bytes were missed, or its end was never seen. */
  isCut = false;
  /** Rules have seen so many of its bytes; -1 none yet. */
  inspectedTo = -1;
  /** Rules have seen that it is over. */
  isEndInspected = false;
  /** Signatures that matched. */
  matched: Set<number> | null = null;
  /** Of the rule set that numbers them. */
  generation = 0;
  isLogged = false;

  constructor(id: number, type: string, direction: Direction, offset: number, length: number, txId: number) {
    this.id = id;
    this.type = type;
    this.direction = direction;
    this.offset = offset;
    this.length = length;
    this.txId = txId;
  }

  /** All of it was there. */
  get isComplete(): boolean {
    return this.length >= 0 && this.seen >= this.length && !this.isCut;
  }

  append(data: Uint8Array, start: number, end: number, limit: number): void {
    this.seen += end - start;
    if (this.holes !== null) {
      this.appendBehind(data, start, end, limit);
      return;
    }
    const count = Math.min(end - start, limit - this.kept);
    if (count <= 0) return;
    if (this.kept + count > this.data.length) {
      const wanted = this.length >= 0 ? Math.min(this.length, limit) : this.data.length * 2;
      const grown = new Uint8Array(Math.max(wanted, this.kept + count));
      grown.set(this.data.subarray(0, this.kept));
      this.data = grown;
    }
    this.data.set(data.subarray(start, start + count), this.kept);
    this.kept += count;
  }

  private appendBehind(data: Uint8Array, start: number, end: number, limit: number): void {
    const count = Math.min(end - start, limit - this.kept - this.behind);
    if (count <= 0) return;
    this.holes!.at(-1)!.data.append(data, start, start + count);
    this.behind += count;
  }

  /** So many bytes never came. */
  miss(length: number): void {
    this.seen += length;
    this.isCut = true;
    const last = this.holes?.at(-1);
    if (last?.data.size === 0) last.missing += length;
    else (this.holes ??= []).push({ missing: length, data: new GrowingBytes() });
  }

  /** All that belongs to it has passed, or never will. */
  get isPast(): boolean {
    return this.length >= 0 && this.seen >= this.length;
  }
}

/** Which frames of a protocol are wanted, and how many bytes of each. */
export interface FrameWishes {
  /** Bytes kept of frames for outputs; 0: no output asks for frames. */
  readonly logged: number;
  /** Types that rules look at. */
  readonly inspected: ReadonlySet<string>;
}

/** Bytes of a frame that rules see. */
const INSPECTED = 262_144;

/** The frames of one flow under way. */
export class FlowFrames {
  readonly lists: readonly [toServer: Frame[], toClient: Frame[]] = [[], []];
  /** Something of a direction is new. */
  readonly isDirty: [boolean, boolean] = [false, false];
  private readonly nextId: [number, number] = [1, 1];
  private readonly wishes: FrameWishes;

  constructor(wishes: FrameWishes) {
    this.wishes = wishes;
  }

  /** @param length -1: until its end is told; @returns null when nobody asks for such a frame */
  add(direction: Direction, type: string, offset: number, length: number, tx: Transaction | null): Frame | null {
    const isInspected = this.wishes.inspected.has(type);
    if (!isInspected && this.wishes.logged === 0) return null;
    const frame = new Frame(this.nextId[direction]++, type, direction, offset, length, tx?.id ?? NO_TX);
    this.lists[direction].push(frame);
    this.isDirty[direction] = true;
    return frame;
  }

  /** A direction of a stream begins: the frame over all of it comes first. */
  begin(direction: Direction): void {
    if (this.nextId[direction] === 1) this.add(direction, STREAM_FRAME, 0, -1, null);
  }

  /** Bytes of a direction passed: [start, end) of `data`, the first of them at `offset`. */
  take(direction: Direction, data: Uint8Array, start: number, end: number, offset: number): void {
    const list = this.lists[direction];
    for (let i = 0; i < list.length; i++) {
      const frame = list[i]!;
      if (frame.isOver) continue;
      const next = frame.offset + frame.seen;
      const from = next - offset;
      const last = frame.length < 0 ? end - start : frame.offset + frame.length - offset;
      const to = Math.min(end - start, last);
      if (from >= 0 && to > from) frame.append(data, start + from, start + to, this.limitOf(frame));
      if (frame.isPast) frame.isOver = true;
    }
    this.isDirty[direction] = true;
  }

  /** Bytes never came, up to `end` of the direction. What is of a known length goes on behind them. */
  gap(direction: Direction, end: number): void {
    for (const frame of this.lists[direction]) {
      const missing = end - frame.offset - frame.seen;
      if (frame.isOver || missing <= 0) continue;
      if (frame.length < 0) {
        frame.length = frame.seen;
        frame.isCut = true;
      } else frame.miss(Math.min(missing, frame.length - frame.seen));
      if (frame.isPast) frame.isOver = true;
    }
    this.isDirty[direction] = true;
  }

  /** What is not whole will not become so: the direction is over, or (cut) no more of it is looked at. */
  end(direction: Direction, how: 'cut' | 'eof'): void {
    for (const frame of this.lists[direction]) {
      if (frame.isOver) continue;
      frame.isCut ||= how === 'cut';
      if (frame.length < 0) frame.length = frame.seen;
      frame.isOver = true;
    }
    this.isDirty[direction] = true;
  }

  /** Lets go of the frames that rules and outputs have seen to their end. */
  release(direction: Direction): void {
    const list = this.lists[direction];
    let kept = 0;
    for (let i = 0; i < list.length; i++) if (!list[i]!.isOver) list[kept++] = list[i]!;
    list.length = kept;
    this.isDirty[direction] = false;
  }

  private limitOf({ type }: Frame): number {
    return this.wishes.inspected.has(type) ? INSPECTED : this.wishes.logged;
  }
}
