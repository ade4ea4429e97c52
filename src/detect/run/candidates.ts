// Candidates: the signatures that may match the packet under way, each once, in evaluation order; and where the pattern
// of each lies.

import { firstEnd, lastEnd, matchBuffer } from '../mpm/index.ts';

/** Of a signature: its pattern was not looked for, or in more than one place, or in bytes without a name. */
const ANYWHERE = -1;

/** Names the bytes of a buffer that begin there. @param bufferId its registration with native code, -1 for none */
function placeOf(bufferId: number, offset: number): number {
  return bufferId < 0 ? ANYWHERE : bufferId * 2 ** 32 + offset;
}

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
  /** By number, `placeOf` the bytes that its pattern was found in. */
  private readonly places: Float64Array;
  private readonly firstEnds: Int32Array;
  private readonly lastEnds: Int32Array;

  /** @param isOnTx by number, 1 for signatures to be kept apart; none without it */
  constructor(
    signatureCount: number,
    isOnTx = new Uint8Array(signatureCount),
    patterns: Int32Array = matchBuffer(signatureCount + 16),
  ) {
    this.iids = new Int32Array(signatureCount);
    this.onTx = new Int32Array(signatureCount);
    this.seen = new Uint32Array(signatureCount);
    this.patterns = patterns;
    this.isOnTx = isOnTx;
    this.places = new Float64Array(signatureCount);
    this.firstEnds = new Int32Array(signatureCount);
    this.lastEnds = new Int32Array(signatureCount);
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
    this.place(iid, ANYWHERE, 0, 0);
  }

  private place(iid: number, place: number, first: number, last: number): void {
    if (this.seen[iid] === this.epoch) {
      // the same pattern, looked for again
      if (this.places[iid] !== place) this.places[iid] = ANYWHERE;
      return;
    }
    this.seen[iid] = this.epoch;
    this.places[iid] = place;
    this.firstEnds[iid] = first;
    this.lastEnds[iid] = last;
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

  /**
   * Adds those whose pattern is the nth that the last scan found.
   * @param bufferId of the bytes that were scanned @param offset where they begin
   */
  addFound(iids: Int32Array, n: number, bufferId: number, offset: number): void {
    if (iids.length === 0) return;
    const place = placeOf(bufferId, offset);
    const first = offset + firstEnd(this.patterns, n);
    const last = offset + lastEnd(this.patterns, n);
    for (let i = 0; i < iids.length; i++) this.place(iids[i]!, place, first, last);
  }

  /** Whether it is known where in the bytes that begin there the pattern of a signature lies. */
  isPlaced(iid: number, bufferId: number, offset: number): boolean {
    return bufferId >= 0 && this.places[iid] === placeOf(bufferId, offset) && this.seen[iid] === this.epoch;
  }

  /** Of a placed one: no occurrence of its pattern ends before this. */
  firstEnd(iid: number): number {
    return this.firstEnds[iid]!;
  }

  /** Likewise: after this. */
  lastEnd(iid: number): number {
    return this.lastEnds[iid]!;
  }
}
