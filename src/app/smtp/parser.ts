// The SMTP parser (RFC 5321): commands and replies in order, mails as transactions, their bytes to MIME.

import { byteIndex } from '../../base/bytes.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import type { Frame } from '../../framework/frame.ts';
import type { TrackedFile } from '../../framework/file.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { ANOMALY } from './anomalies.ts';
import { argumentOf, chunkOf, Command, commandOf } from './commands.ts';
import type { MessageHost, MimeNote } from './mime/host.ts';
import { MimeMessage } from './mime/message.ts';
import { isContinued, isPipelining, replyCode } from './replies.ts';
import type { SmtpSettings } from './settings.ts';
import { SmtpTransaction } from './transaction.ts';
import type { SmtpSession } from './transaction.ts';

/** Bytes of a line that are looked at. */
const MOST_LINE = 4096;
/** Commands without a reply that are remembered. */
const MOST_PENDING = 65536;
const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const COMMAND_FRAME = 'command_line';
const RAW_NAME = Buffer.from('rawmsg');
/** Where the arguments of commands begin, from the start of the line. */
const AFTER_HELLO = 5;
const AFTER_MAIL = 10;
const AFTER_RECIPIENT = 8;
const READY = 220;
const OK = 250;
const GO_ON = 354;
/** Progress of a direction. */
export const Progress = { envelope: 0, data: 1, complete: 2 } as const;

interface Pending {
  readonly command: number;
  readonly tx: SmtpTransaction | null;
}

export class SmtpParser extends AppParser implements MessageHost {
  private readonly settings: SmtpSettings;
  private readonly session: SmtpSession = { helo: null };
  /** The mail that commands belong to; null between mails. */
  private current: SmtpTransaction | null = null;
  private readonly pending: Pending[] = [];
  private hasWelcome = false;
  /** The server takes commands before it has answered those before them (RFC 2920): what follows DATA is a message. */
  private canPipeline = false;
  private isInData = false;
  private isAtLineStart = true;
  /** Bytes of a BDAT chunk still to come. */
  private chunkLeft = 0;
  private isLastChunk = false;
  private isChunkStart = false;
  /** The message under way, where frames are asked for. */
  private dataFrame: Frame | null = null;
  /** The rest of a line that was too long passes unseen, by direction. */
  private readonly isDiscarding: [boolean, boolean] = [false, false];
  private hasFailed = false;
  private readonly isFollower: boolean;

  /** @param isFollower nobody looks: mails are delimited without being taken apart */
  constructor(flow: AppFlow, settings: SmtpSettings, { isFollower = false } = {}) {
    super(flow);
    this.settings = settings;
    this.isFollower = isFollower;
    flow.services.holdBehind(flow, TO_SERVER, settings.inspection.minimum);
    flow.services.holdBehind(flow, TO_CLIENT, settings.inspection.minimum);
  }

  data(input: AppInput): number {
    // the direction that told the protocol is read once though what waited of the other cannot be
    this.hasFailed = false;
    const at = input.direction === TO_SERVER ? this.toServer(input) : this.lines(input, input.start);
    if (this.hasFailed) return PARSE_FAILED;
    if (input.isEof) this.end(input.direction);
    return at - input.start;
  }

  override gap(direction: Direction): boolean {
    this.end(direction);
    return false;
  }

  private end(direction: Direction): void {
    if (direction !== TO_SERVER) return;
    const { current } = this;
    if (current === null || current.message?.isDone === true) return;
    current.message?.abort();
    if (current.rawFile !== null) this.closeFile(current.rawFile, 'truncated');
  }

  private toServer(input: AppInput): number {
    let at = input.start;
    while (at < input.end && !this.hasFailed && this.flow.change === undefined) {
      const before = at;
      if (this.chunkLeft > 0) at = this.chunk(input, at);
      else if (this.isInData) at = this.mailLine(input, at);
      else at = this.line(input, at);
      if (at === before) break;
    }
    return at;
  }

  private lines(input: AppInput, start: number): number {
    let at = start;
    while (at < input.end && !this.hasFailed && this.flow.change === undefined) {
      const before = at;
      at = this.line(input, at);
      if (at === before) break;
    }
    return at;
  }

  /** Takes one line; @returns where the next begins, `at` when it is not whole yet */
  private line(input: AppInput, at: number): number {
    const { data, end, direction } = input;
    const lf = byteIndex(data, LF, at, end);
    const isWhole = lf >= 0;
    if (this.isDiscarding[direction]) {
      this.isDiscarding[direction] = !isWhole;
      return isWhole ? lf + 1 : end;
    }
    if (!isWhole && end - at < MOST_LINE) return at;
    const isLong = !isWhole || lf - at >= MOST_LINE;
    let to = isLong ? at + MOST_LINE : lf;
    if (!isLong && to > at && data[to - 1] === CR) to--;
    this.isDiscarding[direction] = !isWhole;
    const next = isWhole ? lf + 1 : end;
    if (direction === TO_CLIENT) this.reply(input, at, to, next, isLong);
    else {
      if (isWhole) this.frame(input, COMMAND_FRAME, at, next - at, null);
      this.command(input, at, to, next, isLong);
    }
    return next;
  }

