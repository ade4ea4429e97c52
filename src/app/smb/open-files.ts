// OpenFiles: the files of a connection that are read or written, each direction of one a transaction.

import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { SMB_ANOMALY } from './events.ts';
import { FileTransfer, Refused } from './file-transfer.ts';
import type { MessageIds, SmbHost } from './host.ts';
import type { FileAccess, SmbTransaction } from './transaction.ts';

export interface OpenedFile {
  readonly version: 1 | 2;
  readonly command: number;
  readonly name: Uint8Array;
  readonly share: Uint8Array;
  readonly fuid: string;
  readonly ids: MessageIds;
}

type FileTransaction = SmbTransaction & { readonly detail: FileAccess };

/** Anomalies of parts that are not taken, by direction: too many bytes, or parts, that wait. */
const REFUSED = [
  { [Refused.size]: SMB_ANOMALY.write_queue_size_exceeded, [Refused.count]: SMB_ANOMALY.write_queue_cnt_exceeded },
  { [Refused.size]: SMB_ANOMALY.read_queue_size_exceeded, [Refused.count]: SMB_ANOMALY.read_queue_cnt_exceeded },
] as const;

export class OpenFiles {
  private readonly host: SmbHost;
  /** By direction and key. */
  private readonly open: readonly [Map<string, FileTransaction>, Map<string, FileTransaction>] = [new Map(), new Map()];

  constructor(host: SmbHost) {
    this.host = host;
  }

  of(key: string, direction: Direction): SmbTransaction | undefined {
    const tx = this.open[direction].get(key);
    if (tx !== undefined) this.host.wake(tx);
    return tx;
  }

  /** A file begins to be transferred. */
  begin(key: string, direction: Direction, what: OpenedFile): SmbTransaction {
    const { flow, session, settings } = this.host;
    const detail: { -readonly [K in keyof FileAccess]: FileAccess[K] } = {
      kind: 'file',
      name: what.name,
      share: what.share,
      fuid: what.fuid,
      key,
      direction,
      transfer: undefined as unknown as FileTransfer,
    };
    const tx = this.host.open(what.version, what.command, detail, what.ids) as FileTransaction;
    const file = flow.services.files.open(flow, tx, direction, what.name);
    const limits = direction === TO_SERVER ? settings.write : settings.read;
    detail.transfer = new FileTransfer(flow.services.files, { tx, file }, limits, session.held);
    this.open[direction].set(key, tx);
    return tx;
  }

  /** A part of so many bytes of an open file begins; null: it is not to be looked at. */
  part(tx: SmbTransaction, direction: Direction, offset: number, length: number): FileTransfer | null {
    const { transfer } = (tx as FileTransaction).detail;
    if (transfer.overlaps(offset)) this.host.note(SMB_ANOMALY.file_overlap);
    const refused = transfer.begin(offset, length);
    if (refused === Refused.no) return transfer;
    this.host.note(REFUSED[direction][refused as 1 | 2], tx);
    return null;
  }

  /** It is closed. @param status what its records say, -1 nothing */
  close(key: string, status: number): void {
    for (const direction of [TO_SERVER, TO_CLIENT] as const) {
      const tx = this.open[direction].get(key);
      if (tx === undefined) continue;
      tx.status = status;
      this.end(key, direction, tx, 'closed');
    }
  }

  /** There is no more of it to be read; it is still open. */
  endOfFile(key: string, status: number): void {
    const tx = this.open[TO_CLIENT].get(key);
    if (tx === undefined) return;
    this.host.wake(tx);
    tx.status = status;
    tx.detail.transfer.close('closed');
    this.host.flow.noteNews(TO_CLIENT);
  }

  /** Nothing more of a direction comes. */
  truncate(direction: Direction): void {
    for (const [key, tx] of [...this.open[direction]]) this.end(key, direction, tx, 'truncated');
  }

  /** A transaction is given up. */
  giveUp(tx: SmbTransaction): void {
    if (tx.detail.kind !== 'file') return;
    const { key, direction } = tx.detail;
    const one = this.open[direction].get(key);
    if (one === tx) this.end(key, direction, one, 'truncated');
  }

  private end(key: string, direction: Direction, tx: FileTransaction, how: 'closed' | 'truncated'): void {
    this.host.wake(tx);
    tx.detail.transfer.close(how);
    this.open[direction].delete(key);
    this.host.complete(tx, TO_SERVER);
    this.host.complete(tx, TO_CLIENT);
  }
}
