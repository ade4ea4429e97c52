// SshTransaction: a connection is one transaction; each side says its banner and what it offers.

import { Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { hassh } from './kexinit.ts';

/** Progress of a side. */
export const SshState = { inProgress: 0, bannerWaitEol: 1, bannerDone: 2, finished: 3 } as const;

export class SshSide {
  proto: Uint8Array | null = null;
  software: Uint8Array | null = null;
  /** What the fingerprint is made of; null without a key exchange, or when nobody wants it. */
  hasshString: Uint8Array | null = null;
  /** Bytes to come of a record that nobody looks at. */
  skip = 0;
  private digest: Uint8Array | null = null;

  get hassh(): Uint8Array | null {
    if (this.digest === null && this.hasshString !== null) this.digest = hassh(this.hasshString);
    return this.digest;
  }
}

export class SshTransaction extends Transaction {
  readonly sides: readonly [client: SshSide, server: SshSide] = [new SshSide(), new SshSide()];
  /** Whether its record waits for fingerprints, and whether the flow is watched beyond the change of keys. */
  readonly hasHassh: boolean;
  readonly isWatchedToTheEnd: boolean;

  constructor(id: number, options: { readonly hasHassh: boolean; readonly isWatchedToTheEnd: boolean }) {
    super(id);
    this.hasHassh = options.hasHassh;
    this.isWatchedToTheEnd = options.isWatchedToTheEnd;
  }

  /** Both sides are in that very state. */
  areBoth(state: number): boolean {
    return this.progress[0] === state && this.progress[1] === state;
  }

  side(direction: Direction): SshSide {
    return this.sides[direction];
  }
}
