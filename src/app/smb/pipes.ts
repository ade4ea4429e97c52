// Pipes: DCE/RPC in named pipes (MS-RPCE section 2.1.1.2); every call is a transaction.

import type { Direction } from '../../framework/transaction.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import { REQUEST_HEADER, RpcContexts, readRequest } from '../../applayer/dcerpc/contexts.ts';
import { RpcExchange } from '../../applayer/dcerpc/exchange.ts';
import { CO_HEADER, CoHeader, PduFlag, PduType, isOfOtherEnd, isPduType } from '../../applayer/dcerpc/pdu.ts';
import { GrowingBytes } from '../../base/growing-bytes.ts';
import { SMB_ANOMALY } from './events.ts';
import { NO_MESSAGE } from './host.ts';
import type { MessageIds, SmbHost } from './host.ts';
import { PipeCalls } from './pipe-calls.ts';
import { RecentMap } from './recent-map.ts';
import type { SmbTransaction } from './transaction.ts';

/** What is known of a pipe. */
class Pipe {
  readonly contexts = new RpcContexts();
  /** By direction: the beginning of a PDU whose rest comes with a later message. */
  readonly begun: readonly [GrowingBytes, GrowingBytes] = [new GrowingBytes(), new GrowingBytes()];
  readonly calls = new PipeCalls();
}

/** A message that carries bytes of a pipe. */
export interface PipeMessage {
  readonly version: 1 | 2;
  readonly command: number;
  readonly ids: MessageIds;
  /** Of an answer; -1: it is none. */
  readonly status: number;
  readonly isDosStatus: boolean;
}

/** By direction: no more data of calls is kept. */
const STUB_REFUSED = [SMB_ANOMALY.write_queue_size_exceeded, SMB_ANOMALY.read_queue_size_exceeded] as const;

export class Pipes {
  private readonly host: SmbHost;
  private readonly pipes: RecentMap<string, Pipe>;
  private readonly header = new CoHeader();

  constructor(host: SmbHost) {
    this.host = host;
    this.pipes = new RecentMap(host.settings.pipes);
  }

  /** Bytes [start, end) of `data` pass through the pipe of that key; those from `limit` on are not there. */
  bytes(
    key: string,
    direction: Direction,
    message: PipeMessage,
    data: Uint8Array,
    start: number,
    end: number,
    limit = end,
  ): void {
    if (start >= end) return;
    const pipe = this.pipe(key);
    const begun = pipe.begun[direction];
    const stop = Math.min(end, limit);
    if (stop > start) this.follow(pipe, direction, message, data, start, stop);
    if (end > limit) begun.clear(); // what comes next does not go on with it
  }

  private follow(
    pipe: Pipe,
    direction: Direction,
    message: PipeMessage,
    data: Uint8Array,
    start: number,
    end: number,
  ): void {
    const begun = pipe.begun[direction];
    if (begun.size === 0) {
      this.take(pipe, direction, message, data, start, end);
      return;
    }
    begun.append(data, start, end);
    const all = begun.bytes;
    if (all.length < CO_HEADER || (this.header.read(all, 0) && this.header.length > all.length)) return;
    begun.clear();
    this.take(pipe, direction, message, all, 0, all.length);
  }

  /** Bytes of a direction are missing, of whichever pipe: what was begun in it will not be whole. */
  lose(direction: Direction): void {
    for (const { begun } of this.pipes.values()) begun[direction].clear();
  }

  /** What was called last in a pipe was refused by the message that would carry its answer. */
  fail(key: string, message: PipeMessage): void {
    const tx = this.pipes.get(key)?.calls.last ?? null;
    if (tx === null) return;
    tx.status = message.status;
    tx.isDosStatus = message.isDosStatus;
    this.endCall(tx);
  }

  /** It is closed: nothing answers its calls any more. */
  close(key: string): void {
    this.endCalls(this.pipes.take(key));
  }

  private endCalls(pipe: Pipe | undefined): void {
    if (pipe !== undefined) for (const tx of pipe.calls.list()) this.endCall(tx);
  }

  private endCall(tx: SmbTransaction): void {
    tx.calls!.remove(tx);
    this.host.complete(tx, TO_SERVER);
    this.host.complete(tx, TO_CLIENT);
  }

