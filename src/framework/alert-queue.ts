// AlertQueue: what matched with a packet, in the order of the rules; reused like the packet.

import type { Capture } from './detect-context.ts';
import type { Frame } from './frame.ts';
import type { Signature } from './signature.ts';

const FIRST_ROOM = 64;
/** Matches of one packet beyond which no more are taken. */
const MAX_ROOM = 65_536;

export class AlertQueue {
  count = 0;
  /** Alerts beyond `packet-alert-max` (counted, not kept). */
  discarded = 0;
  readonly signatures: (Signature | null)[] = new Array<Signature | null>(FIRST_ROOM).fill(null);
  /** Action after thresholds and rate filters; bits of `Action`. */
  actions = new Int32Array(FIRST_ROOM);
  /** Bits of `AlertFlag`. */
  flags = new Int32Array(FIRST_ROOM);
  txIds = new Float64Array(FIRST_ROOM);
  /** Frames that matched, null for alerts on anything else. */
  readonly frames: (Frame | null)[] = new Array<Frame | null>(FIRST_ROOM).fill(null);
  /** What pcre captured for the alert (`alert:name`), null without. */
  readonly contexts: (Capture[] | null)[] = new Array<Capture[] | null>(FIRST_ROOM).fill(null);

  /** A place at the end; -1: there is none. */
  add(signature: Signature, flags: number, context: Capture[] | null): number {
    if (this.count === this.actions.length && !this.grow()) return -1;
    const at = this.count++;
    this.signatures[at] = signature;
    this.actions[at] = signature.action;
    this.flags[at] = flags;
    this.contexts[at] = context;
    return at;
  }

  /** Alerts on transactions take their places among those on the packet. They are few. */
  sort(): void {
    const { signatures } = this;
    for (let i = 1; i < this.count; i++) {
      for (let k = i; k > 0 && signatures[k - 1]!.iid > signatures[k]!.iid; k--) this.exchange(k - 1, k);
    }
  }

  /** Makes `to` what is at `from`, which is behind it. */
  keep(from: number, to: number): void {
    if (from === to) return;
    this.signatures[to] = this.signatures[from]!;
    this.actions[to] = this.actions[from]!;
    this.flags[to] = this.flags[from]!;
    this.txIds[to] = this.txIds[from]!;
    this.frames[to] = this.frames[from]!;
    this.contexts[to] = this.contexts[from]!;
  }

  private exchange(a: number, b: number): void {
    exchange(this.actions, a, b);
    exchange(this.flags, a, b);
    exchange(this.txIds, a, b);
    exchange(this.signatures, a, b);
    exchange(this.frames, a, b);
    exchange(this.contexts, a, b);
  }

  private grow(): boolean {
    const room = 2 * this.actions.length;
    if (room > MAX_ROOM) return false;
    const { actions, flags, txIds } = this;
    this.actions = new Int32Array(room);
    this.actions.set(actions);
    this.flags = new Int32Array(room);
    this.flags.set(flags);
    this.txIds = new Float64Array(room);
    this.txIds.set(txIds);
    return true;
  }
}

function exchange<T>(values: Record<number, T>, a: number, b: number): void {
  const value = values[a]!;
  values[a] = values[b]!;
  values[b] = value;
}
