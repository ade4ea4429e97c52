// PipeCalls: calls in a pipe whose answer is to come, found by their number.

import type { SmbTransaction } from './transaction.ts';

export class PipeCalls {
  /** By their number, oldest first. */
  private readonly calls = new Map<number, SmbTransaction[]>();
  /** What was called last; null: it is over. */
  last: SmbTransaction | null = null;

  /** The newest of that number; undefined without. */
  of(callId: number): SmbTransaction | undefined {
    return this.calls.get(callId)?.at(-1);
  }

  add(tx: SmbTransaction, callId: number): void {
    this.last = tx;
    const others = this.calls.get(callId);
    if (others === undefined) this.calls.set(callId, [tx]);
    else others.push(tx);
  }

  remove(tx: SmbTransaction): void {
    if (this.last === tx) this.last = null;
    const { callId } = tx.exchange!;
    const all = this.calls.get(callId);
    const place = all?.indexOf(tx) ?? -1;
    if (place < 0) return;
    if (all!.length === 1) this.calls.delete(callId);
    else all!.splice(place, 1);
  }

  /** All of them. */
  list(): SmbTransaction[] {
    return [...this.calls.values()].flat();
  }
}
