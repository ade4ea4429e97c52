// RpcExchange: a call of DCE/RPC and its answer, or a negotiation and its answer, whatever carries them (TCP, UDP, pipes of SMB).

import { GrowingBytes } from '../../base/growing-bytes.ts';
import type { RpcContexts, RpcInterface } from './contexts.ts';

/** What one end says. */
export class RpcSide {
  /** Value of PduType, -1 as long as nothing was said. */
  type = -1;
  isDone = false;
  /** It was missed, and will not come. */
  isLost = false;
  fragments = 0;
  /** Bytes of stub data of all fragments. */
  size = 0;
  /** Rules have seen so many of them. */
  shown = 0;
  private readonly kept = new GrowingBytes();

  /** Takes [start, end) of `data` as stub data, of which at most `limit` bytes are kept. */
  append(data: Uint8Array, start: number, end: number, limit: number): void {
    this.size += end - start;
    const count = Math.min(end - start, limit - this.kept.size);
    if (count > 0) this.kept.append(data, start, start + count);
  }

  /** Bytes that are kept. */
  get keptSize(): number {
    return this.kept.size;
  }

  get stub(): Uint8Array {
    return this.kept.bytes;
  }
}

export class RpcExchange {
  readonly callId: number;
  readonly request = new RpcSide();
  readonly response = new RpcSide();
  /** Agreed on before, in the same association. */
  readonly contexts: RpcContexts;
  /** Of a call, -1 without. */
  contextId = -1;
  opnum = -1;
  isLittle = false;
  /** Minor version of the protocol, of connections. */
  minor = 0;
  /** What a bind or an alter_context offers. */
  offered: readonly RpcInterface[] = [];
  /** Of connectionless calls: their activity and their number in it; '' for connections. */
  activity = '';
  sequence = 0;

  constructor(callId: number, contexts: RpcContexts) {
    this.callId = callId;
    this.contexts = contexts;
  }

  side(direction: 0 | 1): RpcSide {
    return direction === 0 ? this.request : this.response;
  }

  /** Rules have seen what there is of a direction. */
  inspected(direction: 0 | 1): void {
    const side = this.side(direction);
    side.shown = side.size;
  }
}

/** A transaction that may carry an exchange. */
export interface RpcCarrier {
  readonly exchange: RpcExchange | null;
}
