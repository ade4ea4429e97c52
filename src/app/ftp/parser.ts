// The FTP parser: commands make transactions, replies close them in order; agreements on data channels are announced.

import { defineAnomalies } from '../../framework/anomaly.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import { findCommand } from './commands.ts';
import type { FtpCommand } from './commands.ts';
import { extendedPassivePort, extendedPort, parseHostPort, passivePort } from './data-port.ts';
import { LineReader } from './line-reader.ts';
import type { FtpSettings } from './settings.ts';
import { FtpState, FtpTransaction, isPreliminary } from './transaction.ts';
import { announceTransfer, transferOf } from './transfer.ts';

const ANOMALY = defineAnomalies('applayer', 'ftp', [
  'request_command_too_long',
  'response_command_too_long',
  'too_many_transactions',
  'file_before_port',
  'file_without_name',
  'too_many_preliminary_responses',
]);
/** Preliminary replies that one command is given. */
const MAX_PRELIMINARIES = 16;
/** Where the argument of PORT and EPRT begins. */
const ARGUMENT = 5;

/** Commands whose reply settles something. */
const SETTLED_BY_REPLY = new Set(['PORT', 'EPRT', 'PASV', 'EPSV', 'AUTH_TLS']);

export class FtpParser extends AppParser {
  private readonly settings: FtpSettings;
  private readonly commands: LineReader;
  private readonly answers: LineReader;
  /** The latest command; null when it was not known. */
  private command: FtpCommand | null = null;
  /** The latest PORT or EPRT. */
  private portLine = '';
  private dynamicPort = 0;
  private isActive = false;

  constructor(flow: AppFlow, settings: FtpSettings) {
    super(flow);
    this.settings = settings;
    this.commands = new LineReader(settings.maxLineLength);
    this.answers = new LineReader(settings.maxLineLength);
  }

  data(input: AppInput): number {
    const reader = input.direction === TO_SERVER ? this.commands : this.answers;
    reader.at = input.start;
    while (reader.next(input)) {
      if (input.direction === TO_CLIENT) this.reply(reader);
      else if (!this.request(reader)) return PARSE_FAILED;
    }
    return reader.at - input.start;
  }

  /** False: there are too many transactions. */
  private request({ line, isTruncated }: LineReader): boolean {
    this.command = findCommand(line);
    if (this.command === null) return true;
    const { oldest } = this;
    if (oldest !== undefined && this.liveCount > this.settings.maxTx) {
      this.anomaly(oldest, ANOMALY.too_many_transactions);
      return false;
    }
    const tx = new FtpTransaction(this.newId(), this.command, line);
    tx.isRequestTruncated = isTruncated;
    this.add(tx);
    if (isTruncated) this.anomaly(tx, ANOMALY.request_command_too_long);
    this.agree(tx, this.command.name, line);
    return true;
  }

  /** What a command says of data channels. */
  private agree(tx: FtpTransaction, name: string, line: Uint8Array): void {
    if (name === 'PORT' || name === 'EPRT') {
      this.portLine = Buffer.from(line.subarray(ARGUMENT)).toString('latin1');
      if (name === 'PORT') tx.advance(TO_SERVER, FtpState.portDone);
      return;
    }
    const transfer = transferOf(name, tx.commandData);
    if (transfer === null) return;
    if (transfer === 'nameless') this.anomaly(tx, ANOMALY.file_without_name);
    else if (this.dynamicPort === 0) this.anomaly(tx, ANOMALY.file_before_port);
    else {
      announceTransfer(this.flow, transfer, { port: this.dynamicPort, isActive: this.isActive });
      this.dynamicPort = 0;
    }
  }

  private reply({ line, isTruncated }: LineReader): void {
    const tx = this.answered();
    this.changed(TO_CLIENT);
    if (this.notePort(tx, line)) {
      const isMore = isPreliminary(line);
      if (isMore && ++tx.preliminaries > MAX_PRELIMINARIES) {
        if (tx.preliminaries === MAX_PRELIMINARIES + 1) this.anomaly(tx, ANOMALY.too_many_preliminary_responses);
        return;
      }
      if (line.length > 0) this.keepReply(tx, line, isTruncated);
      if (isMore) return;
    }
    tx.finish();
    this.changed(TO_SERVER);
  }

  private keepReply(tx: FtpTransaction, line: Uint8Array, isTruncated: boolean): void {
    tx.addReply(line);
    if (!isTruncated) return;
    tx.isReplyTruncated = true;
    this.anomaly(tx, ANOMALY.response_command_too_long);
  }

  /** The oldest transaction without a reply, else the latest, else one of the reply's own. */
  private answered(): FtpTransaction {
    const open = this.flow.transactions.find(({ tx }) => tx instanceof FtpTransaction && !tx.isReplied)?.tx;
    const found = open ?? this.newest;
    if (found instanceof FtpTransaction) return found;
    const tx = new FtpTransaction(this.newId(), null, new Uint8Array(0));
    this.add(tx);
    return tx;
  }

  /** The reply settles the port of a data channel. False: the command named none that can be read. */
  private notePort(tx: FtpTransaction, line: Uint8Array): boolean {
    const name = this.command?.name;
    if (name === undefined || !SETTLED_BY_REPLY.has(name)) return true;
    const reply = Buffer.from(line).toString('latin1');
    if (name === 'PORT' || name === 'EPRT') {
      const port = name === 'PORT' ? (parseHostPort(this.portLine)?.port ?? 0) : extendedPort(this.portLine);
      if (port === 0) return false;
      this.settle(tx, port, 'active');
    } else if (name === 'PASV' && reply.startsWith('227 ')) this.settlePassive(tx, passivePort(reply));
    else if (name === 'EPSV' && reply.startsWith('229 ')) this.settlePassive(tx, extendedPassivePort(reply));
    else if (name === 'AUTH_TLS' && reply.startsWith('234 ')) this.flow.services.changeProtocol(this.flow, 'tls');
    return true;
  }

  private settlePassive(tx: FtpTransaction, port: number): void {
    if (port > 0) this.settle(tx, port, 'passive');
  }

  private settle(tx: FtpTransaction, port: number, mode: 'active' | 'passive'): void {
    this.dynamicPort = tx.dynamicPort = port;
    this.isActive = tx.isActive = mode === 'active';
  }
}
