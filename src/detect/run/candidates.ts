// Candidates: the signatures that may match the packet under way, each once, in evaluation order.

/** Room for the candidates of one packet and for the hits of one scan; one per worker and kind of inspection. */
export class Candidates {
  /** Ascending. */
  readonly iids: Int32Array;
  count = 0;
  /** Those that are kept apart: rules on transactions whose pattern was found in the payload. */
  readonly onTx: Int32Array;
  txCount = 0;
  /** What a matcher writes to. */
  readonly patterns: Int32Array;
  /** By number: 1 for signatures that are kept apart. */
  private readonly isOnTx: Uint8Array;
  private readonly seen: Uint32Array;
  private epoch = 0;

  /** @param isOnTx by number, 1 for signatures to be kept apart; none without it */
  constructor(
    signatureCount: number,
    isOnTx = new Uint8Array(signatureCount),
    patterns: Int32Array = new Int32Array(signatureCount + 16),
  ) {
    this.iids = new Int32Array(signatureCount);
    this.onTx = new Int32Array(signatureCount);
    this.seen = new Uint32Array(signatureCount);
    this.patterns = patterns;
    this.isOnTx = isOnTx;
  }

  /**
   * Others of the same signatures, none kept apart. Matchers write to the same place for both: to tell them of another
   * costs a call into native code, and hits are read before the next scan.
   */
  others(): Candidates {
    return new Candidates(this.iids.length, undefined, this.patterns);
  }

  clear(): void {
    this.count = 0;
    this.txCount = 0;
    this.epoch = (this.epoch + 1) >>> 0;
    if (this.epoch !== 0) return;
    this.seen.fill(0); // old marks must not look like new ones after the wrap
    this.epoch = 1;
  }

  /** Adds one. They are few: insertion is the cheapest way to order them. */
  add(iid: number): void {
    if (this.seen[iid] === this.epoch) return;
    this.seen[iid] = this.epoch;
    if (this.isOnTx[iid] !== 0) {
      this.onTx[this.txCount++] = iid;
      return;
    }
    let at = this.count++;
    while (at > 0 && this.iids[at - 1]! > iid) {
      this.iids[at] = this.iids[at - 1]!;
      at--;
    }
    this.iids[at] = iid;
  }

  addAll(iids: Int32Array): void {
    for (let i = 0; i < iids.length; i++) this.add(iids[i]!);
  }
}
