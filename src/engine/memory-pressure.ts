// MemoryPressure: how much of their memory the parts of a worker with a cap use, the fullest counts.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';

const PRESSURE = defineCounter('memcap.pressure');
const MOST = defineCounter('memcap.pressure_max');

/** Bytes a part may use (0: no cap), and the counter of those it uses. */
export interface CappedMemory {
  readonly counter: string;
  readonly cap: number;
}

export class MemoryPressure {
  private readonly counters: Counters;
  private readonly capped: readonly CappedMemory[];

  constructor(counters: Counters, parts: readonly CappedMemory[]) {
    this.counters = counters;
    this.capped = parts.filter(({ cap }) => cap > 0);
  }

  /** Statistics are due, and the counters of the parts are up to date. */
  update(): void {
    const { counters } = this;
    let percent = 0;
    for (const { counter, cap } of this.capped)
      percent = Math.max(percent, Math.floor((counters.byName(counter) * 100) / cap));
    counters.set(PRESSURE, percent);
    if (percent > counters.get(MOST)) counters.set(MOST, percent);
  }
}