  private command(input: AppInput, start: number, end: number, next: number, isLong: boolean): void {
    const { data } = input;
    const command = commandOf(data, start, end);
    const tx = this.ofCommand(command);
    this.frame(input, COMMAND_FRAME, start, end - start, tx);
    if (tx !== null && !this.hasWelcome) this.anomaly(tx, ANOMALY.no_server_welcome_message);
    if (tx !== null && isLong) this.anomaly(tx, ANOMALY.truncated_line);
    if (command === Command.data && tx?.hasContent === true) {
      this.anomaly(tx, ANOMALY.unparsable_content);
      return;
    }
    const last = this.pending.at(-1)?.command;
    if (tx !== null && (last === Command.data || last === Command.startTls))
      this.anomaly(tx, ANOMALY.invalid_pipelined_sequence);
    const taken = tx === null ? command : this.take(tx, command, data, start, end);
    this.flow.services.triggerRawInspection(this.flow, TO_SERVER);
    if (taken === Command.data) {
      this.dataFrame = this.frame(input, 'data', next, -1, tx);
      if (this.canPipeline) this.beginMessage();
    }
    this.expectReply(taken, tx);
  }

  /** The mail a command belongs to; a new one begins unless it only ends something. */
  private ofCommand(command: number): SmtpTransaction | null {
    if (this.current !== null) return this.current;
    const isEnding = command === Command.reset || command === Command.quit;
    if (isEnding && this.transactionCount > 0) return null;
    if (this.liveCount >= this.settings.maxTransactions) this.finishOldest();
    const tx = new SmtpTransaction(this.newId(), this.session);
    this.current = tx;
    this.add(tx);
    return tx;
  }

  private finishOldest(): void {
    for (const tx of this.transactions) {
      tx.advance(TO_SERVER, Progress.complete);
      tx.advance(TO_CLIENT, Progress.complete);
    }
  }

  /** @returns the command as its reply will be judged */
  private take(tx: SmtpTransaction, command: number, data: Uint8Array, start: number, end: number): number {
    if (command === Command.hello) {
      if (this.session.helo !== null) this.anomaly(tx, ANOMALY.duplicate_fields);
      else this.session.helo = argumentOf(data, start, end, AFTER_HELLO);
      // with a mail under way it starts afresh (RFC 5321 section 4.1.4)
      if (tx.mailFrom === null && !tx.hasContent) return Command.other;
    } else if (command === Command.mail) {
      if (tx.mailFrom !== null) this.anomaly(tx, ANOMALY.duplicate_fields);
      else tx.mailFrom = argumentOf(data, start, end, AFTER_MAIL);
    } else if (command === Command.recipient) tx.recipients.push(argumentOf(data, start, end, AFTER_RECIPIENT));
    else if (command === Command.data) this.beginData(tx);
    else if (command === Command.bdat) return this.beginChunk(tx, data, start, end);
    return command;
  }

  private beginData(tx: SmtpTransaction): void {
    tx.advance(TO_SERVER, Progress.data);
    tx.hasContent = this.settings.decodesMime || this.settings.extractsRaw;
    if (this.isFollower) return;
    if (this.settings.decodesMime) tx.message = new MimeMessage(this.settings.mime, this);
    else if (this.settings.extractsRaw) tx.rawFile = this.openFile(RAW_NAME);
  }

  private beginChunk(tx: SmtpTransaction, data: Uint8Array, start: number, end: number): number {
    const chunk = chunkOf(data, start, end);
    if (chunk === null) {
      this.anomaly(tx, ANOMALY.invalid_bdat);
      return Command.other;
    }
    this.chunkLeft = chunk.size;
    this.isLastChunk = chunk.isLast;
    this.isChunkStart = true;
    if (!chunk.isLast) return Command.other;
    if (chunk.size === 0) this.endMail();
    return Command.endOfData;
  }

  private chunk(input: AppInput, at: number): number {
    if (this.isChunkStart) this.frame(input, COMMAND_FRAME, at, this.chunkLeft, this.current);
    this.isChunkStart = false;
    const taken = Math.min(this.chunkLeft, input.end - at);
    this.chunkLeft -= taken;
    if (this.chunkLeft === 0 && this.isLastChunk) this.endMail();
    return at + taken;
  }

  /** The client has said all of a mail: what follows belongs to the next. */
  private endMail(): void {
    const { current } = this;
    if (current === null) return;
    current.advance(TO_SERVER, Progress.complete);
    this.current = null;
    this.changed(TO_SERVER);
  }

  private expectReply(command: number, tx: SmtpTransaction | null): void {
    if (this.pending.length < MOST_PENDING) this.pending.push({ command, tx });
  }

