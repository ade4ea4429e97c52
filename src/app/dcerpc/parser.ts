// DcerpcParser: connection-oriented DCE/RPC (C706 chapter 12): PDUs of both directions, calls put together by their id.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { REQUEST_HEADER, RpcContexts, readRequest } from '../../applayer/dcerpc/contexts.ts';
import { CO_HEADER, CoHeader, PduFlag, PduType, isCoHeader, isPduType } from '../../applayer/dcerpc/pdu.ts';
import type { DcerpcSettings } from './settings.ts';
import { DcerpcTransaction, Progress } from './transaction.ts';

/** Calls of a flow that wait for their answer. */
const MOST_CALLS = 256;

export class DcerpcParser extends AppParser {
  private readonly settings: DcerpcSettings;
  private readonly contexts = new RpcContexts();
  private readonly header = new CoHeader();
  /** By direction: bytes were missed, the next PDU is to be found. */
  private readonly isAstray: [boolean, boolean] = [false, false];

  constructor(flow: AppFlow, settings: DcerpcSettings) {
    super(flow);
    this.settings = settings;
  }

  data(input: AppInput): number {
    const { data, end, direction, start } = input;
    let at = start;
    if (this.isAstray[direction]) {
      at = findHeader(data, start, end);
      if (at + CO_HEADER > end) return at - start;
      this.isAstray[direction] = false;
    }
    while (at + CO_HEADER <= end) {
      if (!this.header.read(data, at)) return PARSE_FAILED;
      if (at + this.header.length > end) break;
      this.pdu(input, at);
      at += this.header.length;
    }
    return at - start;
  }

  override gap(direction: Direction): boolean {
    this.isAstray[direction] = true;
    for (const tx of this.calls) {
      const side = tx.exchange.side(direction);
      if (!side.isDone) this.lose(tx, direction);
    }
    return true;
  }

  /** The whole PDU at `at`. */
  private pdu(input: AppInput, at: number): void {
    const { type } = this.header;
    const tx = this.transactionOf(input.direction, type);
    if (tx !== null) {
      this.take(tx, input, at);
      tx.exchange.isLittle = this.header.isLittle;
    }
    this.frame(input, 'hdr', at, CO_HEADER, tx);
    this.frame(input, 'data', at + CO_HEADER, this.header.length - CO_HEADER, tx);
    this.frame(input, 'pdu', at, this.header.length, tx);
  }

  private take(tx: DcerpcTransaction, { data, direction }: AppInput, at: number): void {
    const { type, flags, isLittle, length } = this.header;
    const start = at + CO_HEADER;
    const end = at + length;
    const side = tx.exchange.side(direction);
    side.type = type;
    if (type === PduType.bind || type === PduType.alterContext)
      tx.exchange.offered = this.contexts.offered(data, start, end, {
        isLittle,
        isFirst: (flags & PduFlag.first) !== 0,
      });
    else if (type === PduType.bindAck || type === PduType.alterContextResponse)
      this.contexts.answered(tx.exchange.offered, data, start, end, isLittle);
    else if (type === PduType.request || type === PduType.response) {
      this.stub(tx, data, start, end, direction);
      if ((flags & PduFlag.last) === 0) return;
    }
    if (type !== PduType.request && type !== PduType.response) side.fragments = 1;
    side.isDone = true;
    tx.advance(direction, Progress.complete);
    // what is answered was asked, whatever its fragments say of themselves
    if (direction === TO_CLIENT && tx.exchange.request.type >= 0 && !tx.exchange.request.isDone) this.finishRequest(tx);
    this.flow.services.triggerRawInspection(this.flow, direction);
    this.changed(direction);
  }

  private finishRequest(tx: DcerpcTransaction): void {
    tx.exchange.request.isDone = true;
    tx.advance(TO_SERVER, Progress.complete);
    this.changed(TO_SERVER);
  }

