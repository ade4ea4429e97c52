// The DNS parser: each message is a transaction of its own, in the direction it travels.

import { defineAnomalies } from '../../framework/anomaly.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { u16 } from '../../wire/read.ts';
import { HEADER_LENGTH, parseMessage } from '../../wire/dns.ts';
import type { DnsMessage } from '../../wire/dns.ts';

const ANOMALY = defineAnomalies('applayer', 'dns', [
  'malformed_data',
  'not_request',
  'not_response',
  'z_flag_set',
  'invalid_opcode',
  'name_too_long',
  'infinite_loop',
  'too_many_labels',
  'invalid_additionals',
  'invalid_authorities',
]);
const TCP = 6;
const Z_FLAG = 0x40;
const LAST_OPCODE = 6;

export class DnsTransaction extends Transaction {
  message: DnsMessage;

  constructor(id: number, direction: Direction, message: DnsMessage) {
    super(id);
    this.message = message;
    this.directions = 1 << direction;
    this.progress[direction] = 1;
  }
}

export class DnsParser extends AppParser {
  private readonly isStream: boolean;

  constructor(flow: AppFlow) {
    super(flow);
    this.isStream = flow.transport === TCP;
  }

  data(input: AppInput): number {
    if (this.isStream) return this.stream(input);
    this.message(input, input.start, input.end);
    return input.length;
  }

  override gap(): boolean {
    return true; // messages after it are found again by their length only by luck: detection goes on trying
  }

  /** Messages with their length before them (RFC 1035 section 4.2.2). */
  private stream(input: AppInput): number {
    let at = input.start;
    while (at + 2 <= input.end) {
      const length = u16(input.data, at);
      if (at + 2 + length > input.end) break;
      if (length > 0 && !this.message(input, at + 2, at + 2 + length)) return PARSE_FAILED;
      at += 2 + length;
    }
    return at - input.start;
  }

  private message(input: AppInput, start: number, end: number): boolean {
    const message = parseMessage(input.data, start, end);
    if (message === null) {
      this.malformed(input, start, end);
      return end - start >= HEADER_LENGTH;
    }
    const tx = new DnsTransaction(this.newId(), input.direction, message);
    this.add(tx);
    this.check(tx, message, input.direction);
    return true;
  }

  private malformed(input: AppInput, start: number, end: number): void {
    if (end - start < HEADER_LENGTH) return;
    const empty = parseMessage(headerOnly(input.data, start), 0, HEADER_LENGTH)!;
    const tx = new DnsTransaction(this.newId(), input.direction, empty);
    this.add(tx);
    this.anomaly(tx, ANOMALY.malformed_data);
  }

  private check(tx: DnsTransaction, message: DnsMessage, direction: Direction): void {
    if (direction === 0 && message.isResponse) this.anomaly(tx, ANOMALY.not_request);
    if (direction === 1 && !message.isResponse) this.anomaly(tx, ANOMALY.not_response);
    if ((message.flags & Z_FLAG) !== 0) this.anomaly(tx, ANOMALY.z_flag_set);
    if (message.opcode > LAST_OPCODE) this.anomaly(tx, ANOMALY.invalid_opcode);
    if (message.isTruncatedName) this.anomaly(tx, ANOMALY.name_too_long);
    if (message.hasInfiniteLoop) this.anomaly(tx, ANOMALY.infinite_loop);
    if (message.hasLabelLimit) this.anomaly(tx, ANOMALY.too_many_labels);
  }
}

/** The header with all counts zero. */
function headerOnly(data: Uint8Array, start: number): Uint8Array {
  const header = data.slice(start, start + HEADER_LENGTH);
  header.fill(0, 4);
  return header;
}
