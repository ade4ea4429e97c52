// SmbParser: NetBIOS messages of both directions, the SMB messages in them, and the transactions that they make.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { TO_CLIENT, TO_SERVER, placeOfTx } from '../../framework/transaction.ts';
import type { Direction, Transaction } from '../../framework/transaction.ts';
import { SMB_ANOMALY } from './events.ts';
import type { MessageIds, SmbHost } from './host.ts';
import {
  MAGIC_LENGTH,
  Magic,
  SESSION_HEADER,
  SESSION_MESSAGE,
  findSession,
  isCompressed,
  isService,
  magicAt,
  sessionLength,
} from './nbss.ts';
import { OpenFiles } from './open-files.ts';
import { Pipes } from './pipes.ts';
import { le32 } from './read.ts';
import { SmbSession } from './session.ts';
import type { SmbSettings } from './settings.ts';
import { Side, Wait } from './side.ts';
import { SMB1_HEADER } from './smb1-header.ts';
import { Smb1 } from './smb1.ts';
import { ENCRYPTED_SIZE, SMB2_HEADER, TRANSFORM_HEADER } from './smb2-header.ts';
import { Smb2 } from './smb2.ts';
import { Progress, SmbTransaction } from './transaction.ts';
import type { SmbDetail } from './transaction.ts';

/** Messages are waited for up to this length; of longer ones only the beginning is looked at. */
const MOST_WAITED_FOR = 80 << 10;

export class SmbParser extends AppParser implements SmbHost {
  readonly settings: SmbSettings;
  readonly session: SmbSession;
  readonly files: OpenFiles;
  readonly pipes: Pipes;
  private readonly smb1: Smb1;
  private readonly smb2: Smb2;
  private readonly sides: readonly [Side, Side] = [new Side(), new Side()];
  /** Number of the transaction before which all are complete. */
  private firstOpen = 0;

  constructor(flow: AppFlow, settings: SmbSettings) {
    super(flow);
    this.settings = settings;
    this.session = new SmbSession(settings);
    this.files = new OpenFiles(this);
    this.pipes = new Pipes(this);
    this.smb1 = new Smb1(this);
    this.smb2 = new Smb2(this);
    flow.services.followTo(flow, settings.streamDepth);
  }

  data(input: AppInput): number {
    const side = this.sides[input.direction];
    let at = input.start;
    for (;;) {
      const next = this.step(input, side, at);
      if (next === PARSE_FAILED) return PARSE_FAILED;
      if (next < 0) break;
      at = next;
    }
    if (input.isEof) {
      this.end(input.direction);
      return input.length;
    }
    side.pending = input.end - at;
    return at - input.start;
  }

  /** One step from `at`: where the next begins; MORE when more bytes are needed. */
  private step(input: AppInput, side: Side, at: number): number {
    switch (side.wait) {
      case Wait.session:
        return this.sessionHeader(input, side, at);
      case Wait.message:
        return this.message(input, side, at);
      case Wait.data:
        return this.fileData(input, side, at);
      default:
        return this.skipMessage(input, side, at);
    }
  }

  private sessionHeader(input: AppInput, side: Side, at: number): number {
    const { data, end } = input;
    if (side.isAstray) return this.search(input, side, at);
    if (end - at < SESSION_HEADER) return MORE;
    if (!isService(data[at]!)) {
      side.isAstray = true;
      return at;
    }
    const length = sessionLength(data, at);
    if (length === 0 && data[at] === SESSION_MESSAGE && input.direction === TO_SERVER)
      this.note(SMB_ANOMALY.malformed_data);
    if (this.flow.frames !== null) this.markSession(input, at, length);
    side.record = side.message = length;
    if (length > 0) side.wait = data[at] === SESSION_MESSAGE ? Wait.message : Wait.skip;
    side.isMarked = false;
    return at + SESSION_HEADER;
  }

  /** Where messages begin again. */
  private search({ data, end }: AppInput, side: Side, at: number): number {
    const found = findSession(data, at, end);
    if (found < 0) return end - at < SESSION_HEADER + MAGIC_LENGTH ? MORE : end - SESSION_HEADER - MAGIC_LENGTH + 1;
    side.isAstray = false;
    return found;
  }

  private markSession(input: AppInput, at: number, length: number): void {
    this.frame(input, 'nbss.pdu', at, SESSION_HEADER + length, null);
    this.frame(input, 'nbss.hdr', at, SESSION_HEADER, null);
    this.frame(input, 'nbss.data', at + SESSION_HEADER, length, null);
  }

