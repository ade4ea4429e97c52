// RecentMap: a map of bounded size; what was not used for longest gives way.

export class RecentMap<K, V> {
  private readonly entries = new Map<K, V>();
  private readonly most: number;

  /** @param most entries at a time */
  constructor(most: number) {
    this.most = most;
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

  /** @returns what gave way; undefined: nothing had to */
  set(key: K, value: V): V | undefined {
    this.entries.delete(key);
    let evicted: V | undefined;
    if (this.entries.size >= this.most) {
      const [oldest] = this.entries.keys();
      evicted = this.entries.get(oldest!);
      this.entries.delete(oldest!);
    }
    this.entries.set(key, value);
    return evicted;
  }

  values(): Iterable<V> {
    return this.entries.values();
  }

  /** Takes it out. */
  take(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) this.entries.delete(key);
    return value;
  }
}