  private stub(tx: DcerpcTransaction, data: Uint8Array, start: number, end: number, direction: Direction): void {
    const side = tx.exchange.side(direction);
    side.fragments++;
    let stub = start;
    if (direction === TO_SERVER) {
      const call = readRequest(data, start, end, this.header.isLittle);
      if (call === null) return;
      tx.exchange.contextId = call.contextId;
      tx.exchange.opnum = call.opnum;
      stub += REQUEST_HEADER;
    }
    // what a response says of itself counts as stub data (Suricata)
    side.append(data, stub, end, this.settings.maxStub);
    this.changed(direction);
  }

  /** The transaction that a PDU belongs to, made for those that begin one; null for what is told of nowhere. */
  private transactionOf(direction: Direction, type: number): DcerpcTransaction | null {
    if (!BEGINS[direction].has(type)) return null;
    const { callId, minor } = this.header;
    const known =
      (direction === TO_CLIENT ? this.oldestAsked(callId, type) : undefined) ?? this.openCall(callId, type, direction);
    if (known !== undefined) return known;
    if (this.liveCount >= MOST_CALLS) this.giveUpOldest();
    const tx = new DcerpcTransaction(this.newId(), callId, this.contexts);
    tx.exchange.minor = minor;
    this.add(tx);
    // the request may still come, where nothing is missing
    if (direction === TO_CLIENT && this.isAstray[TO_SERVER]) this.lose(tx, TO_SERVER);
    return tx;
  }

  /** The newest call, or negotiation, of that number that a direction is not through with. */
  private openCall(callId: number, type: number, direction: Direction): DcerpcTransaction | undefined {
    const isNegotiation = NEGOTIATES.has(type);
    return this.calls.findLast(({ exchange }) => {
      const { request, response } = exchange;
      const isOfKind = NEGOTIATES.has(request.type < 0 ? response.type : request.type) === isNegotiation;
      return exchange.callId === callId && !exchange.side(direction).isDone && isOfKind;
    });
  }

  /** What an answer of that type is to: calls of one number are answered in the order they came in. */
  private oldestAsked(callId: number, type: number): DcerpcTransaction | undefined {
    const isNegotiation = NEGOTIATES.has(type);
    return this.calls.find(
      ({ exchange: { callId: id, request, response } }) =>
        id === callId && !response.isDone && request.type >= 0 && (request.type !== PduType.request) === isNegotiation,
    );
  }

  private lose(tx: DcerpcTransaction, direction: Direction): void {
    const side = tx.exchange.side(direction);
    side.isDone = side.isLost = true;
    tx.advance(direction, Progress.complete);
    this.changed(direction);
  }

  private giveUpOldest(): void {
    const tx = this.calls.find((one) => !(one.exchange.request.isDone && one.exchange.response.isDone));
    if (tx === undefined) return;
    for (const direction of [TO_SERVER, TO_CLIENT] as const)
      if (!tx.exchange.side(direction).isDone) this.lose(tx, direction);
  }

  /** Live transactions, oldest first. */
  private get calls(): DcerpcTransaction[] {
    return this.transactions.filter((tx) => tx instanceof DcerpcTransaction);
  }
}

const NEGOTIATES: ReadonlySet<number> = new Set([
  PduType.bind,
  PduType.alterContext,
  PduType.bindAck,
  PduType.bindNak,
  PduType.alterContextResponse,
]);

/** What calls and negotiations are made of; all else is told of nowhere. */
const BEGINS: readonly [ReadonlySet<number>, ReadonlySet<number>] = [
  new Set([PduType.request, PduType.bind, PduType.alterContext]),
  new Set([PduType.response, PduType.fault, PduType.bindAck, PduType.bindNak, PduType.alterContextResponse]),
];

/** Where the next PDU may begin: at the end where none does. */
function findHeader(data: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at + CO_HEADER <= end && !(isCoHeader(data, at) && isPduType(data[at + 2]!))) at++;
  return at;
}