  /** Takes a line of the message or a piece of it; @returns where it ended, `at` when more must come first */
  private mailLine(input: AppInput, at: number): number {
    const { data, end } = input;
    const lf = byteIndex(data, LF, at, end);
    const isWhole = lf >= 0;
    let to = isWhole ? lf + 1 : end;
    if (!isWhole && !input.isEof) {
      if (data[to - 1] === CR) to--;
      if (to - at === 1 && this.isAtLineStart && data[at] === DOT) return at;
      if (to === at) return at;
    }
    const tx = this.ofCommand(Command.other)!;
    if (!this.hasWelcome) this.noWelcome(tx);
    if (this.isAtLineStart && isWhole && isEndOfData(data, at, lf)) {
      if (this.dataFrame !== null) this.endFrame(this.dataFrame, input, to);
      this.dataFrame = null;
      this.endOfData(tx);
      return to;
    }
    this.isAtLineStart = isWhole;
    if (tx.message !== null) tx.message.push(data, at, to, { isEnd: isWhole });
    else if (tx.rawFile !== null) this.appendFile(tx.rawFile, data, at, to);
    this.changed(TO_SERVER);
    return to;
  }

  private noWelcome(tx: SmtpTransaction): void {
    if (this.isAtLineStart) this.anomaly(tx, ANOMALY.no_server_welcome_message);
  }

  private endOfData(tx: SmtpTransaction): void {
    this.isInData = false;
    tx.message?.finish();
    if (tx.rawFile !== null) this.closeFile(tx.rawFile, 'closed');
    if (this.pending.at(-1)?.command === Command.data) this.anomaly(tx, ANOMALY.invalid_pipelined_sequence);
    this.expectReply(Command.endOfData, tx);
    this.endMail();
  }

  private reply(input: AppInput, start: number, end: number, next: number, isLong: boolean): void {
    const { data } = input;
    const pending = this.pending[0];
    const tx = pending?.tx ?? null;
    this.frame(input, 'response_line', start, next - start, tx);
    const noted = tx ?? (this.newest as SmtpTransaction | undefined) ?? null;
    const code = replyCode(data, start, end);
    if (code < 0) {
      if (noted !== null) this.anomaly(noted, isLong ? ANOMALY.truncated_line : ANOMALY.invalid_reply);
      this.hasFailed = !isLong; // where the rest of it was never looked at, the next line may be one again
      return;
    }
    if (noted !== null && isLong) this.anomaly(noted, ANOMALY.truncated_line);
    if (isContinued(data, start, end)) {
      this.canPipeline ||= pending !== undefined && code === OK && isPipelining(data, start, end);
      return;
    }
    if (pending === undefined) {
      if (!this.hasWelcome && code !== READY && noted !== null) this.anomaly(noted, ANOMALY.invalid_reply);
      this.hasWelcome = true;
      return;
    }
    this.pending.shift();
    this.flow.services.triggerRawInspection(this.flow, TO_CLIENT);
    this.judge(pending, code);
  }

  private judge({ command, tx }: Pending, code: number): void {
    if (command === Command.data) this.dataReply(tx, code);
    else if (command === Command.startTls) this.tlsReply(tx, code);
    else if (tx !== null && isEndOfMail(command, code)) this.complete(tx);
  }

  private dataReply(tx: SmtpTransaction | null, code: number): void {
    if (code !== GO_ON) {
      if (tx !== null) this.anomaly(tx, ANOMALY.data_command_rejected);
      this.isInData = false;
    } else if (this.pending.length === 0 && !this.isInData) this.beginMessage();
  }

  private beginMessage(): void {
    this.isInData = true;
    this.isAtLineStart = true;
  }

  private tlsReply(tx: SmtpTransaction | null, code: number): void {
    if (code === READY) this.flow.services.changeProtocol(this.flow, 'tls');
    else if (tx !== null) this.anomaly(tx, ANOMALY.tls_rejected);
  }

  private complete(tx: SmtpTransaction): void {
    tx.advance(TO_SERVER, Progress.complete);
    tx.advance(TO_CLIENT, Progress.complete);
    if (this.current === tx) this.current = null;
    this.changed(TO_SERVER);
    this.changed(TO_CLIENT);
  }

  note(name: MimeNote): void {
    if (this.current !== null) this.anomaly(this.current, ANOMALY[name]);
  }

  openFile(name: Uint8Array): TrackedFile {
    const file = this.flow.services.files.open(this.flow, this.current!, TO_SERVER, name);
    file.inspection = this.settings.inspection;
    return file;
  }

  appendFile(file: TrackedFile, data: Uint8Array, start: number, end: number): void {
    this.flow.services.files.append(file, data, start, end);
  }

  closeFile(file: TrackedFile, how: 'closed' | 'truncated'): void {
    this.flow.services.files.close(file, how);
  }
}

/** A line with a dot alone (RFC 5321 section 4.1.1.4). */
function isEndOfData(data: Uint8Array, start: number, lf: number): boolean {
  if (data[start] !== DOT) return false;
  return lf === start + 1 || (lf === start + 2 && data[start + 1] === CR);
}

/** The server closes the connection (RFC 5321 section 4.2.3). */
const CLOSING = 221;

/** Whether the reply to a command means that the mail under way is over. */
function isEndOfMail(command: number, code: number): boolean {
  const isAccepted = code >= 200 && code < 300;
  if (command === Command.endOfData) return true;
  if (command === Command.quit) return code === CLOSING;
  return isAccepted && (command === Command.hello || command === Command.reset);
}