  private pipe(key: string): Pipe {
    const known = this.pipes.get(key);
    if (known !== undefined) return known;
    const pipe = new Pipe();
    this.endCalls(this.pipes.set(key, pipe));
    return pipe;
  }

  private take(
    pipe: Pipe,
    direction: Direction,
    message: PipeMessage,
    data: Uint8Array,
    start: number,
    end: number,
  ): void {
    let at = start;
    while (at + CO_HEADER <= end) {
      if (!this.header.read(data, at)) return;
      const stop = at + this.header.length;
      if (stop > end) break;
      this.pdu(pipe, direction, message, data, at + CO_HEADER, stop);
      at = stop;
    }
    if (at < end) pipe.begun[direction].append(data, at, end);
  }

  /** The contents of a PDU whose header was read. */
  private pdu(
    pipe: Pipe,
    direction: Direction,
    message: PipeMessage,
    data: Uint8Array,
    start: number,
    end: number,
  ): void {
    const tx = this.call(pipe, direction, message);
    if (tx === null) return;
    this.host.wake(tx);
    const exchange = tx.exchange!;
    const { type, flags, isLittle } = this.header;
    const side = exchange.side(direction);
    side.type = type;
    exchange.isLittle = isLittle;
    if (type === PduType.bind || type === PduType.alterContext)
      exchange.offered = pipe.contexts.offered(data, start, end, { isLittle, isFirst: (flags & PduFlag.first) !== 0 });
    else if (type === PduType.bindAck || type === PduType.alterContextResponse)
      pipe.contexts.answered(exchange.offered, data, start, end, isLittle);
    else if (type === PduType.request) this.readCall(tx, data, start, end, isLittle);
    else if (type === PduType.response) this.addStub(tx, TO_CLIENT, data, start + REQUEST_HEADER, end);
    if (direction === TO_CLIENT) {
      tx.status = message.status;
      tx.isDosStatus = message.isDosStatus;
    }
    if ((flags & PduFlag.last) !== 0 || (type !== PduType.request && type !== PduType.response))
      this.end(tx, direction);
    else this.host.flow.noteNews(direction);
  }

  private end(tx: SmbTransaction, direction: Direction): void {
    tx.exchange!.side(direction).isDone = true;
    if (direction === TO_SERVER) this.host.complete(tx, TO_SERVER);
    else this.endCall(tx);
  }

  private readCall(tx: SmbTransaction, data: Uint8Array, start: number, end: number, isLittle: boolean): void {
    const exchange = tx.exchange!;
    const call = readRequest(data, start, end, isLittle);
    if (call === null) return;
    exchange.contextId = call.contextId;
    exchange.opnum = call.opnum;
    this.addStub(tx, TO_SERVER, data, start + REQUEST_HEADER, end);
  }

  private addStub(tx: SmbTransaction, direction: Direction, data: Uint8Array, start: number, end: number): void {
    const side = tx.exchange!.side(direction);
    side.fragments++;
    if (end <= start) return;
    const { session, settings } = this.host;
    const before = side.keptSize;
    const wanted = Math.min(end - start, settings.maxStub - before);
    const count = Math.min(wanted, session.held.room);
    if (count < wanted) this.host.note(STUB_REFUSED[direction], tx);
    side.append(data, start, end, before + count);
    session.held.take(count);
    tx.held += count;
  }

  /** The transaction of the PDU whose header was read; null: it belongs to none. */
  private call(pipe: Pipe, direction: Direction, message: PipeMessage): SmbTransaction | null {
    const { callId, type } = this.header;
    if (isOfOtherEnd(type, direction) || !isPduType(type)) return null;
    const { calls } = pipe;
    const known = calls.of(callId);
    if (known !== undefined && !known.exchange!.side(direction).isDone) return known;
    if (type === PduType.auth3) return null;
    const { treeId, sessionLow, sessionHigh } = message.ids;
    // the answer to the message that carries it says nothing of it
    const ids = { messageId: NO_MESSAGE, treeId, sessionLow, sessionHigh };
    const tx = this.host.open(message.version, message.command, { kind: 'dcerpc' }, ids);
    tx.exchange = new RpcExchange(callId, pipe.contexts);
    tx.calls = calls;
    calls.add(tx, callId);
    return tx;
  }
}
