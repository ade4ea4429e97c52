// XxHash32: the 32-bit xxHash (github.com/Cyan4973/xxHash, xxhash_spec.md), seed 0; LZ4 frames are checked with it.

const PRIME_1 = 0x9e3779b1 | 0;
const PRIME_2 = 0x85ebca77 | 0;
const PRIME_3 = 0xc2b2ae3d | 0;
const PRIME_4 = 0x27d4eb2f | 0;
const PRIME_5 = 0x165667b1 | 0;
const STRIPE = 16;

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function wordAt(data: Uint8Array, at: number): number {
  return data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
}

function round(lane: number, word: number): number {
  return Math.imul(rotated((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}

export class XxHash32 {
  private readonly lanes = Int32Array.of((PRIME_1 + PRIME_2) | 0, PRIME_2, 0, -PRIME_1 | 0);
  /** Bytes that do not fill a stripe yet. */
  private readonly rest = new Uint8Array(STRIPE);
  private held = 0;
  private total = 0;

  update(data: Uint8Array, start = 0, end = data.length): void {
    this.total += end - start;
    let at = start;
    if (this.held > 0) {
      while (at < end && this.held < STRIPE) this.rest[this.held++] = data[at++]!;
      if (this.held < STRIPE) return;
      this.stripe(this.rest, 0);
      this.held = 0;
    }
    for (; at + STRIPE <= end; at += STRIPE) this.stripe(data, at);
    while (at < end) this.rest[this.held++] = data[at++]!;
  }

  private stripe(data: Uint8Array, at: number): void {
    for (let i = 0; i < 4; i++) this.lanes[i] = round(this.lanes[i]!, wordAt(data, at + 4 * i));
  }

  /** The hash of all that came, as a signed number. */
  digest(): number {
    const [a, b, c, d] = this.lanes as unknown as readonly [number, number, number, number];
    let hash = this.total < STRIPE ? PRIME_5 : rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18);
    hash = (hash + this.total) | 0;
    let at = 0;
    for (; at + 4 <= this.held; at += 4)
      hash = Math.imul(rotated((hash + Math.imul(wordAt(this.rest, at), PRIME_3)) | 0, 17), PRIME_4);
    for (; at < this.held; at++)
      hash = Math.imul(rotated((hash + Math.imul(this.rest[at]!, PRIME_5)) | 0, 11), PRIME_1);
    hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
    hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
    return hash ^ (hash >>> 16);
  }
}
