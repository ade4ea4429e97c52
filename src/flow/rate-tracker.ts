// RateTracker: bytes of each flow and direction within the last seconds, to find elephant flows (`flow.rate-tracking`).

export interface RateLimit {
  /** Bytes of one direction within the interval that make a flow an elephant. */
  readonly bytes: number;
  /** Whole seconds. */
  readonly interval: number;
}

/** Bytes of one direction by second, for as many seconds as the interval has. */
interface Recent {
  readonly bySecond: Float64Array;
  sum: number;
  /** The latest second. */
  second: number;
}

export class RateTracker {
  private readonly limit: RateLimit;
  /** By flow and direction (2 f, 2 f + 1). */
  private readonly recent: (Recent | null)[] = [];

  constructor(limit: RateLimit) {
    this.limit = limit;
  }

  /**
   * Counts a packet.
   * @param direction 0 to the server, 1 to the client
   * @param now microseconds
   * @returns whether that direction has reached the limit with it
   */
  isReached(f: number, direction: 0 | 1, bytes: number, now: number): boolean {
    const recent = this.recentOf(f * 2 + direction, now);
    const { bySecond } = recent;
    const at = recent.second % bySecond.length;
    bySecond[at] = bySecond[at]! + bytes;
    recent.sum += bytes;
    return recent.sum >= this.limit.bytes;
  }

  private recentOf(index: number, now: number): Recent {
    const second = Math.floor(now / 1e6);
    const { interval } = this.limit;
    const known = this.recent[index];
    if (known) {
      if (second > known.second) forget(known, second);
      return known;
    }
    while (this.recent.length <= index) this.recent.push(null);
    const created: Recent = { bySecond: new Float64Array(interval), sum: 0, second };
    this.recent[index] = created;
    return created;
  }

  /** The ends of a flow change places. */
  swap(f: number): void {
    const [toServer = null, toClient = null] = this.recent.slice(f * 2, f * 2 + 2);
    while (this.recent.length < f * 2 + 2) this.recent.push(null);
    this.recent[f * 2] = toClient;
    this.recent[f * 2 + 1] = toServer;
  }

  release(f: number): void {
    if (this.recent.length <= f * 2) return;
    this.recent[f * 2] = null;
    if (this.recent.length > f * 2 + 1) this.recent[f * 2 + 1] = null;
  }
}

/** Time has gone on to `second`: what is older than the interval counts no longer. */
function forget(recent: Recent, second: number): void {
  const { bySecond } = recent;
  const steps = second - recent.second;
  recent.second = second;
  if (steps >= bySecond.length) {
    bySecond.fill(0);
    recent.sum = 0;
    return;
  }
  for (let i = 0; i < steps; i++) {
    const at = (second - i) % bySecond.length;
    recent.sum -= bySecond[at]!;
    bySecond[at] = 0;
  }
}
