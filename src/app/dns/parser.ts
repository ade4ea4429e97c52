// The DNS parser: each message is a transaction of its own, in the direction it travels.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { isDnsExchange, isDnsMessage, isDnsResponse, parseDnsMessage } from '../../wire/dns.ts';
import type { DnsMessage } from '../../wire/dns.ts';
import { u16 } from '../../wire/read.ts';
import type { DnsAnomalies } from './anomalies.ts';

const TCP = 6;
const Z_FLAG = 0x40;
/** Highest operation code that is assigned (RFC 8490). */
const LAST_OPCODE = 6;
/** Requests of a flow whose answers get no record, at most. */
const MOST_UNLOGGED = 1024;

export class DnsTransaction extends Transaction {
  readonly message: DnsMessage;
  /** Direction it travels. */
  readonly direction: Direction;

  private readonly parser: DnsParser;

  constructor(id: number, direction: Direction, message: DnsMessage, parser: DnsParser) {
    super(id);
    this.parser = parser;
    this.message = message;
    this.direction = direction;
    this.directions = 1 << direction;
    this.progress[direction] = 1;
  }

  override unlog(): void {
    super.unlog();
    if (!this.message.isResponse) this.parser.unlogAnswer(this.message.id);
  }
}

export class DnsParser extends AppParser {
  private readonly isStream: boolean;
  private readonly anomalies: DnsAnomalies;
  /** Nobody looks at the messages: they are checked and counted. */
  private readonly isFollower: boolean;
  /** Answers travel to the server too: there is none, all ask and answer. */
  private readonly isMutual: boolean;
  private hasAnswered = false;
  /** Numbers of requests that a rule wants no record of; null for none. */
  private unlogged: Set<number> | null = null;
  /** Directions (1 to server, 2 to client) of which bytes went missing: what comes next need not begin a message. */
  private lost = 0;

  constructor(flow: AppFlow, anomalies: DnsAnomalies, { isFollower = false, isMutual = false } = {}) {
    super(flow);
    this.isFollower = isFollower;
    this.isMutual = isMutual;
    this.isStream = flow.transport === TCP;
    this.anomalies = anomalies;
  }

  data(input: AppInput): number {
    this.flow.isQuiet = this.isFollower;
    if (this.isStream) return this.stream(input);
    this.message(input, input.start, input.end);
    return input.length;
  }

  override gap(direction: Direction): boolean {
    this.lost |= 1 << direction;
    return true;
  }

  /** The answer to a request gets no record, as the request has none. */
  unlogAnswer(id: number): void {
    this.unlogged ??= new Set();
    if (this.unlogged.size < MOST_UNLOGGED) this.unlogged.add(id);
  }

  /** Messages with their length before them (RFC 1035 section 4.2.2). */
  private stream(input: AppInput): number {
    const { data, direction, start, end } = input;
    if ((this.lost & (1 << direction)) !== 0) {
      if (!this.isMessageAt(data, start, end)) return end - start;
      this.lost &= ~(1 << direction);
    }
    let at = start;
    while (at + 2 <= end) {
      const length = u16(data, at);
      if (at + 2 + length > end) break;
      if (length > 0 && !this.message(input, at + 2, at + 2 + length)) return PARSE_FAILED;
      at += 2 + length;
      this.flow.services.triggerRawInspection(this.flow, direction);
    }
    return at - start;
  }

  /** After a gap: whether a whole message begins here. */
  private isMessageAt(data: Uint8Array, start: number, end: number): boolean {
    if (start + 2 > end) return false;
    const last = start + 2 + u16(data, start);
    return last <= end && isDnsMessage(data, start + 2, last);
  }

  /** False: it is no message. Over a stream nothing that follows can be trusted then; another datagram may be one. */
  private message(input: AppInput, start: number, end: number): boolean {
    const { direction } = input;
    if (this.isFollower) return this.follow(input.data, start, end, direction);
    const message = parseDnsMessage(input.data, start, end);
    if (message === null || (!this.isMutual && !message.isResponse && message.questionCount === 0)) return false;
    if (direction === 0 && message.isResponse && !this.isMutual) return true;
    const tx = new DnsTransaction(this.newId(), direction, message, this);
    if (message.isResponse && this.unlogged?.delete(message.id) === true) tx.isLogged = true;
    this.add(tx);
    this.frame(input, 'pdu', start, end - start, tx);
    this.check(tx, message);
    if (direction === 1) this.checkSide(tx, message);
    return true;
  }

  /** Who has answered once does not ask. */
  private checkSide(tx: DnsTransaction, { isResponse }: DnsMessage): void {
    if (isResponse) this.hasAnswered = true;
    else if (this.hasAnswered && this.anomalies.not_response !== undefined)
      this.anomaly(tx, this.anomalies.not_response);
  }

  private follow(data: Uint8Array, start: number, end: number, direction: Direction): boolean {
    // a host asks with known answers alone as well, behind its questions (RFC 6762 section 7.2)
    if (this.isMutual ? !isDnsMessage(data, start, end) : !isDnsExchange(data, start, end)) return false;
    if (direction === 1 || this.isMutual || !isDnsResponse(data, start)) this.countUnseen();
    return true;
  }

  private check(tx: DnsTransaction, message: DnsMessage): void {
    const { anomalies } = this;
    if ((message.flags & Z_FLAG) !== 0) this.anomaly(tx, anomalies.z_flag_set);
    if (message.opcode > LAST_OPCODE) this.anomaly(tx, anomalies.invalid_opcode);
    if (message.isTruncatedName) this.anomaly(tx, anomalies.name_too_long);
    if (message.hasInfiniteLoop) this.anomaly(tx, anomalies.infinite_loop);
    if (message.hasLabelLimit) this.anomaly(tx, anomalies.too_many_labels);
    if (message.hasInvalidAuthorities) this.anomaly(tx, anomalies.invalid_authorities);
    if (message.hasInvalidAdditionals) this.anomaly(tx, anomalies.invalid_additionals);
  }
}
