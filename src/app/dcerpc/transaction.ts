// DcerpcTransaction: a call and its answer, or a negotiation and its answer, told by their call id.

import { Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { RpcExchange } from '../../applayer/dcerpc/exchange.ts';
import type { RpcCarrier } from '../../applayer/dcerpc/exchange.ts';
import type { RpcContexts } from '../../applayer/dcerpc/contexts.ts';

/** Progress of a direction: it began, it is complete. */
export const Progress = { started: 0, complete: 1 } as const;

export class DcerpcTransaction extends Transaction implements RpcCarrier {
  readonly exchange: RpcExchange;

  constructor(id: number, callId: number, contexts: RpcContexts) {
    super(id);
    this.exchange = new RpcExchange(callId, contexts);
  }

  override inspected(direction: Direction): void {
    super.inspected(direction);
    this.exchange.inspected(direction);
  }
}
