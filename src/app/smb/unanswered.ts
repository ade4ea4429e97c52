// Unanswered: commands whose answer is to come, found by what it names.

import { NO_MESSAGE } from './host.ts';
import type { SmbTransaction } from './transaction.ts';

export class Unanswered {
  /** By what their answer names, oldest first. */
  private readonly commands = new Map<string, SmbTransaction[]>();

  add(tx: SmbTransaction): void {
    if (tx.messageId === NO_MESSAGE) return;
    const key = keyOf(tx.version, tx.command, tx.messageId);
    const others = this.commands.get(key);
    if (others === undefined) this.commands.set(key, [tx]);
    else others.push(tx);
  }

  /** The oldest that it may be; null without. */
  find(version: 1 | 2, command: number, messageId: number): SmbTransaction | null {
    return this.commands.get(keyOf(version, command, messageId))?.[0] ?? null;
  }

  remove(tx: SmbTransaction): void {
    const key = keyOf(tx.version, tx.command, tx.messageId);
    const all = this.commands.get(key);
    const place = all?.indexOf(tx) ?? -1;
    if (place < 0) return;
    if (all!.length === 1) this.commands.delete(key);
    else all!.splice(place, 1);
  }
}

function keyOf(version: number, command: number, messageId: number): string {
  return `${String(version)}.${String(command)}.${String(messageId)}`;
}
