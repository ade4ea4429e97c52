// Unanswered: the requests of a connection whose response is not complete, oldest first.

import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import { Progress } from './transaction.ts';
import type { HttpTransaction } from './transaction.ts';

export class Unanswered {
  private readonly list: HttpTransaction[] = [];
  private readonly most: number;

  /** @param most requests that wait, at most */
  constructor(most: number) {
    this.most = most;
  }

  /** The one that is answered next. */
  get oldest(): HttpTransaction | undefined {
    return this.list[0];
  }

  /** The oldest is given up where there are too many. */
  add(tx: HttpTransaction): void {
    this.list.push(tx);
    if (this.list.length <= this.most) return;
    const oldest = this.list.shift()!;
    oldest.advance(TO_SERVER, Progress.complete);
    oldest.advance(TO_CLIENT, Progress.complete);
  }

  remove(tx: HttpTransaction): void {
    const at = this.list.indexOf(tx);
    if (at >= 0) this.list.splice(at, 1);
  }
}
