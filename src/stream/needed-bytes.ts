// NeededBytes: how far the beginning of a stream is of no use to anybody any longer: to the application layer, to rules
// and to outputs.

import type { StreamOptions } from './options.ts';
import type { Sessions } from './sessions.ts';
import { CLIENT, D, StreamFlag, STRIDE } from './sessions.ts';

/** How far an output has been told of a direction: relative position of the first byte that it was not. */
interface Told {
  position(d: number): number;
}

/** `d` is always the first word of a direction in `sessions.words`. */
export class NeededBytes {
  /** An application layer takes the bytes, as long as it says no different of a direction. */
  feedsApp = false;
  /** Outputs write streams down: bytes are kept until they were told. */
  told: Told | null = null;
  /** Direction of the packet under way, -1 for none, and what `D.needed` was of it before. */
  private noted = -1;
  private notedBefore = 0;
  /** Bytes that stay of streams that have the flag `held`, behind what was looked at: from the client, from the server. */
  private readonly behind: [number, number] = [0, 0];
  private readonly sessions: Sessions;
  private readonly options: StreamOptions;

  constructor(sessions: Sessions, options: StreamOptions) {
    this.sessions = sessions;
    this.options = options;
  }

  /** Before each packet. */
  begin(): void {
    this.noted = -1;
  }

  /** At least so many bytes of a direction stay where it has the flag `held`. */
  hold(direction: 0 | 1, bytes: number): void {
    if (bytes > this.behind[direction]) this.behind[direction] = bytes;
  }

  /** How far the beginning of the data may be forgotten. */
  keepFrom(d: number): number {
    const w = this.sessions.words;
    const isRawOff = (w[d + D.flags]! & StreamFlag.rawDisabled) !== 0;
    let raw = isRawOff ? w[d + D.contiguous]! : w[d + D.raw]!;
    if (this.options.inline) raw -= this.options.reassembly.toserverChunkSize;
    const app = (w[d + D.flags]! & StreamFlag.noReassembly) !== 0 ? w[d + D.end]! : w[d + D.app]!;
    let keep = raw < app ? raw : app;
    if ((w[d + D.flags]! & StreamFlag.held) !== 0) keep -= this.behind[d % STRIDE === CLIENT ? 0 : 1];
    if (this.options.inline) keep = Math.min(keep, this.acknowledged(d));
    return this.told === null ? keep : Math.min(keep, this.told.position(d));
  }

  /**
   * Inline, what its receiver did not acknowledge may come again with other bytes: the first, which were looked at, are
   * what it has to get then.
   */
  private acknowledged(d: number): number {
    const w = this.sessions.words;
    return (w[d + D.lastAck]! - w[d + D.baseSeq]!) | 0;
  }

  /** After each packet of a direction: how far the application layer had no more use for what was said. */
  note(d: number): void {
    const w = this.sessions.words;
    const flags = w[d + D.flags]!;
    if ((flags & StreamFlag.based) === 0) return;
    // where nobody reads any more, nothing is done with either
    if (!this.options.rawInspection && this.feedsApp && (flags & StreamFlag.appDisabled) !== 0) return;
    const app = (flags & StreamFlag.noReassembly) !== 0 ? w[d + D.end]! : w[d + D.app]!;
    const needed = (w[d + D.baseSeq]! + app) | 0;
    const before = w[d + D.needed]!;
    this.noted = d;
    this.notedBefore = before;
    if (((needed - before) | 0) > 0) w[d + D.needed] = needed;
  }

  /**
   * Relative position of the first byte that anybody needed after the last packet of the direction: of the application
   * layer as it was then, of rules as it is now, since they looked behind that packet.
   */
  from(d: number, last = this.sessions.words[d + D.needed]!): number {
    const w = this.sessions.words;
    const flags = w[d + D.flags]!;
    const { rawInspection, inline, reassembly } = this.options;
    const app = (last - w[d + D.baseSeq]!) | 0;
    let keep = (flags & StreamFlag.rawDisabled) !== 0 ? w[d + D.contiguous]! : w[d + D.raw]!;
    if (inline && rawInspection) keep -= reassembly.toserverChunkSize;
    if (app < keep) keep = app;
    // alerts show what is held, where there are rules that raise some
    const isHeld = rawInspection && (flags & (StreamFlag.held | StreamFlag.lingers)) !== 0;
    if (isHeld) keep -= this.behind[d % STRIDE === CLIENT ? 0 : 1];
    if (inline) keep = Math.min(keep, this.acknowledged(d));
    if (this.told !== null) keep = Math.min(keep, this.told.position(d));
    return Math.max(keep, -this.sessions.doubles[(d + D.baseOffset) >> 1]!);
  }

  /** The same after the packet before the one under way, which is of that direction. */
  before(d: number): number {
    return this.noted === d ? this.from(d, this.notedBefore) : this.from(d);
  }
}
