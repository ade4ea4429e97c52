// TimerWheel: which flows may have timed out, in lists per second; a flow is looked at again when it was active meanwhile.

import type { Flows } from '../framework/flows.ts';
import { F, FLOW_STRIDE } from '../framework/flows.ts';

const SLOTS = 1024;

/** Flows in circular lists by the second of their next check; all links are words of the records. */
export class TimerWheel {
  /** Flow number + 1 of each list's head. */
  private readonly heads = new Int32Array(SLOTS);
  private readonly flows: Flows;
  /** The last second whose list was worked off. */
  private second = -1;

  constructor(flows: Flows) {
    this.flows = flows;
  }

  /**
   * Puts a flow into the list of a second (at most SLOTS - 1 ahead: later ones are looked at early and put back).
   * @param now second of the clock: the first time, everything before it counts as worked off
   */
  schedule(f: number, second: number, now: number): void {
    if (this.second < 0) this.second = now;
    let due = Math.floor(second);
    if (due <= this.second) due = this.second + 1;
    if (due >= this.second + SLOTS) due = this.second + SLOTS - 1;
    const slot = due % SLOTS;
    const words = this.flows.words;
    const base = f * FLOW_STRIDE;
    const head = this.heads[slot]!;
    words[base + F.timerSlot] = slot;
    words[base + F.timerNext] = head;
    words[base + F.timerPrev] = 0;
    if (head !== 0) words[(head - 1) * FLOW_STRIDE + F.timerPrev] = f + 1;
    this.heads[slot] = f + 1;
  }

  remove(f: number): void {
    const words = this.flows.words;
    const base = f * FLOW_STRIDE;
    const next = words[base + F.timerNext]!;
    const previous = words[base + F.timerPrev]!;
    if (next !== 0) words[(next - 1) * FLOW_STRIDE + F.timerPrev] = previous;
    if (previous !== 0) words[(previous - 1) * FLOW_STRIDE + F.timerNext] = next;
    else this.heads[words[base + F.timerSlot]!] = next;
  }

  /** True when the clock reached a second whose list is still to be worked off. */
  isDue(second: number): boolean {
    return this.second >= 0 && second > this.second;
  }

  /**
   * Takes the next flow due by `second` off the wheel, or -1. The caller ends it or schedules it again.
   * After a jump of the clock every list is worked off once.
   */
  take(second: number): number {
    if (this.second < 0) return -1;
    if (second - this.second > SLOTS) this.second = second - SLOTS;
    while (this.second < second) {
      const head = this.heads[(this.second + 1) % SLOTS]!;
      if (head !== 0) {
        this.remove(head - 1);
        return head - 1;
      }
      this.second++;
    }
    return -1;
  }
}