  /** The beginning of an SMB message. */
  private message(input: AppInput, side: Side, at: number): number {
    const available = input.end - at;
    if (available < Math.min(MAGIC_LENGTH, side.record)) return MORE;
    const magic = side.record < MAGIC_LENGTH ? 0 : magicAt(input.data, at);
    const header = HEADERS[magic];
    if (header === undefined || side.record < header.length) {
      const isRemnant = side.record < MAGIC_LENGTH && input.direction === TO_CLIENT;
      if (!isRemnant && !isCompressed(input.data, at, input.end)) this.note(SMB_ANOMALY.malformed_data);
      side.message = side.record;
      side.wait = Wait.skip;
      return at;
    }
    if (available < header.length) return MORE;
    side.message = side.record;
    if (magic === Magic.encrypted && le32(input.data, at + ENCRYPTED_SIZE) > side.record - header.length)
      this.note(SMB_ANOMALY.malformed_data);
    if (magic === Magic.smb2) {
      const next = this.smb2.nextAt(input.data, at);
      // nothing of SMB2 is a header alone
      if (next > SMB2_HEADER && next < side.record) side.message = next;
    }
    if (!side.isMarked && this.flow.frames !== null) this.markMessage(input, side, at, header);
    side.isMarked = true;
    return this.contents(input, side, at, magic);
  }

  private markMessage(input: AppInput, { message }: Side, at: number, { length, frames }: HeaderKind): void {
    this.frame(input, frames.pdu, at, message, null);
    this.frame(input, frames.hdr, at, length, null);
    this.frame(input, frames.data, at + length, message - length, null);
  }

  /** A message whose header is there: waited for as far as it is of use, and given to its version. */
  private contents(input: AppInput, side: Side, at: number, magic: number): number {
    side.transfer = null;
    if (magic !== Magic.encrypted) {
      const version = magic === Magic.smb2 ? this.smb2 : this.smb1;
      const available = Math.min(input.end - at, side.message);
      const needed = version.needed(input.data, at, available, side.message, input.direction);
      if (available < Math.min(needed, side.message, MOST_WAITED_FOR)) return MORE;
      // of what is longer the same is seen, however it comes
      version.take(input, at, at + Math.min(available, MOST_WAITED_FOR), side);
    }
    side.wait = side.transfer === null ? Wait.skip : Wait.data;
    return at;
  }

  /** Bytes of a file, as they come. */
  private fileData({ data, end, direction }: AppInput, side: Side, at: number): number {
    if (at >= end && side.data > 0) return MORE;
    const before = Math.min(side.before, end - at);
    side.before -= before;
    side.pass(before);
    const from = at + before;
    const stop = Math.min(end, from + side.data);
    if (stop > from) {
      this.wake(side.transfer!.tx);
      side.transfer!.append(data, from, stop);
      side.data -= stop - from;
      side.pass(stop - from);
      this.changed(direction);
    }
    if (side.data === 0) this.endData(side);
    return stop;
  }

  private endData(side: Side): void {
    this.wake(side.transfer!.tx);
    side.transfer!.endPart();
    side.transfer = null;
    side.wait = Wait.skip;
  }

  private skipMessage({ end }: AppInput, side: Side, at: number): number {
    if (at >= end && side.message > 0) return MORE;
    const count = Math.min(side.message, end - at);
    side.pass(count);
    if (side.message === 0) {
      side.wait = side.record > 0 ? Wait.message : Wait.session;
      side.isMarked = false;
    }
    return at + count;
  }

  /** Bytes may be missing of a message; behind those of several it is looked for the next. */
  override gap(direction: Direction, length: number): boolean {
    const side = this.sides[direction];
    const missing = length + side.pending;
    side.pending = 0;
    this.pipes.lose(direction);
    if (side.wait === Wait.session || missing > side.record) {
      if (side.transfer !== null) {
        this.wake(side.transfer.tx);
        side.transfer.miss(side.data);
        this.endData(side);
      }
      side.wait = Wait.session;
      side.isAstray = true;
      return true;
    }
    this.missInside(side, missing);
    return true;
  }

