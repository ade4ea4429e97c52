// RecentMap: a map of bounded size; what was not used for longest gives way.

/** What its values may take in all. */
export interface Weight<V> {
  readonly of: (value: V) => number;
  readonly most: number;
}

export class RecentMap<K, V> {
  private readonly entries = new Map<K, V>();
  private readonly most: number;
  private readonly weight: Weight<V> | null;
  private used = 0;

  /** @param most entries at a time */
  constructor(most: number, weight: Weight<V> | null = null) {
    this.most = most;
    this.weight = weight;
  }

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    if (this.entries.size > 1) {
      this.entries.delete(key);
      this.entries.set(key, value);
    }
    return value;
  }

  /** A value that alone weighs too much is not kept. @returns what gave way last; undefined: nothing had to */
  set(key: K, value: V): V | undefined {
    this.take(key);
    const own = this.weigh(value);
    const room = this.weight === null ? 0 : this.weight.most - own;
    if (room < 0) return undefined;
    let evicted: V | undefined;
    while (this.entries.size >= this.most || this.used > room) {
      const [oldest] = this.entries.keys();
      evicted = this.take(oldest!);
    }
    this.entries.set(key, value);
    this.used += own;
    return evicted;
  }

  values(): Iterable<V> {
    return this.entries.values();
  }

  /** Takes it out. */
  take(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.used -= this.weigh(value);
    return value;
  }

  private weigh(value: V): number {
    return this.weight === null ? 0 : this.weight.of(value);
  }
}
