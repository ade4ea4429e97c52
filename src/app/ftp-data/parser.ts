// The parser of FTP data channels: one transaction, and the file that the control channel named.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser } from '../../framework/app-parser.ts';
import type { TrackedFile } from '../../framework/file.ts';
import { Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';

/** What the control channel says of the transfer. */
export interface Announced {
  readonly command: string;
  /** null for listings. */
  readonly name: Uint8Array | null;
  /** The way of the bytes. */
  readonly direction: Direction;
}

export const FtpDataState = { inProgress: 0, finished: 1 } as const;
const UNANNOUNCED: Announced = { command: '', name: null, direction: 0 };

export class FtpDataTransaction extends Transaction {
  readonly announced: Announced;

  constructor(id: number, announced: Announced) {
    super(id);
    this.announced = announced;
  }
}

export class FtpDataParser extends AppParser {
  private readonly tx: FtpDataTransaction;
  private file: TrackedFile | null = null;

  constructor(flow: AppFlow) {
    super(flow);
    this.tx = new FtpDataTransaction(this.newId(), (flow.expectation as Announced | undefined) ?? UNANNOUNCED);
    this.add(this.tx);
  }

  data(input: AppInput): number {
    const { announced } = this.tx;
    if (input.direction === announced.direction) {
      if (input.length > 0) this.bytes(input);
      if (input.isEof) this.finish();
      this.changed(input.direction);
    }
    return input.length;
  }

  override gap(direction: Direction, length: number): boolean {
    if (direction === this.tx.announced.direction && this.file !== null)
      this.flow.services.files.gap(this.file, length);
    return true;
  }

  private bytes({ data, start, end }: AppInput): void {
    const { name, direction } = this.tx.announced;
    if (name === null) return;
    const { files } = this.flow.services;
    this.file ??= files.open(this.flow, this.tx, direction, name);
    files.append(this.file, data, start, end);
  }

  private finish(): void {
    if (this.file !== null) this.flow.services.files.close(this.file, 'closed');
    this.file = null;
    this.tx.advance(0, FtpDataState.finished);
    this.tx.advance(1, FtpDataState.finished);
    this.changed(0);
    this.changed(1);
  }
}
