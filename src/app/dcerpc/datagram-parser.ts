// DatagramParser: connectionless DCE/RPC (C706 chapter 12.5): a PDU in each datagram, calls told by activity and number.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import { RpcContexts } from '../../applayer/dcerpc/contexts.ts';
import { CL_HEADER, PduType, isLittleEndian, isRepresentation, number16, number32 } from '../../applayer/dcerpc/pdu.ts';
import { uuidText } from '../../applayer/dcerpc/uuid.ts';
import type { DcerpcSettings } from './settings.ts';
import { DcerpcTransaction, Progress } from './transaction.ts';

const VERSION = 4;
/** Bits of the first flags. */
const LAST_FRAGMENT = 0x02;
const FRAGMENT = 0x04;
const LAST_TYPE = 10;
const MOST_CALLS = 256;
/** What calls are made of; others ask how a call is doing, confirm or give up, and end none (C706 chapter 12.5.3). */
const TAKEN: ReadonlySet<number> = new Set([PduType.request, PduType.response, PduType.fault, PduType.reject]);

export class DatagramParser extends AppParser {
  private readonly settings: DcerpcSettings;
  private readonly contexts = new RpcContexts();

  constructor(flow: AppFlow, settings: DcerpcSettings) {
    super(flow);
    this.settings = settings;
  }

  data({ data, start, end, direction }: AppInput): number {
    if (end - start < CL_HEADER || data[start] !== VERSION) return PARSE_FAILED;
    const type = data[start + 1]!;
    if (type > LAST_TYPE || !isRepresentation(data, start + 4)) return PARSE_FAILED;
    if (!TAKEN.has(type)) return end - start;
    const isLittle = isLittleEndian(data, start + 4);
    // told as if the low bytes came first, whatever the order (Suricata)
    const activity = uuidText(data, start + 40, true);
    const sequence = number32(data, start + 64, isLittle);
    const stubLength = number16(data, start + 74, isLittle);
    const tx = this.call(activity, sequence);
    tx.exchange.isLittle = isLittle;
    tx.exchange.opnum = number16(data, start + 68, isLittle);
    // whoever sent the first of them
    const side = type === PduType.request ? tx.exchange.request : tx.exchange.response;
    side.type = type;
    side.fragments++;
    const stub = start + CL_HEADER;
    side.append(data, stub, Math.min(end, stub + stubLength), this.settings.maxStub);
    const flags = data[start + 2]!;
    const about = side === tx.exchange.request ? TO_SERVER : TO_CLIENT;
    if ((flags & FRAGMENT) === 0 || (flags & LAST_FRAGMENT) !== 0) {
      side.isDone = true;
      tx.advance(about, Progress.complete);
    }
    this.changed(direction);
    return end - start;
  }

  private call(activity: string, sequence: number): DcerpcTransaction {
    const live = this.calls;
    const known = live.findLast((tx) => tx.exchange.activity === activity && tx.exchange.sequence === sequence);
    if (known !== undefined) return known;
    if (this.liveCount >= MOST_CALLS) {
      this.oldest!.advance(TO_SERVER, Progress.complete);
      this.oldest!.advance(TO_CLIENT, Progress.complete);
    }
    const tx = new DcerpcTransaction(this.newId(), 0, this.contexts);
    tx.exchange.activity = activity;
    tx.exchange.sequence = sequence;
    this.add(tx);
    return tx;
  }

  /** Live transactions, oldest first. */
  private get calls(): DcerpcTransaction[] {
    return this.transactions.filter((tx) => tx instanceof DcerpcTransaction);
  }
}
