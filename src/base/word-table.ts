// A bounded hash table keyed by nine 32-bit words (a tag and two addresses), with a few numbers per entry.
// Open addressing in typed arrays: looking up and counting allocates nothing.

const KEY_WORDS = 9;

/** All entries of a table as plain data: keys and values, one entry after the other. */
export interface WordTableContent {
  readonly keys: Int32Array;
  readonly values: Float64Array;
}

export class WordTable {
  /** Numbers of an entry: `values[slot * valueCount + i]`. */
  values: Float64Array;
  readonly valueCount: number;
  /** Entries in use. */
  size = 0;
  private keys: Int32Array;
  private used: Uint8Array;
  private capacity: number;
  private readonly limit: number;

  /** @param limit most entries it may hold */
  constructor(limit: number, valueCount: number) {
    this.limit = Math.max(1, limit);
    this.valueCount = valueCount;
    this.capacity = 64;
    this.keys = new Int32Array(this.capacity * KEY_WORDS);
    this.used = new Uint8Array(this.capacity);
    this.values = new Float64Array(this.capacity * valueCount);
  }

  /** Bytes of one entry, table kept at most half full included. */
  static entryBytes(valueCount: number): number {
    return 2 * (KEY_WORDS * 4 + 1 + valueCount * 8);
  }

  get isFull(): boolean {
    return this.size >= this.limit;
  }

  /** The slot of a key, -1 when it is not there. */
  find(
    tag: number,
    a0: number,
    a1: number,
    a2: number,
    a3: number,
    b0: number,
    b1: number,
    b2: number,
    b3: number,
  ): number {
    const slot = this.probe(tag, a0, a1, a2, a3, b0, b1, b2, b3);
    return this.used[slot] === 1 ? slot : -1;
  }

  /** The slot of a key, made with all values 0 when it is not there; -1 when the table is full. */
  insert(
    tag: number,
    a0: number,
    a1: number,
    a2: number,
    a3: number,
    b0: number,
    b1: number,
    b2: number,
    b3: number,
  ): number {
    let slot = this.probe(tag, a0, a1, a2, a3, b0, b1, b2, b3);
    if (this.used[slot] === 1) return slot;
    if (this.size >= this.limit) return -1;
    if (this.size * 2 >= this.capacity) {
      this.rebuild(this.capacity * 2, null);
      slot = this.probe(tag, a0, a1, a2, a3, b0, b1, b2, b3);
    }
    const keys = this.keys;
    const k = slot * KEY_WORDS;
    keys[k] = tag;
    keys[k + 1] = a0;
    keys[k + 2] = a1;
    keys[k + 3] = a2;
    keys[k + 4] = a3;
    keys[k + 5] = b0;
    keys[k + 6] = b1;
    keys[k + 7] = b2;
    keys[k + 8] = b3;
    this.used[slot] = 1;
    this.values.fill(0, slot * this.valueCount, (slot + 1) * this.valueCount);
    this.size++;
    return slot;
  }

  /** Drops the entries that `isDead` names by slot. Takes time linear in the table: call it now and then. */
  purge(isDead: (slot: number) => boolean): void {
    this.rebuild(this.capacity, isDead);
  }

  clear(): void {
    this.used.fill(0);
    this.size = 0;
  }

  content(): WordTableContent {
    const { keys, size, used, valueCount } = this;
    const all = { keys: new Int32Array(size * KEY_WORDS), values: new Float64Array(size * valueCount) };
    for (let slot = 0, n = 0; slot < this.capacity; slot++) {
      if (used[slot] !== 1) continue;
      all.keys.set(keys.subarray(slot * KEY_WORDS, (slot + 1) * KEY_WORDS), n * KEY_WORDS);
      all.values.set(this.values.subarray(slot * valueCount, (slot + 1) * valueCount), n * valueCount);
      n++;
    }
    return all;
  }

  /** Has these entries and no others; as many of them as there is room for. */
  fill({ keys, values }: WordTableContent): void {
    const { valueCount } = this;
    this.clear();
    for (let k = 0, n = 0; k < keys.length; k += KEY_WORDS, n++) {
      const slot = this.insert(
        keys[k]!,
        keys[k + 1]!,
        keys[k + 2]!,
        keys[k + 3]!,
        keys[k + 4]!,
        keys[k + 5]!,
        keys[k + 6]!,
        keys[k + 7]!,
        keys[k + 8]!,
      );
      if (slot < 0) return;
      this.values.set(values.subarray(n * valueCount, (n + 1) * valueCount), slot * valueCount);
    }
  }

  private probe(
    tag: number,
    a0: number,
    a1: number,
    a2: number,
    a3: number,
    b0: number,
    b1: number,
    b2: number,
    b3: number,
  ): number {
    const mask = this.capacity - 1;
    const keys = this.keys;
    let slot = hash(tag, a0, a1, a2, a3, b0, b1, b2, b3) & mask;
    while (this.used[slot] === 1) {
      const k = slot * KEY_WORDS;
      if (
        keys[k + 1] === (a0 | 0) &&
        keys[k + 5] === (b0 | 0) &&
        keys[k] === (tag | 0) &&
        keys[k + 2] === (a1 | 0) &&
        keys[k + 3] === (a2 | 0) &&
        keys[k + 4] === (a3 | 0) &&
        keys[k + 6] === (b1 | 0) &&
        keys[k + 7] === (b2 | 0) &&
        keys[k + 8] === (b3 | 0)
      )
        return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private rebuild(capacity: number, isDead: ((slot: number) => boolean) | null): void {
    const { keys, used, values, valueCount } = this;
    const old = this.capacity;
    const kept: number[] = [];
    for (let slot = 0; slot < old; slot++) if (used[slot] === 1 && isDead?.(slot) !== true) kept.push(slot);
    this.capacity = capacity;
    this.keys = new Int32Array(capacity * KEY_WORDS);
    this.used = new Uint8Array(capacity);
    this.values = new Float64Array(capacity * valueCount);
    this.size = kept.length;
    for (const slot of kept) {
      const k = slot * KEY_WORDS;
      const to = this.probe(
        keys[k]!,
        keys[k + 1]!,
        keys[k + 2]!,
        keys[k + 3]!,
        keys[k + 4]!,
        keys[k + 5]!,
        keys[k + 6]!,
        keys[k + 7]!,
        keys[k + 8]!,
      );
      this.used[to] = 1;
      this.keys.set(keys.subarray(k, k + KEY_WORDS), to * KEY_WORDS);
      this.values.set(values.subarray(slot * valueCount, (slot + 1) * valueCount), to * valueCount);
    }
  }
}

function mix(h: number, word: number): number {
  h = Math.imul(h ^ word, 0x85ebca6b);
  return h ^ (h >>> 15);
}

function hash(
  tag: number,
  a0: number,
  a1: number,
  a2: number,
  a3: number,
  b0: number,
  b1: number,
  b2: number,
  b3: number,
): number {
  let h = mix(0x9e3779b9, tag);
  h = mix(mix(mix(mix(h, a0), a1), a2), a3);
  h = mix(mix(mix(mix(h, b0), b1), b2), b3);
  return Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
}
