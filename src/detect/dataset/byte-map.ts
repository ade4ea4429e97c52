// A map from byte strings to numbers that is asked with a range of an array: asking allocates nothing.

export interface Entry {
  readonly bytes: Uint8Array;
  readonly value: number;
  /** What is known of the entry, as JSON; '' for nothing. */
  readonly context: string;
}

export class ByteMap {
  private readonly buckets = new Map<number, Entry[]>();
  size = 0;

  /** The entry of the bytes, null when they are not in the map. */
  find(data: Uint8Array, start: number, end: number): Entry | null {
    const bucket = this.buckets.get(hash(data, start, end));
    if (bucket === undefined) return null;
    for (let i = 0; i < bucket.length; i++) if (equals(bucket[i]!.bytes, data, start, end)) return bucket[i]!;
    return null;
  }

  /** True when the bytes were not there before. The bytes are copied. */
  add(data: Uint8Array, start: number, end: number, value = 0, context = ''): boolean {
    if (this.find(data, start, end) !== null) return false;
    const key = hash(data, start, end);
    const entry = { bytes: data.slice(start, end), value, context };
    const bucket = this.buckets.get(key);
    if (bucket === undefined) this.buckets.set(key, [entry]);
    else bucket.push(entry);
    this.size++;
    return true;
  }

  /** True when the bytes were there. */
  remove(data: Uint8Array, start: number, end: number): boolean {
    const key = hash(data, start, end);
    const bucket = this.buckets.get(key);
    const at = bucket?.findIndex((entry) => equals(entry.bytes, data, start, end)) ?? -1;
    if (bucket === undefined || at < 0) return false;
    bucket.splice(at, 1);
    if (bucket.length === 0) this.buckets.delete(key);
    this.size--;
    return true;
  }

  clear(): void {
    this.buckets.clear();
    this.size = 0;
  }

  *entries(): Generator<Entry> {
    for (const bucket of this.buckets.values()) yield* bucket;
  }
}

function hash(data: Uint8Array, start: number, end: number): number {
  let h = 0x811c9dc5;
  for (let i = start; i < end; i++) h = Math.imul(h ^ data[i]!, 0x01000193);
  return h;
}

function equals(bytes: Uint8Array, data: Uint8Array, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== data[start + i]) return false;
  return true;
}
