// Side: where a direction stands in its messages.

import type { FileTransfer } from './file-transfer.ts';

/** What comes next. */
export const Wait = { session: 0, message: 1, data: 2, skip: 3 } as const;

export class Side {
  /** Value of Wait. */
  wait: number = Wait.session;
  /** Bytes of the NetBIOS message that are to come. */
  record = 0;
  /** Bytes of the SMB message in it that are to come. */
  message = 0;
  /** Its frames are marked. */
  isMarked = false;
  /** The file that the message carries bytes of: so many of them behind so many others. */
  transfer: FileTransfer | null = null;
  before = 0;
  data = 0;
  /** Bytes that were given and not taken. */
  pending = 0;
  /** Bytes were missed: the next message is to be found. */
  isAstray = false;

  /** The message carries bytes of a file. */
  carry(transfer: FileTransfer, before: number, length: number): void {
    this.transfer = transfer;
    this.before = before;
    this.data = length;
  }

  /** Bytes of a message that is under way have passed. */
  pass(count: number): void {
    this.record -= count;
    this.message -= count;
  }
}