  private missInside(side: Side, missing: number): void {
    if (side.wait === Wait.message) side.message = side.record;
    if (side.wait === Wait.data) {
      const ofData = Math.min(side.data, Math.max(0, missing - side.before));
      side.before = Math.max(0, side.before - missing);
      this.wake(side.transfer!.tx);
      if (ofData > 0) side.transfer!.miss(ofData);
      side.data -= ofData;
      if (side.data === 0) this.endData(side);
    }
    if (missing > side.message) side.message = side.record;
    side.pass(missing);
    if (side.wait === Wait.message) side.wait = Wait.skip;
    if (side.record === 0) side.wait = Wait.session;
  }

  /** Nothing follows in a direction. */
  private end(direction: Direction): void {
    this.files.truncate(direction);
  }

  // SmbHost

  open(version: 1 | 2, command: number, detail: SmbDetail, ids: MessageIds): SmbTransaction {
    if (this.liveCount >= this.settings.maxTx) this.giveUpOldest();
    const names = bytesOfNames(detail);
    const { named } = this.session;
    for (let room = named.room; room < names;) {
      const given = this.giveUpOldest();
      if (given < 0) break;
      room += given;
    }
    const tx = new SmbTransaction(this.newId(), this.session, version, command, detail);
    named.take(names);
    tx.named = names;
    tx.treeId = ids.treeId;
    tx.sessionLow = ids.sessionLow;
    tx.sessionHigh = ids.sessionHigh;
    this.add(tx);
    if (detail.kind === 'negotiate') this.session.offers[version] = tx;
    else this.session.unanswered.add(tx, ids);
    return tx;
  }

  /** @returns bytes of the names that go with it; below zero: there is none */
  private giveUpOldest(): number {
    const tx = this.oldestOpen();
    if (tx === null) return -1;
    this.note(SMB_ANOMALY.too_many_transactions, tx);
    this.files.giveUp(tx);
    tx.calls?.remove(tx);
    this.complete(tx, TO_SERVER);
    this.complete(tx, TO_CLIENT);
    return tx.named;
  }

  /** The oldest that is not complete; those before it are complete for good, and not looked at again. */
  private oldestOpen(): SmbTransaction | null {
    const { transactions } = this.flow;
    for (let i = placeOfTx(transactions, this.firstOpen); i < transactions.length; i++) {
      const { tx } = transactions[i]!;
      this.firstOpen = tx.id;
      if (tx instanceof SmbTransaction && !(tx.isDone(TO_SERVER) && tx.isDone(TO_CLIENT))) return tx;
    }
    return null;
  }

  asked(version: 1 | 2, command: number, ids: MessageIds): SmbTransaction | null {
    return this.awake(this.session.unanswered.find(version, command, ids));
  }

  offered(version: 1 | 2): SmbTransaction | null {
    return this.awake(this.session.offers[version]);
  }

  private awake(tx: SmbTransaction | null): SmbTransaction | null {
    if (tx !== null) this.wake(tx);
    return tx;
  }

  wake(tx: Transaction): void {
    this.flow.wake(tx.state);
  }

  complete(tx: SmbTransaction, direction: Direction): void {
    this.wake(tx);
    tx.advance(direction, Progress.complete);
    if (direction === TO_CLIENT) this.session.answered(tx);
    this.changed(direction);
  }

  note(id: number, tx: Transaction | undefined = this.newest): void {
    if (tx === undefined) return;
    this.wake(tx);
    this.anomaly(tx, id);
  }
}

/** Of what a transaction is about. */
function bytesOfNames(detail: SmbDetail): number {
  switch (detail.kind) {
    case 'create':
    case 'set_file_path_info':
      return detail.name.length;
    case 'file':
      return detail.name.length + detail.share.length;
    case 'rename':
      return detail.from.length + detail.to.length;
    case 'tree_connect':
      return detail.share.length;
    default:
      return 0;
  }
}

/** More bytes are needed. */
const MORE = -2;

interface HeaderKind {
  readonly length: number;
  readonly frames: { readonly pdu: string; readonly hdr: string; readonly data: string };
}

const kind = (name: string, length: number): HeaderKind => ({
  length,
  frames: { pdu: `${name}.pdu`, hdr: `${name}.hdr`, data: `${name}.data` },
});

/** By the first byte of the magic. */
const HEADERS: Readonly<Record<number, HeaderKind>> = {
  [Magic.smb1]: kind('smb1', SMB1_HEADER),
  [Magic.smb2]: kind('smb2', SMB2_HEADER),
  [Magic.encrypted]: kind('smb3', TRANSFORM_HEADER),
};
