// The POP3 parser (RFC 1939): each command with its reply is a transaction, the server's greeting the first.

import { byteIndex } from '../../base/bytes.ts';
import type { ConfigNode } from '../../config/index.ts';
import { defineAnomalies } from '../../framework/anomaly.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { TO_CLIENT, TO_SERVER, Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { commandFault, hasListing } from './commands.ts';

const ANOMALY = defineAnomalies('applayer', 'pop3', [
  'too_many_transactions',
  'request_too_long',
  'incorrect_argument_count',
  'unknown_command',
  'response_too_long',
]);

export interface Pop3Settings {
  /** Unfinished transactions that are kept at most. */
  readonly maxTransactions: number;
}

const MAX_TX = 256;

export function readSettings(node: ConfigNode | undefined): Pop3Settings {
  return { maxTransactions: node?.int('max-tx', MAX_TX, { min: 1 }) ?? MAX_TX };
}

/** Octets of a command and of the first line of a reply (RFC 2449 section 4), line end included. */
const LONG_REQUEST = 255;
const LONG_RESPONSE = 512;
/** Bytes of a line that are waited for, and lines of a reply that are kept. */
const MOST_LINE = 4096;
const MOST_LINES = 4096;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DOT = 0x2e;
const PLUS = 0x2b;
/** What stands in place of a command for the lines of an authentication (RFC 5034). */
const SASL_DATA = '<SASL DATA>';
const OK = Buffer.from('+OK');
const ERR = Buffer.from('-ERR');
const CHALLENGE = Buffer.from('+');

export interface Pop3Response {
  readonly isOk: boolean;
  readonly header: Uint8Array;
  readonly lines: Uint8Array[];
}

export class Pop3Transaction extends Transaction {
  /** Null for the greeting. */
  command: string | null = null;
  arguments: Uint8Array[] = [];
  /** Null until there is one, and for mails (RETR) that come. */
  response: Pop3Response | null = null;
}

export class Pop3Parser extends AppParser {
  private readonly settings: Pop3Settings;
  /** Transactions without a reply, oldest first. */
  private readonly pending: Pop3Transaction[] = [];
  /** Its reply goes on. */
  private listing: Pop3Transaction | null = null;
  private isSasl = false;
  private hasFailed = false;
  private hasGap = false;
  private readonly isDiscarding: [boolean, boolean] = [false, false];

  constructor(flow: AppFlow, settings: Pop3Settings) {
    super(flow);
    this.settings = settings;
  }

  data(input: AppInput): number {
    const { data, end, direction } = input;
    let at = input.start;
    while (at < end && !this.hasFailed && this.flow.change === undefined) {
      const lf = byteIndex(data, LF, at, end);
      const isWhole = lf >= 0;
      if (!isWhole && !this.isDiscarding[direction] && end - at < MOST_LINE) break;
      const next = isWhole ? lf + 1 : end;
      if (!this.isDiscarding[direction]) this.line(input, at, lineEnd(data, at, isWhole ? lf : end), next - at);
      this.isDiscarding[direction] = !isWhole;
      at = next;
    }
    return this.hasFailed ? PARSE_FAILED : at - input.start;
  }

  /**
   * What follows is taken for a line's beginning. Replies go on to answer the oldest command, maybe one that has no
   * listing, so that from here on lines without a status are passed over.
   */
  override gap(direction: Direction): boolean {
    this.isDiscarding[direction] = false;
    this.hasGap = true;
    return true;
  }

  private line({ data, direction }: AppInput, start: number, end: number, size: number): void {
    if (direction === TO_SERVER) this.request(data, start, Math.min(end, start + MOST_LINE), size);
    else this.reply(data, start, Math.min(end, start + MOST_LINE), size);
  }

