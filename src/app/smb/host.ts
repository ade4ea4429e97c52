// What the handlers of the versions ask of the parser around them.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { OpenFiles } from './open-files.ts';
import type { Pipes } from './pipes.ts';
import type { SmbSession } from './session.ts';
import type { SmbSettings } from './settings.ts';
import type { SmbDetail, SmbTransaction } from './transaction.ts';

/** What messages and their answers are told by. */
export interface MessageIds {
  readonly messageId: number;
  readonly treeId: number;
  readonly sessionLow: number;
  readonly sessionHigh: number;
}

/** No answer names it. */
export const NO_MESSAGE = -1;
export const NO_IDS: MessageIds = { messageId: NO_MESSAGE, treeId: 0, sessionLow: 0, sessionHigh: 0 };

export interface SmbHost {
  readonly flow: AppFlow;
  readonly settings: SmbSettings;
  readonly session: SmbSession;
  readonly files: OpenFiles;
  readonly pipes: Pipes;
  /** Makes a transaction and makes it known. */
  open(version: 1 | 2, command: number, detail: SmbDetail, ids: MessageIds): SmbTransaction;
  /** Something of it is about to change: of what is said by `asked`, `complete` and `note` this goes without saying. */
  wake(tx: SmbTransaction): void;
  /** The command that a message answers; null without. */
  asked(version: 1 | 2, command: number, ids: MessageIds): SmbTransaction | null;
  /** The negotiation of a version that is not answered; null without. */
  offered(version: 1 | 2): SmbTransaction | null;
  /** A direction of it is complete. */
  complete(tx: SmbTransaction, direction: Direction): void;
  /** Notes an anomaly, on the newest transaction where it is about none. */
  note(id: number, tx?: SmbTransaction): void;
}
