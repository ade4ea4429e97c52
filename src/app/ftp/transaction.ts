// FtpTransaction: a command and its replies. Replies without a command (the greeting) have one of their own.

import { Transaction } from '../../framework/transaction.ts';
import type { FtpCommand } from './commands.ts';

/** Progress of both directions; `portDone`: the command names the port of a data channel. */
export const FtpState = { inProgress: 0, portDone: 1, finished: 2 } as const;

export interface FtpReply {
  /** Three digits; null where the line has none. */
  readonly code: Uint8Array | null;
  /** What stands behind them; the line where it has none. */
  readonly text: Uint8Array;
}

const DIGITS = 3;

export class FtpTransaction extends Transaction {
  readonly command: FtpCommand | null;
  /** The line of the command. */
  readonly request: Uint8Array;
  isRequestTruncated = false;
  /** In the order of their lines. */
  readonly replies: FtpReply[] = [];
  readonly completionCodes: Uint8Array[] = [];
  isReplyTruncated = false;
  /** Replies of the kind "wait for more" (RFC 959 section 4.2.1). */
  preliminaries = 0;
  isReplied = false;
  /** Port of the data channel that was agreed on; 0: none. */
  dynamicPort = 0;
  isActive = false;

  constructor(id: number, command: FtpCommand | null, request: Uint8Array) {
    super(id);
    this.command = command;
    this.request = request;
  }

  /** Bytes of the lines that are kept. */
  get size(): number {
    return this.replies.reduce((sum, { text }) => sum + text.length, this.request.length);
  }

  /** Behind the command and the byte after it; null without. */
  get commandData(): Uint8Array | null {
    const start = (this.command?.name.length ?? 0) + 1;
    return this.command === null || this.request.length <= start ? null : this.request.subarray(start);
  }

  get mode(): 'active' | 'passive' {
    return this.isActive ? 'active' : 'passive';
  }

  addReply(line: Uint8Array): void {
    const code = codeOf(line);
    if (code !== null) this.completionCodes.push(code);
    if (line.length > DIGITS + 1 || (code === null && line.length > 0))
      this.replies.push({ code, text: code === null ? line : line.subarray(DIGITS + 1) });
  }

  finish(): void {
    this.isReplied = true;
    this.advance(0, FtpState.finished);
    this.advance(1, FtpState.finished);
  }
}

/** Three digits at the beginning, with nothing or a space behind them: a line in the middle of a reply has a hyphen. */
function codeOf(line: Uint8Array): Uint8Array | null {
  if (line.length < DIGITS || (line.length > DIGITS && line[DIGITS] !== 0x20)) return null;
  for (let i = 0; i < DIGITS; i++) if (!isDigit(line[i]!)) return null;
  return line.subarray(0, DIGITS);
}

/** `1xx `: more follows. */
export function isPreliminary(line: Uint8Array): boolean {
  return line.length > DIGITS && line[0] === 0x31 && codeOf(line) !== null;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** The commands that agree on a data channel. */
export function namesDataPort({ command }: FtpTransaction): boolean {
  return command !== null && (command.name === 'PORT' || command.name === 'EPRT' || isPassive(command.name));
}

function isPassive(name: string): boolean {
  return name === 'PASV' || name === 'EPSV';
}