  private request(data: Uint8Array, start: number, end: number, size: number): void {
    const tx = new Pop3Transaction(this.newId());
    const words = this.isSasl ? [] : wordsOf(data, start, end);
    tx.command = this.isSasl ? SASL_DATA : Buffer.from(words[0] ?? []).toString('latin1');
    tx.arguments = words.slice(1);
    tx.advance(TO_SERVER, 1);
    this.add(tx);
    this.pending.push(tx);
    if (this.liveCount > this.settings.maxTransactions) this.tooMany(tx);
    if (size > LONG_REQUEST) this.anomaly(tx, ANOMALY.request_too_long);
    const fault = this.isSasl ? null : commandFault(tx.command, tx.arguments.length);
    if (fault !== null) this.anomaly(tx, ANOMALY[fault]);
    this.isSasl = false;
    this.flow.services.triggerRawInspection(this.flow, TO_SERVER);
  }

  private tooMany(latest: Pop3Transaction): void {
    this.anomaly(latest, ANOMALY.too_many_transactions);
    for (const tx of this.transactions) if (tx !== latest) tx.advance(TO_CLIENT, 1);
  }

  private reply(data: Uint8Array, start: number, end: number, size: number): void {
    if (this.listing !== null) {
      this.listed(this.listing, data, start, end);
      return;
    }
    const isOk = isWord(data, start, end, OK);
    const isContinuation = isWord(data, start, end, CHALLENGE) && end > start + 1;
    if (!isOk && !isContinuation && !isWord(data, start, end, ERR)) {
      this.hasFailed = !this.hasGap;
      return;
    }
    const tx = this.pending.shift() ?? this.unasked();
    if (size > LONG_RESPONSE) this.anomaly(tx, ANOMALY.response_too_long);
    const skipped = isContinuation ? CHALLENGE.length : isOk ? OK.length : ERR.length;
    this.answer(tx, { isOk: data[start] === PLUS, header: headerOf(data, start + skipped, end), lines: [] });
    if (isContinuation) this.isSasl = true;
    else if (isOk && tx.command?.toUpperCase() === 'STLS') this.flow.services.changeProtocol(this.flow, 'tls');
  }

  /** The greeting, or the reply to a command that was not seen. */
  private unasked(): Pop3Transaction {
    const tx = new Pop3Transaction(this.newId());
    tx.advance(TO_SERVER, 1);
    this.add(tx);
    return tx;
  }

  private answer(tx: Pop3Transaction, response: Pop3Response): void {
    if (tx.command !== 'RETR' || !response.isOk) tx.response = response;
    if (response.isOk && tx.command !== null && hasListing(tx.command, tx.arguments.length)) this.listing = tx;
    else this.answered(tx);
    this.changed(TO_CLIENT);
  }

  private answered(tx: Pop3Transaction): void {
    tx.advance(TO_CLIENT, 1);
    // mails are looked at with what follows
    if (tx.response !== null || tx.command !== 'RETR') this.flow.services.triggerRawInspection(this.flow, TO_CLIENT);
  }

  private listed(tx: Pop3Transaction, data: Uint8Array, start: number, end: number): void {
    const isStuffed = data[start] === DOT && end > start;
    if (isStuffed && end === start + 1) {
      this.listing = null;
      this.answered(tx);
      this.changed(TO_CLIENT);
    } else if (tx.response !== null && tx.response.lines.length < MOST_LINES)
      tx.response.lines.push(data.slice(isStuffed ? start + 1 : start, end));
  }
}

function lineEnd(data: Uint8Array, start: number, lf: number): number {
  return lf > start && data[lf - 1] === CR ? lf - 1 : lf;
}

/** Whether the line begins with the word, and a space or its end behind it. */
function isWord(data: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start < word.length) return false;
  for (let i = 0; i < word.length; i++) if (data[start + i] !== word[i]) return false;
  return end - start === word.length || data[start + word.length] === SPACE;
}

/** What stands behind the status, without the blanks before it. */
function headerOf(data: Uint8Array, start: number, end: number): Uint8Array {
  let from = start;
  while (from < end && data[from] === SPACE) from++;
  return data.slice(from, end);
}

function wordsOf(data: Uint8Array, start: number, end: number): Uint8Array[] {
  const words: Uint8Array[] = [];
  let at = start;
  while (at < end) {
    while (at < end && data[at] === SPACE) at++;
    const from = at;
    while (at < end && data[at] !== SPACE) at++;
    if (at > from) words.push(data.slice(from, at));
  }
  return words;
}
