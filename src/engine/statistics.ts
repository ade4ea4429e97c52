// Statistics: when they are due.

import type { ConfigNode } from '../config/index.ts';

/** When statistics are due: every `stats.interval` seconds of the clock on the wall. */
export class Statistics {
  private readonly interval: number;
  private next: number;

  constructor(config: ConfigNode, started: number) {
    this.interval = config.seconds('stats.interval', 8) * 1000;
    this.next = started + this.interval;
  }

  isDue(): boolean {
    const now = Date.now();
    if (this.interval <= 0 || now < this.next) return false;
    this.next = now + this.interval;
    return true;
  }
}
