// Smb1Responses: what servers answer in SMB1.

import { TO_CLIENT } from '../../framework/transaction.ts';
import { SMB_ANOMALY } from './events.ts';
import { NO_IDS } from './host.ts';
import type { SmbHost } from './host.ts';
import { fileTime, guidText, le64 } from './read.ts';
import { UNKNOWN_TREE } from './session.ts';
import type { PendingRead } from './session.ts';
import type { Side } from './side.ts';
import { Smb1Command } from './smb1-header.ts';
import { fidText, fileKey, treeKey } from './smb1-message.ts';
import type { Smb1Message } from './smb1-message.ts';
import { nativeNames } from './smb1-requests.ts';
import { takeTransResponse } from './smb1-trans.ts';
import { NtStatus } from './status.ts';
import type { Create, Negotiation, SessionSetup, SmbTransaction, TreeConnect } from './transaction.ts';
import { messageKey } from './unanswered.ts';

/** Words of the answer to NT LM 0.12. */
const NT_WORDS = 17;
const GUID = 16;
const CREATED_WORDS = 34;
const READ_WORDS = 12;
/** Words of the answer to a session setup, without and with a security blob. */
const SETUP_WORDS = 3;
const BLOB_WORDS = 4;
const PIPES = 'IPC';
const NO_NAME = new Uint8Array(0);

export class Smb1Responses {
  private readonly host: SmbHost;
  private readonly message: Smb1Message;

  constructor(host: SmbHost, message: Smb1Message) {
    this.host = host;
    this.message = message;
  }

  take(side: Side): void {
    const { message, host } = this;
    const { command } = message;
    if (command !== Smb1Command.readAndX && command !== Smb1Command.trans) this.answer();
    else if (!(command === Smb1Command.trans ? takeTransResponse(host, message) : this.read(side)))
      host.note(SMB_ANOMALY.malformed_data);
  }

  private answer(): void {
    const { message, host } = this;
    const { header, command } = message;
    const tx = (command === Smb1Command.negotiate ? host.offered(1) : null) ?? host.asked(1, command, header);
    if (tx === null) return;
    tx.status = header.status;
    tx.isDosStatus = header.isDosStatus;
    if (!this.details(tx)) host.note(SMB_ANOMALY.malformed_data, tx);
    host.complete(tx, TO_CLIENT);
  }

  /** False: it is too short for what it says. */
  private details(tx: SmbTransaction): boolean {
    const { header } = this.message;
    const { detail } = tx;
    if (detail.kind === 'session_setup') {
      tx.sessionLow = header.userId;
      tx.treeId = header.treeId;
      return this.sessionSetup(detail);
    }
    if (detail.kind === 'negotiate') return this.negotiated(tx, detail);
    if (!header.isSuccess) return true;
    if (detail.kind === 'tree_connect') return this.treeConnected(tx, detail);
    if (detail.kind === 'create') return this.created(detail);
    return true;
  }

  private negotiated(tx: SmbTransaction, detail: Negotiation): boolean {
    const { message, host } = this;
    if (message.count < 1) return !message.header.isSuccess;
    const chosen = detail.dialects[message.u16(0)];
    if (chosen === undefined) host.note(SMB_ANOMALY.negotiate_malformed_dialects, tx);
    host.session.oldDialect = chosen ?? '';
    if (message.count === NT_WORDS && message.bytes + GUID <= message.bytesEnd)
      detail.serverGuid = guidText(message.data, message.bytes);
    return true;
  }

  private sessionSetup(detail: SessionSetup): boolean {
    const { message } = this;
    if (message.count === 0) return true;
    if (message.count !== BLOB_WORDS && message.count !== SETUP_WORDS) return false;
    const names = message.bytes + (message.count === BLOB_WORDS ? message.u16(6) : 0);
    detail.server = nativeNames(message, names);
    return names <= message.bytesEnd;
  }

  private treeConnected(tx: SmbTransaction, detail: TreeConnect): boolean {
    const { message, host } = this;
    const { header } = message;
    detail.given = message.text(message.bytes, message.textEnd(message.bytes, false), false);
    detail.isPipe = Buffer.from(detail.given).toString('latin1') === PIPES;
    tx.treeId = header.treeId;
    host.session.trees.set(treeKey(header), { name: detail.share, isPipe: detail.isPipe });
    return true;
  }

  private created(detail: Create): boolean {
    const { message, host } = this;
    if (message.count < CREATED_WORDS) return false;
    const { data, words } = message;
    const fid = message.u16(5);
    detail.created = fileTime(data, words + 11);
    detail.accessed = fileTime(data, words + 19);
    detail.modified = fileTime(data, words + 27);
    detail.changed = fileTime(data, words + 35);
    detail.size = le64(data, words + 47); // what is allocated for it (Suricata)
    detail.fuid = fidText(fid);
    host.session.names.set(fileKey(fid, message.header), detail.name);
    return true;
  }

  private read(side: Side): boolean {
    const { message, host } = this;
    const { header } = message;
    const pending = host.session.reads.take(messageKey(header));
    if (pending === undefined || pending.fid < 0) return true; // SMB2 asked
    const isPart = !header.isDosStatus && header.status === NtStatus.bufferOverflow;
    if (!header.isSuccess && !isPart) return true;
    if (message.count < READ_WORDS) return false;
    const length = message.u16(10) + (message.u16(14) & 0xff) * 0x10000;
    const limit = host.settings.read.size;
    if (limit > 0 && length > limit) {
      host.note(SMB_ANOMALY.read_response_too_large);
      return true;
    }
    const before = message.u16(12);
    if (before > message.length) return length === 0;
    this.data(side, pending, before, Math.min(length, message.length - before));
    return true;
  }

  private data(side: Side, pending: PendingRead, before: number, length: number): void {
    const { message, host } = this;
    const { header } = message;
    const tree = host.session.trees.get(treeKey(header)) ?? UNKNOWN_TREE;
    const at = message.start + before;
    if (tree.isPipe) {
      const { status, isDosStatus } = header;
      const about = { version: 1, command: message.command, ids: message.ids(), status, isDosStatus } as const;
      host.pipes.bytes(pending.file, TO_CLIENT, about, message.data, at, at + length, message.end);
      return;
    }
    const tx =
      host.files.of(pending.file, TO_CLIENT) ??
      host.files.begin(pending.file, TO_CLIENT, {
        version: 1,
        command: message.command,
        name: host.session.names.get(pending.file) ?? NO_NAME,
        share: tree.name,
        fuid: fidText(pending.fid),
        ids: NO_IDS,
      });
    const transfer = host.files.part(tx, TO_CLIENT, pending.offset, length);
    if (transfer === null) return;
    if (message.isAlone) side.carry(transfer, before, length);
    else {
      transfer.append(message.data, at, Math.min(message.end, at + length));
      transfer.endPart();
      host.flow.noteNews(TO_CLIENT);
    }
  }
}
