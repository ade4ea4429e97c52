// Smb2Requests: what clients ask for in SMB 2 and 3.

import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import { creation } from './creation.ts';
import { SMB_ANOMALY } from './events.ts';
import { NO_IDS, NO_MESSAGE } from './host.ts';
import type { SmbHost } from './host.ts';
import { guidText, le32, le64, utf16 } from './read.ts';
import { readSecurity, newSessionSetup } from './security.ts';
import { MOST_DIALECTS, UNKNOWN_NAME } from './session.ts';
import type { Side } from './side.ts';
import { PIPE_TRANSCEIVE, Smb2Command, dialectName } from './smb2-header.ts';
import { Fixed, carriesCall, treeKey, treeOf } from './smb2-message.ts';
import type { Smb2Message } from './smb2-message.ts';
import { NtStatus } from './status.ts';
import type { SmbDetail, SmbTransaction } from './transaction.ts';
import { messageKey } from './unanswered.ts';

/** Class and levels of a set_info request. */
const FILE_INFO = 1;
const Level = { rename: 10, disposition: 13 } as const;
const RENAME_FIXED = 20;
/** Stands for the file that the message before in the chain opens. */
const OF_CHAIN = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** Records of writes name no share (Suricata). */
const NO_SHARE = new Uint8Array(0);
const GENERIC: SmbDetail = { kind: 'generic' };
/** What has no transaction of its own, or not each time. */
const OF_FILES: ReadonlySet<number> = new Set([Smb2Command.read, Smb2Command.write, Smb2Command.setInfo]);

export class Smb2Requests {
  private readonly host: SmbHost;
  private readonly message: Smb2Message;
  /** Name in the newest create request. */
  private created: Uint8Array = UNKNOWN_NAME;

  constructor(host: SmbHost, message: Smb2Message) {
    this.host = host;
    this.message = message;
  }

  take(side: Side): void {
    if (this.known(side)) return;
    // what cannot be read has a transaction too, that what is wrong with it can be told of
    const tx = OF_FILES.has(this.message.header.command) ? undefined : this.begin(GENERIC);
    this.host.note(SMB_ANOMALY.malformed_data, tx);
  }

  /** False: it is too short for what it says. */
  private known(side: Side): boolean {
    switch (this.message.header.command) {
      case Smb2Command.negotiate:
        return this.negotiate();
      case Smb2Command.sessionSetup:
        return this.sessionSetup();
      case Smb2Command.treeConnect:
        return this.treeConnect();
      case Smb2Command.create:
        return this.create();
      case Smb2Command.read:
        return this.read();
      case Smb2Command.write:
        return this.write(side);
      case Smb2Command.ioctl:
        return this.ioctl();
      case Smb2Command.setInfo:
        return this.setInfo();
      default:
        return this.other();
    }
  }

  /** A transaction whose request is complete with this message. */
  private begin(detail: SmbDetail): SmbTransaction {
    const { header } = this.message;
    const tx = this.host.open(2, header.command, detail, detail.kind === 'negotiate' ? NO_IDS : header);
    if (detail.kind === 'tree_connect') tx.treeId = 0; // nothing is connected to yet
    this.host.complete(tx, TO_SERVER);
    return tx;
  }

  private other(): boolean {
    const { header } = this.message;
    const { command } = header;
    if (command === Smb2Command.getInfo) return true;
    const isKnown = command !== Smb2Command.close || this.close();
    if (command === Smb2Command.treeDisconnect) this.host.session.trees.take(treeKey(header));
    if (!isKnown) return false;
    const tx = this.begin(GENERIC);
    if (command === Smb2Command.cancel) this.host.complete(tx, TO_CLIENT); // nothing answers it
    return true;
  }

  private close(): boolean {
    const { message, host } = this;
    if (!message.has(Fixed.close)) return false;
    const file = message.file(72);
    host.files.close(file, NtStatus.success);
    host.pipes.close(file);
    return true;
  }

  private negotiate(): boolean {
    const { message } = this;
    if (!message.has(Fixed.negotiate)) return false;
    if (this.host.offered(2) !== null) return true; // the answer is to the first
    const count = message.u16(66);
    if (!message.has(Fixed.negotiate + 2 * count)) return false;
    const dialects: string[] = [];
    for (let i = 0; i < count && i < MOST_DIALECTS; i++)
      dialects.push(dialectName(message.u16(Fixed.negotiate + 2 * i)));
    const clientGuid = guidText(message.data, message.start + 76);
    this.begin({ kind: 'negotiate', dialects, clientGuid, serverGuid: '' });
    return true;
  }

  private sessionSetup(): boolean {
    const { message, host } = this;
    if (!message.has(Fixed.sessionSetup)) return false;
    readSecurity(host, this.begin(newSessionSetup()), message.data, message.part(76, Fixed.sessionSetup), message.end);
    return true;
  }

  private treeConnect(): boolean {
    const { message } = this;
    if (!message.has(Fixed.treeConnect)) return false;
    const at = message.part(68, Fixed.treeConnect);
    const share = utf16(message.data, at, Math.min(message.end, at + message.u16(70)));
    this.begin({ kind: 'tree_connect', share, isPipe: isPipeShare(share), type: 0, asked: null, given: null });
    return true;
  }

