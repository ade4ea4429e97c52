// Smb2Responses: what servers answer in SMB 2 and 3.

import { TO_CLIENT } from '../../framework/transaction.ts';
import { SMB_ANOMALY } from './events.ts';
import { NO_MESSAGE } from './host.ts';
import type { SmbHost } from './host.ts';
import type { PipeMessage } from './pipes.ts';
import { fileTime, guidText, le64 } from './read.ts';
import { UNKNOWN_NAME } from './session.ts';
import type { PendingRead } from './session.ts';
import type { Side } from './side.ts';
import { Smb2Command } from './smb2-header.ts';
import { Fixed, carriesCall, treeKey, treeOf } from './smb2-message.ts';
import type { Smb2Message } from './smb2-message.ts';
import { NtStatus } from './status.ts';
import type { Create, SmbTransaction, TreeConnect } from './transaction.ts';
import { messageKey } from './unanswered.ts';

const SHARE_OF_PIPES = 2;

export class Smb2Responses {
  private readonly host: SmbHost;
  private readonly message: Smb2Message;

  constructor(host: SmbHost, message: Smb2Message) {
    this.host = host;
    this.message = message;
  }

  take(side: Side): void {
    const { header } = this.message;
    const isKnown = header.command === Smb2Command.read ? this.read(side) : this.answer();
    if (!isKnown) this.host.note(SMB_ANOMALY.malformed_data);
  }

  /** False: it is too short for what it says. */
  private answer(): boolean {
    const { host, message } = this;
    const { header } = message;
    if (header.command === Smb2Command.ioctl && this.called()) return true;
    if (header.command === Smb2Command.negotiate) return this.negotiation();
    const tx = host.asked(2, header.command, header);
    if (tx === null) return true;
    tx.status = header.status;
    if (tx.detail.kind === 'session_setup') {
      // the server names the session
      tx.sessionLow = header.sessionLow;
      tx.sessionHigh = header.sessionHigh;
      tx.treeId = header.treeId;
    }
    if (header.status === NtStatus.pending) return true; // another one follows
    if (header.status === NtStatus.success && !this.details(tx)) host.note(SMB_ANOMALY.malformed_data, tx);
    host.complete(tx, TO_CLIENT);
    return true;
  }

  private details(tx: SmbTransaction): boolean {
    const { detail } = tx;
    if (detail.kind === 'tree_connect') return this.treeConnected(tx, detail);
    if (detail.kind === 'create') return this.created(detail);
    return detail.kind !== 'ioctl' || this.message.has(Fixed.ioctlDone);
  }

  /** SMB1 may have asked. What the server agrees to holds even where nobody was seen asking. */
  private negotiation(): boolean {
    const { host, message } = this;
    const { session } = host;
    session.dialect = session.maxRead = session.maxWrite = 0;
    const tx = host.offered(2) ?? host.asked(2, Smb2Command.negotiate, message.header) ?? host.offered(1);
    const { status } = message.header;
    if (tx !== null) tx.status = status;
    const isFine = status !== NtStatus.success || this.agreed(tx);
    if (tx !== null) host.complete(tx, TO_CLIENT);
    return isFine;
  }

  private agreed(tx: SmbTransaction | null): boolean {
    const { message, host } = this;
    if (!message.has(Fixed.negotiated)) return false;
    const { session, settings } = host;
    session.dialect = message.u16(68);
    session.maxRead = message.u32(96);
    session.maxWrite = message.u32(100);
    if (tx?.detail.kind === 'negotiate') tx.detail.serverGuid = guidText(message.data, message.start + 72);
    const { read, write } = settings;
    if (read.size > 0 && session.maxRead > read.size) host.note(SMB_ANOMALY.negotiate_max_read_size_too_large);
    if (write.size > 0 && session.maxWrite > write.size) host.note(SMB_ANOMALY.negotiate_max_write_size_too_large);
    return true;
  }

