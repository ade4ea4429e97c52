// TransactionTeller: hands the outputs what is new of a flow's transactions: anomalies, finished files, records.

import type { AppFlow } from '../framework/app-flow.ts';
import { isDirectionOver } from '../framework/app-flow.ts';
import { FileState } from '../framework/file.ts';
import type { TrackedFile } from '../framework/file.ts';
import type { Output } from '../framework/output.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { TO_CLIENT, TO_SERVER } from '../framework/transaction.ts';
import type { Transaction, TxState } from '../framework/transaction.ts';

/** Of a transaction: of more files those that are told go, the first ones first. */
const MOST_FILES = 256;

/** The server's first. */
const DIRECTIONS = [TO_CLIENT, TO_SERVER] as const;

export class TransactionTeller {
  private readonly records: readonly Output[];
  private readonly anomalies: readonly Output[];
  private readonly files: readonly Output[];
  private readonly frameOutputs: readonly Output[];
  private readonly stores: readonly Output[];
  private readonly certificates: readonly Output[];
  private readonly retire: (app: AppFlow, needsInspection: boolean) => void;

  constructor(outputs: readonly Output[], retire: (app: AppFlow, needsInspection: boolean) => void) {
    this.records = outputs.filter((output) => output.transaction !== undefined);
    this.anomalies = outputs.filter((output) => output.txAnomalies !== undefined);
    this.files = outputs.filter((output) => output.file !== undefined);
    this.frameOutputs = outputs.filter((output) => output.frame !== undefined);
    this.stores = outputs.filter((output) => output.settleFile !== undefined);
    this.certificates = outputs.filter((output) => output.certificate !== undefined);
    this.retire = retire;
  }

  /** @param needsInspection rules have yet to see what is kept */
  tell(p: Packet, app: AppFlow, needsInspection: boolean): void {
    for (let i = 0; i < app.former.length; i++) this.one(p, app, app.former[i]!, needsInspection);
    const transactions = app.awake ?? app.transactions;
    for (let i = 0; i < transactions.length; i++) this.one(p, app, transactions[i]!, needsInspection);
    this.retire(app, needsInspection);
  }

  /** Tells of files alone, those of the packet's direction; nothing is looked at any more. */
  settle(p: Packet, app: AppFlow): void {
    for (const tx of app.former) if (tx.files !== null) this.finishedFiles(p, app, tx, true);
    for (const tx of app.transactions) if (tx.files !== null) this.finishedFiles(p, app, tx, true);
    if (isDirectionOver(app, TO_SERVER) && isDirectionOver(app, TO_CLIENT)) this.retire(app, false);
  }

  /** The frames of the packet's direction that are over; rules have seen them. */
  frames(p: Packet, app: AppFlow): void {
    const frames = app.frames!;
    const direction = (p.flags & PacketFlag.toServer) !== 0 ? TO_SERVER : TO_CLIENT;
    if (!frames.isDirty[direction]) return;
    for (const frame of frames.lists[direction]) {
      if (!frame.isOver || frame.isLogged) continue;
      frame.isLogged = true;
      for (const output of this.frameOutputs) output.frame!(p, app, frame);
    }
    frames.release(direction);
  }

  private one(p: Packet, app: AppFlow, tx: TxState, needsInspection: boolean): void {
    const { anomaliesTold } = tx;
    if (tx.anomalies !== null && tx.anomalies.length > anomaliesTold) {
      tx.anomaliesTold = tx.anomalies.length;
      for (const output of this.anomalies) output.txAnomalies!(p, app, tx.tx, anomaliesTold);
    }
    if (tx.files !== null) this.finishedFiles(p, app, tx, needsInspection);
    if (this.certificates.length > 0 && tx.tx.keptCertificates !== 0) this.keepCertificates(p, tx.tx);
    if (tx.isLogged || !isDue(tx, app)) return;
    tx.isLogged = true;
    for (const output of this.records) output.transaction!(p, app, tx.tx);
  }

  private keepCertificates(p: Packet, tx: Transaction): void {
    for (const direction of DIRECTIONS) {
      const bit = 1 << direction;
      const certificate = (tx.keptCertificates & bit) === 0 ? null : tx.certificate(direction);
      if (certificate === null) continue;
      tx.keptCertificates &= ~bit;
      for (const output of this.certificates) output.certificate!(p, direction, certificate);
    }
  }

  private finishedFiles(p: Packet, app: AppFlow, tx: TxState, needsInspection: boolean): void {
    // rules look at a direction with its own packets: until then nobody knows what they want of its files
    const direction = (p.flags & PacketFlag.toServer) !== 0 ? TO_SERVER : TO_CLIENT;
    const isLast = !needsInspection && isOver(app, tx, TO_SERVER) && isOver(app, tx, TO_CLIENT);
    for (const file of tx.files!) {
      if (file.direction !== direction && !(isLast && file.state > FileState.opened && app.isEof(file.direction)))
        continue;
      const isOver = file.state > FileState.opened || isDirectionOver(app, file.direction);
      if (file.isLogged || !isOver) continue;
      file.isLogged = true;
      for (const output of this.stores) output.settleFile!(p, app, tx.tx, file);
      for (const output of this.files) output.file!(p, app, tx.tx, file);
    }
    if (tx.files!.length >= 2 * MOST_FILES) forgetFiles(tx.files!);
  }
}

/** Those that are told go from the front; rules have seen them. */
function forgetFiles(files: TrackedFile[]): void {
  const excess = files.length - MOST_FILES;
  let count = 0;
  while (count < excess && files[count]!.isLogged) files[count++]!.body.release();
  files.splice(0, count);
}

/** Whether nothing is to come of it in that direction, and of the flow not in the other one either. */
function isOver(app: AppFlow, tx: TxState, direction: 0 | 1): boolean {
  return isDirectionOver(app, direction) || tx.progress[direction] >= tx.protocol!.complete[direction];
}

/** Whether the record of a transaction may be written: it is as far as its protocol asks. */
function isDue(tx: TxState, app: AppFlow): boolean {
  const { isRecordDue, recordDue } = tx.protocol!;
  if (isRecordDue !== null) return isRecordDue(tx.tx) || isAtEnd(tx, app);
  return isReached(tx, app, 0, recordDue[0]) && isReached(tx, app, 1, recordDue[1]);
}

/** Whether nothing is to come in either direction; where both are complete one has to end, for `isRecordDue` may wait. */
function isAtEnd(tx: TxState, app: AppFlow): boolean {
  const hasEnded = isDirectionOver(app, TO_SERVER) || isDirectionOver(app, TO_CLIENT);
  return hasEnded && isOver(app, tx, TO_SERVER) && isOver(app, tx, TO_CLIENT);
}

function isReached(tx: TxState, app: AppFlow, direction: 0 | 1, due: number): boolean {
  return !tx.has(direction) || tx.progress[direction] >= due || isDirectionOver(app, direction);
}
