// Named counters: declared once at module load, counted per worker in one Float64Array.

const names: string[] = [];
const ids = new Map<string, number>();

/** What a counter of several workers is: the sum, the largest, or one counter of theirs divided by another. */
export type Joining = 'sum' | 'most' | { readonly dividend: number; readonly divisor: number };

/** By number, for those that are no sum. */
const joinings = new Map<number, Joining>();

/**
 * Declares a counter and returns its index; declaring the same name again returns the same index.
 * Names are dotted as in Suricata's stats record, e.g. `decoder.vlan_qinq`.
 */
export function defineCounter(name: string, joining: Joining = 'sum'): number {
  const known = ids.get(name);
  if (known !== undefined) return known;
  const id = names.length;
  names.push(name);
  ids.set(name, id);
  if (joining !== 'sum') joinings.set(id, joining);
  return id;
}

/** The declared names, indexed by counter id. */
export function counterNames(): readonly string[] {
  return names;
}

/** Counters that memory of several threads has room for. */
const SHARED_COUNTERS = 8192;

/** Memory for the counters of a worker that is a thread of its own: it may declare some that other threads do not know yet. */
export function counterMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(SHARED_COUNTERS * Float64Array.BYTES_PER_ELEMENT);
}

/** The values of one worker; create it after every module that declares counters is loaded. */
export class Counters {
  readonly values: Float64Array;

  /** @param memory where another thread reads them too; see `counterMemory` */
  constructor(memory?: SharedArrayBuffer) {
    this.values = memory === undefined ? new Float64Array(names.length + 64) : new Float64Array(memory);
    if (names.length > this.values.length) throw new RangeError(`more than ${this.values.length} counters`);
  }

  /** Adds one: the packet path's only way to count. */
  add(id: number): void {
    this.values[id] = this.values[id]! + 1;
  }

  addBy(id: number, amount: number): void {
    this.values[id] = this.values[id]! + amount;
  }

  set(id: number, value: number): void {
    this.values[id] = value;
  }

  get(id: number): number {
    return this.values[id]!;
  }

  /** Becomes what several workers counted together. @param parts calls back with each value of each of them */
  join(parts: (take: (id: number, value: number) => void) => void): void {
    const { values } = this;
    values.fill(0);
    parts((id, value) => {
      values[id] = joinings.get(id) === 'most' ? Math.max(values[id]!, value) : values[id]! + value;
    });
    for (const [id, joining] of joinings)
      if (typeof joining === 'object') {
        const divisor = values[joining.divisor]!;
        values[id] = divisor === 0 ? 0 : Math.floor(values[joining.dividend]! / divisor);
      }
  }

  /** The value of a counter by name; 0 for a name nobody declared. */
  byName(name: string): number {
    const id = ids.get(name);
    return id === undefined ? 0 : this.values[id]!;
  }
}