  private create(): boolean {
    const { message } = this;
    if (!message.has(Fixed.create)) return false;
    const at = message.part(108, Fixed.create);
    const end = at + message.u16(110);
    if (end > message.end) return false;
    const name = at < end ? utf16(message.data, at, end) : null;
    const asked = creation(name, message.u32(100), message.u32(104));
    this.created = asked.name;
    this.begin(asked);
    return true;
  }

  private read(): boolean {
    const { message, host } = this;
    if (!message.has(Fixed.read)) return false;
    const limit = host.settings.read.size;
    if (limit > 0 && message.u32(68) > limit) host.note(SMB_ANOMALY.read_request_too_large);
    else {
      const offset = le64(message.data, message.start + 72);
      host.session.reads.set(messageKey(message.header), { offset, file: message.file(80), fid: -1 });
    }
    return true;
  }

  private write(side: Side): boolean {
    const { message, host } = this;
    if (!message.has(Fixed.write)) return false;
    const length = message.u32(68);
    const limit = host.settings.write.size;
    if (limit > 0 && length > limit) {
      host.note(SMB_ANOMALY.write_request_too_large);
      return true;
    }
    const before = message.u16(66);
    if (before < Fixed.write || before > message.length) return length === 0;
    const file = message.file(80);
    const offset = le64(message.data, message.start + 72);
    if (host.files.of(file, TO_SERVER) === undefined && this.isOfPipe(file, before, length)) return true;
    this.writeFile(side, file, offset, before, Math.min(length, message.length - before));
    return true;
  }

  /** Whether it is written to a pipe: calls are taken, all else is nothing to look at. */
  private isOfPipe(file: string, before: number, length: number): boolean {
    const { message, host } = this;
    const { header } = message;
    const at = message.start + before;
    if (carriesCall(host, header, file, message.data, at, Math.min(message.end, at + length))) {
      const about = { version: 2, command: header.command, ids: header, status: -1, isDosStatus: false } as const;
      host.pipes.bytes(file, TO_SERVER, about, message.data, at, at + length, message.end);
      return true;
    }
    return treeOf(host, header).isPipe;
  }

  private writeFile(side: Side, file: string, offset: number, before: number, length: number): void {
    const { host, message } = this;
    const { header } = message;
    const tx =
      host.files.of(file, TO_SERVER) ??
      host.files.begin(file, TO_SERVER, {
        version: 2,
        command: header.command,
        name: host.session.names.get(file) ?? UNKNOWN_NAME,
        share: NO_SHARE,
        fuid: guidText(message.data, message.start + 80),
        ids: { ...header, messageId: NO_MESSAGE },
      });
    const transfer = host.files.part(tx, TO_SERVER, offset, length);
    if (transfer !== null) side.carry(transfer, before, length);
  }

  private ioctl(): boolean {
    const { message, host } = this;
    if (!message.has(Fixed.ioctl)) return false;
    const code = message.u32(68);
    const file = message.file(72);
    const at = message.start + message.u32(88);
    const end = at + message.u32(92);
    if (end > message.end) return false;
    const { header } = message;
    if (code === PIPE_TRANSCEIVE && carriesCall(host, header, file, message.data, at, end)) {
      const about = { version: 2, command: header.command, ids: header, status: -1, isDosStatus: false } as const;
      host.pipes.bytes(file, TO_SERVER, about, message.data, at, end);
      host.session.reads.set(messageKey(header), { offset: 0, file, fid: -1 });
    } else this.begin({ kind: 'ioctl', function: code });
    return true;
  }

  private setInfo(): boolean {
    const { message, host } = this;
    if (!message.has(Fixed.setInfo)) return false;
    if (message.data[message.start + 66] !== FILE_INFO) return true;
    const level = message.data[message.start + 67];
    const at = message.start + message.u16(72);
    const end = Math.min(message.end, at + message.u32(68));
    const file = message.file(80);
    const fuid = guidText(message.data, message.start + 80);
    const name = fuid === OF_CHAIN ? this.created : (host.session.names.get(file) ?? UNKNOWN_NAME);
    if (level === Level.rename) return this.rename(at, end, name, fuid);
    if (level !== Level.disposition) return true;
    if (at >= end) return false;
    const deletesOnClose = (message.data[at]! & 1) !== 0;
    this.begin({ kind: 'set_file_path_info', name, deletesOnClose, subcommand: -1, level: -1, fuid });
    return true;
  }

  private rename(at: number, end: number, from: Uint8Array, fuid: string): boolean {
    const { data } = this.message;
    if (at + RENAME_FIXED > end) return false;
    const stop = at + RENAME_FIXED + le32(data, at + 16);
    if (stop > end) return false;
    this.begin({ kind: 'rename', from, to: utf16(data, at + RENAME_FIXED, stop), fuid });
    return true;
  }
}

const IPC = Buffer.from('IPC$');

/** Whether a share is that of the pipes, by its name: only the answer says for certain. */
export function isPipeShare(share: Uint8Array): boolean {
  return Buffer.from(share).subarray(-IPC.length).equals(IPC);
}