  private treeConnected(tx: SmbTransaction, detail: TreeConnect): boolean {
    const { message, host } = this;
    if (!message.has(Fixed.treeConnected)) return false;
    detail.type = message.data[message.start + 66]!;
    detail.isPipe = detail.type === SHARE_OF_PIPES;
    host.session.trees.set(treeKey(message.header), { name: detail.share, isPipe: detail.isPipe });
    tx.treeId = message.header.treeId;
    return true;
  }

  private created(detail: Create): boolean {
    const { message, host } = this;
    if (!message.has(Fixed.created)) return false;
    const { data, start } = message;
    detail.created = fileTime(data, start + 72);
    detail.accessed = fileTime(data, start + 80);
    detail.modified = fileTime(data, start + 88);
    detail.changed = fileTime(data, start + 96);
    detail.size = le64(data, start + 112);
    detail.fuid = guidText(data, start + 128);
    host.session.names.set(message.file(128), detail.name);
    return true;
  }

  /** An answer through a pipe. False: it is none. */
  private called(): boolean {
    const { message, host } = this;
    const { header } = message;
    const pending = host.session.reads.get(messageKey(header));
    if (pending === undefined || pending.fid >= 0) return false;
    if (header.status === NtStatus.pending) return true;
    host.session.reads.take(messageKey(header));
    const { status } = header;
    if (status !== NtStatus.success && status !== NtStatus.bufferOverflow) {
      host.pipes.fail(pending.file, this.about());
      return true;
    }
    if (!message.has(Fixed.ioctlDone)) return true;
    const at = message.start + message.u32(96);
    host.pipes.bytes(pending.file, TO_CLIENT, this.about(), message.data, at, at + message.u32(100), message.end);
    return true;
  }

  private about(): PipeMessage {
    const { header } = this.message;
    return { version: 2, command: header.command, ids: header, status: header.status, isDosStatus: false };
  }

  private read(side: Side): boolean {
    const { message, host } = this;
    const { status } = message.header;
    if (status === NtStatus.pending) return true;
    const pending = host.session.reads.take(messageKey(message.header));
    if (pending === undefined || pending.fid >= 0) return true; // SMB1 asked
    if (status === NtStatus.endOfFile) {
      host.files.endOfFile(pending.file, status);
      return true;
    }
    if (status !== NtStatus.success && status !== NtStatus.bufferOverflow) return true;
    if (!message.has(Fixed.dataRead)) return false;
    const length = message.u32(68);
    const limit = host.settings.read.size;
    if (limit > 0 && length > limit) {
      host.note(SMB_ANOMALY.read_response_too_large);
      return true;
    }
    const before = message.data[message.start + 66]!;
    if (before < Fixed.dataRead || before > message.length) return length === 0;
    this.takeData(side, pending, before, Math.min(length, message.length - before));
    return true;
  }

  private takeData(side: Side, pending: PendingRead, before: number, length: number): void {
    const { message, host } = this;
    const { header } = message;
    let tx = host.files.of(pending.file, TO_CLIENT);
    if (tx === undefined) {
      const at = message.start + before;
      if (carriesCall(host, header, pending.file, message.data, at, Math.min(message.end, at + length))) {
        host.pipes.bytes(pending.file, TO_CLIENT, this.about(), message.data, at, at + length, message.end);
        return;
      }
      const { name, isPipe } = treeOf(host, header);
      if (isPipe) return;
      tx = host.files.begin(pending.file, TO_CLIENT, {
        version: 2,
        command: header.command,
        name: host.session.names.get(pending.file) ?? UNKNOWN_NAME,
        share: name,
        fuid: guidText(Buffer.from(pending.file, 'latin1')),
        ids: { ...header, messageId: NO_MESSAGE },
      });
    }
    const transfer = host.files.part(tx, TO_CLIENT, pending.offset, length);
    if (transfer !== null) side.carry(transfer, before, length);
  }
}
