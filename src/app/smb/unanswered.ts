// Unanswered: commands whose answer is to come, found by what it names.

import { NO_MESSAGE } from './host.ts';
import type { MessageIds } from './host.ts';
import { Smb1Command } from './smb1-header.ts';
import { Smb2Command } from './smb2-header.ts';
import type { SmbTransaction } from './transaction.ts';

export class Unanswered {
  /** By what their answer names, oldest first. */
  private readonly commands = new Map<string, SmbTransaction[]>();

  add(tx: SmbTransaction, ids: MessageIds): void {
    if (ids.messageId === NO_MESSAGE) return;
    tx.answerKey = keyOf(tx.version, tx.command, messageKey(ids));
    const others = this.commands.get(tx.answerKey);
    if (others === undefined) this.commands.set(tx.answerKey, [tx]);
    else others.push(tx);
  }

  /** The oldest that it may be; null without. */
  find(version: 1 | 2, command: number, ids: MessageIds): SmbTransaction | null {
    const tx = this.at(version, command, messageKey(ids));
    if (tx !== undefined) return tx;
    // sessions begin with a setup that names none yet
    const isSetup = command === (version === 1 ? Smb1Command.sessionSetup : Smb2Command.sessionSetup);
    return (isSetup ? this.at(version, command, keyOfMessage(ids.messageId, 0, 0)) : undefined) ?? null;
  }

  remove(tx: SmbTransaction): void {
    const all = this.commands.get(tx.answerKey);
    const place = all?.indexOf(tx) ?? -1;
    if (place < 0) return;
    if (all!.length === 1) this.commands.delete(tx.answerKey);
    else all!.splice(place, 1);
  }

  private at(version: 1 | 2, command: number, message: string): SmbTransaction | undefined {
    return this.commands.get(keyOf(version, command, message))?.[0];
  }
}

/** What a message and its answer have in common: sessions count their messages on their own. */
export function messageKey({ messageId, sessionLow, sessionHigh }: MessageIds): string {
  return keyOfMessage(messageId, sessionLow, sessionHigh);
}

function keyOfMessage(messageId: number, sessionLow: number, sessionHigh: number): string {
  return `${String(sessionHigh)}.${String(sessionLow)}.${String(messageId)}`;
}

function keyOf(version: number, command: number, message: string): string {
  return `${String(version)}.${String(command)}.${message}`;
}
