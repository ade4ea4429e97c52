// MemoryPressure: how much of their memory the parts of a worker with a cap use, the fullest counts.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';

const PRESSURE = defineCounter('memcap.pressure', 'most');
const MOST = defineCounter('memcap.pressure_max', 'most');

/** A part, and the counter of the bytes it uses. */
export interface CappedMemory {
  readonly counter: string;
  /** Bytes it may use, 0: no cap. */
  cap(): number;
}

export class MemoryPressure {
  private readonly counters: Counters;
  private readonly capped: readonly CappedMemory[];

  constructor(counters: Counters, parts: readonly CappedMemory[]) {
    this.counters = counters;
    this.capped = parts;
  }

  /** Statistics are due, and the counters of the parts are up to date. */
  update(): void {
    const { counters } = this;
    let percent = 0;
    for (const part of this.capped) {
      const bytes = part.cap();
      if (bytes > 0) percent = Math.max(percent, Math.floor((counters.byName(part.counter) * 100) / bytes));
    }
    counters.set(PRESSURE, percent);
    if (percent > counters.get(MOST)) counters.set(MOST, percent);
  }
}
