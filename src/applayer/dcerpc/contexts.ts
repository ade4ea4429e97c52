// Contexts: the interfaces that the ends of a DCE/RPC association agreed on (C706 chapter 12.6.4.3, bind and bind_ack).

import { number16 } from './pdu.ts';
import { uuidText } from './uuid.ts';

/** Contexts of one association that are remembered. */
const MOST_CONTEXTS = 1024;
/** Id, number of transfer syntaxes, interface and version. */
const ITEM = 24;
const SYNTAX = 20;
const RESULT = 24;
/** Result that says yes. */
const ACCEPTED = 0;

export interface RpcInterface {
  readonly contextId: number;
  readonly uuid: string;
  readonly major: number;
  readonly minor: number;
  /** Offered in a PDU that says it is the first of its message. */
  readonly isFirst: boolean;
  /** The server's answer, -1 before it, and its reason. */
  result: number;
  reason: number;
}

export class RpcContexts {
  /** In the order they were offered. */
  readonly list: RpcInterface[] = [];

  /** The interfaces that a bind or an alter_context, [at, end) behind the common header, offers; they are remembered. */
  offered(
    data: Uint8Array,
    start: number,
    end: number,
    { isLittle, isFirst }: { readonly isLittle: boolean; readonly isFirst: boolean },
  ): RpcInterface[] {
    const found: RpcInterface[] = [];
    // two sizes, a group, the number of contexts and three bytes of padding
    let at = start + 12;
    if (at > end) return found;
    for (let left = data[start + 8]!; left > 0 && at + ITEM <= end; left--) {
      const one = {
        contextId: number16(data, at, isLittle),
        uuid: uuidText(data, at + 4, isLittle),
        major: number16(data, at + 20, isLittle),
        minor: number16(data, at + 22, isLittle),
        isFirst,
        result: -1,
        reason: -1,
      };
      found.push(one);
      if (this.list.length < MOST_CONTEXTS) this.list.push(one);
      at += ITEM + SYNTAX * data[at + 2]!;
    }
    return found;
  }

  /** The server's answers to `offered`, from a bind_ack or an alter_context_resp. */
  answered(offered: readonly RpcInterface[], data: Uint8Array, start: number, end: number, isLittle: boolean): void {
    if (start + 10 > end) return;
    const address = number16(data, start + 8, isLittle);
    // padded to four bytes
    let at = start + 10 + address;
    at += (4 - ((at - start) & 3)) & 3;
    if (at + 4 > end) return;
    const count = data[at]!;
    at += 4;
    for (let i = 0; i < count && i < offered.length && at + RESULT <= end; i++, at += RESULT) {
      offered[i]!.result = number16(data, at, isLittle);
      offered[i]!.reason = data[at + 1]!; // where Suricata reads it
    }
  }

  /** What a record names for a request: the interface it goes to, else the newest that was offered under its number. */
  named(contextId: number): RpcInterface | undefined {
    return this.at(contextId) ?? this.list.findLast((one) => one.contextId === contextId);
  }

  /** The interface that a request goes to; the newest that has its number. */
  at(contextId: number): RpcInterface | undefined {
    for (let i = this.list.length - 1; i >= 0; i--)
      if (this.list[i]!.contextId === contextId && this.list[i]!.result === ACCEPTED) return this.list[i];
    return undefined;
  }
}

/** What a request is about (chapter 12.6.4.9). */
export interface RpcCall {
  readonly contextId: number;
  readonly opnum: number;
}

/** Bytes before the stub data of a request; an object's UUID counts as stub data (Suricata). */
export const REQUEST_HEADER = 8;

/** @param start behind the common header; null when the PDU is too short */
export function readRequest(data: Uint8Array, start: number, end: number, isLittle: boolean): RpcCall | null {
  if (start + REQUEST_HEADER > end) return null;
  return { contextId: number16(data, start + 4, isLittle), opnum: number16(data, start + 6, isLittle) };
}
