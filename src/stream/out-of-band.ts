// OutOfBand: where in streams there were urgent bytes that do not belong into them.

/** Of one direction the last few are known: more do not lie in what is sent again. */
const MOST = 64;

/**
 * Sequence numbers of urgent bytes that were left out, by direction (`d`). Each makes the relative position of what is
 * behind it smaller by one, for which the base of the stream moved on; of what is before it, the position stays.
 */
export class OutOfBand {
  private readonly places = new Map<number, number[]>();

  add(d: number, seq: number): void {
    const places = this.places.get(d);
    if (places === undefined) this.places.set(d, [seq]);
    else if (places.push(seq) > MOST) places.shift();
  }

  has(d: number, seq: number): boolean {
    return this.places.get(d)?.includes(seq) === true;
  }

  /** How many lie at a sequence number or behind it. */
  from(d: number, seq: number): number {
    let count = 0;
    for (const place of this.places.get(d) ?? []) if (((place - seq) | 0) >= 0) count++;
    return count;
  }

  /** How many bytes there are from a sequence number to the first that was left out; at most `length`. */
  before(d: number, seq: number, length: number): number {
    let before = length;
    for (const place of this.places.get(d) ?? []) {
      const ahead = (place - seq) | 0;
      if (ahead >= 0 && ahead < before) before = ahead;
    }
    return before;
  }

  release(d: number): void {
    this.places.delete(d);
  }

  /** The session was turned around. */
  exchange(a: number, b: number): void {
    const [ofA, ofB] = [this.places.get(a), this.places.get(b)];
    this.places.delete(a);
    this.places.delete(b);
    if (ofA !== undefined) this.places.set(b, ofA);
    if (ofB !== undefined) this.places.set(a, ofB);
  }
}
