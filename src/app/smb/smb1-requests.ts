// Smb1Requests: what clients ask for in SMB1.

import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import { creation } from './creation.ts';
import { SMB_ANOMALY } from './events.ts';
import { NO_IDS } from './host.ts';
import type { SmbHost } from './host.ts';
import { endOfText } from './read.ts';
import { newSessionSetup, readSecurity } from './security.ts';
import { MOST_DIALECTS, UNKNOWN_NAME, UNKNOWN_TREE } from './session.ts';
import type { Side } from './side.ts';
import { Smb1Command } from './smb1-header.ts';
import { fidText, fileKey, treeKey } from './smb1-message.ts';
import type { Smb1Message } from './smb1-message.ts';
import { takeTrans, takeTrans2 } from './smb1-trans.ts';
import type { NativeNames, SmbDetail, SmbTransaction } from './transaction.ts';
import { messageKey } from './unanswered.ts';

const GENERIC: SmbDetail = { kind: 'generic' };
/** What has no transaction of its own, or not each time. */
const OF_FILES: ReadonlySet<number> = new Set([Smb1Command.readAndX, Smb1Command.trans2]);
/** Words of session setups: with a security blob, with passwords of NT, with one of LAN Manager. */
const Setup = { blob: 12, passwords: 13 } as const;
const TEXT = 0x04;
/** Words of reads and writes with the upper half of the offset. */
const LONG_READ = 12;
const LONG_WRITE = 14;

export class Smb1Requests {
  private readonly host: SmbHost;
  private readonly message: Smb1Message;

  constructor(host: SmbHost, message: Smb1Message) {
    this.host = host;
    this.message = message;
  }

  take(side: Side): void {
    if (this.known(side)) return;
    // what cannot be read has a transaction too, that what is wrong with it can be told of
    const tx = OF_FILES.has(this.message.command) ? undefined : this.begin(GENERIC);
    this.host.note(SMB_ANOMALY.malformed_data, tx);
  }

  /** False: it is too short for what it says. */
  private known(side: Side): boolean {
    switch (this.message.command) {
      case Smb1Command.negotiate:
        return this.negotiate();
      case Smb1Command.sessionSetup:
        return this.sessionSetup();
      case Smb1Command.treeConnect:
        return this.treeConnect();
      case Smb1Command.ntCreate:
        return this.create();
      case Smb1Command.readAndX:
        return this.read();
      case Smb1Command.writeAndX:
        return this.writeAndX(side);
      case Smb1Command.write:
      case Smb1Command.writeAndClose:
        return this.oldWrite();
      case Smb1Command.trans:
        return takeTrans(this.host, this.message);
      case Smb1Command.trans2:
        return takeTrans2(this.host, this.message);
      case Smb1Command.rename:
        return this.rename();
      default:
        return this.other();
    }
  }

  /** A transaction whose request is complete with this message. */
  private begin(detail: SmbDetail): SmbTransaction {
    const { message } = this;
    const tx = this.host.open(1, message.command, detail, detail.kind === 'negotiate' ? NO_IDS : message.ids());
    if (detail.kind === 'session_setup' || detail.kind === 'tree_connect') tx.treeId = 0; // nothing is connected to yet
    this.host.complete(tx, TO_SERVER);
    return tx;
  }

  private other(): boolean {
    const { message, host } = this;
    if (message.command === Smb1Command.close && message.count >= 1) this.close(message.u16(0));
    else if (message.command === Smb1Command.treeDisconnect) host.session.trees.take(treeKey(message.header));
    const tx = this.begin(GENERIC);
    if (message.command === Smb1Command.ntCancel) host.complete(tx, TO_CLIENT); // nothing answers it
    return true;
  }

  private close(fid: number): void {
    const key = fileKey(fid, this.message.header);
    this.host.files.close(key, -1);
    this.host.pipes.close(key);
  }

  private negotiate(): boolean {
    const { message } = this;
    const { data, bytesEnd } = message;
    const dialects: string[] = [];
    let isMalformed = false;
    let at = message.bytes;
    for (;;) {
      const end = endOfText(data, at, bytesEnd, { isUnicode: false });
      if (end >= bytesEnd) break; // what has no end is none
      // of each the first byte says that it is one
      if (end > at && dialects.length < MOST_DIALECTS)
        dialects.push(Buffer.from(data.subarray(at + 1, end)).toString());
      isMalformed ||= end <= at + 1;
      at = end + 1;
    }
    const isWhole = at > message.bytes && message.hasBytes;
    if (!isWhole) return false;
    if (this.host.offered(1) !== null) {
      this.host.note(SMB_ANOMALY.duplicate_negotiate);
      return true;
    }
    const tx = this.begin({ kind: 'negotiate', dialects, clientGuid: null, serverGuid: '' });
    if (isMalformed) this.host.note(SMB_ANOMALY.negotiate_malformed_dialects, tx);
    return true;
  }

  private sessionSetup(): boolean {
    const { message, host } = this;
    if (message.count < Setup.blob) {
      this.begin(newSessionSetup());
      return true;
    }
    const detail = newSessionSetup();
    const tx = this.begin(detail);
    if (message.count === Setup.blob) {
      const end = message.bytes + message.u16(14);
      if (end > message.bytesEnd) return false;
      readSecurity(host, tx, message.data, message.bytes, end);
      detail.client = nativeNames(message, end);
      return true;
    }
    if (message.count !== Setup.passwords) return true;
    // account and domain come before
    let at = message.aligned(message.bytes + message.u16(14) + message.u16(16));
    for (let i = 0; i < 2; i++) at = message.behind(message.textEnd(at));
    detail.client = nativeNames(message, at);
    return true;
  }

  private treeConnect(): boolean {
    const { message } = this;
    if (message.count < 4) return false;
    // the first of the two backslashes is left out (Suricata)
    const from = message.aligned(message.bytes + message.u16(6)) + (message.header.isUnicode ? 2 : 1);
    const end = message.textEnd(from);
    if (end >= message.bytesEnd) return false;
    const share = message.text(from, end);
    const service = message.behind(end);
    // some count it as none of the bytes
    const asked = message.text(service, endOfText(message.data, service, message.end, { isUnicode: false }), false);
    const isPipe = Buffer.from(share).toString('latin1').endsWith('IPC$');
    this.begin({ kind: 'tree_connect', share, isPipe, type: 0, asked, given: null });
    return true;
  }

  private create(): boolean {
    const { message } = this;
    if (message.count < 24) return false;
    const at = message.aligned(message.bytes);
    const length = message.u16(5);
    if (at + length > message.bytesEnd) return false;
    const end = Math.min(message.textEnd(at), at + length);
    this.begin(creation(end > at ? message.text(at, end) : null, message.u32(35), message.u32(39)));
    return true;
  }

  private read(): boolean {
    const { message, host } = this;
    if (message.count < 10) return false;
    const upper = message.count >= LONG_READ ? message.u32(20) : 0;
    const offset = upper * 0x100000000 + message.u32(6);
    const fid = message.u16(4);
    const limit = host.settings.read.size;
    if (limit > 0 && message.u16(10) > limit) host.note(SMB_ANOMALY.read_request_too_large);
    else host.session.reads.set(messageKey(message.header), { offset, file: fileKey(fid, message.header), fid });
    return true;
  }

  private writeAndX(side: Side): boolean {
    const { message } = this;
    if (message.count < 12) return false;
    const upper = message.count >= LONG_WRITE ? message.u32(24) : 0;
    const offset = upper * 0x100000000 + message.u32(6);
    const length = message.u16(18) * 0x10000 + message.u16(20);
    const before = message.u16(22);
    if (before > message.length) return length === 0;
    return this.write(message.u16(4), offset, { before, length: Math.min(length, message.length - before) }, side);
  }

  /** WRITE and WRITE_AND_CLOSE: data behind a byte, or behind the kind of buffer and its length. */
  private oldWrite(): boolean {
    const { message } = this;
    if (message.count < 5) return false;
    const isLast = message.command === Smb1Command.writeAndClose;
    const at = message.bytes + (isLast ? 1 : 3);
    const length = Math.min(message.u16(2), message.bytesEnd - at);
    if (length < 0) return false;
    const fid = message.u16(0);
    const isKnown = this.write(fid, message.u32(4), { before: at - message.start, length }, null);
    if (isLast) this.close(fid);
    return isKnown;
  }

  /** @param side where the bytes of a file pass that may not all be there; null: they are */
  private write(fid: number, offset: number, part: Part, side: Side | null): boolean {
    const { message, host } = this;
    const { header } = message;
    const limit = host.settings.write.size;
    if (limit > 0 && part.length > limit) {
      host.note(SMB_ANOMALY.write_request_too_large);
      return true;
    }
    const key = fileKey(fid, header);
    const tree = host.session.trees.get(treeKey(header)) ?? UNKNOWN_TREE;
    const at = message.start + part.before;
    if (tree.isPipe) {
      const about = {
        version: 1,
        command: message.command,
        ids: message.ids(),
        status: -1,
        isDosStatus: false,
      } as const;
      host.pipes.bytes(key, TO_SERVER, about, message.data, at, at + part.length, message.end);
      return true;
    }
    const tx =
      host.files.of(key, TO_SERVER) ??
      host.files.begin(key, TO_SERVER, {
        version: 1,
        command: message.command,
        name: host.session.names.get(key) ?? UNKNOWN_NAME,
        share: tree.name,
        fuid: fidText(fid),
        ids: NO_IDS,
      });
    const transfer = host.files.part(tx, TO_SERVER, offset, part.length);
    if (transfer === null) return true;
    if (side !== null && message.isAlone) {
      side.carry(transfer, part.before, part.length);
      return true;
    }
    transfer.append(message.data, at, Math.min(message.end, at + part.length));
    transfer.endPart();
    host.flow.noteNews(TO_SERVER);
    return true;
  }

  private rename(): boolean {
    const { message } = this;
    const from = this.formatted(message.bytes);
    const to = from === null ? null : this.formatted(from.next);
    if (from === null || to === null) return false;
    this.begin({ kind: 'rename', from: from.text, to: to.text, fuid: '' });
    return true;
  }

  /** A text behind a byte that says it is one. */
  private formatted(at: number): { readonly text: Uint8Array; readonly next: number } | null {
    const { message } = this;
    if (at >= message.bytesEnd || message.data[at] !== TEXT) return null;
    const start = message.aligned(at + 1);
    const end = message.textEnd(start);
    return { text: message.text(start, end), next: message.behind(end) };
  }
}

interface Part {
  /** Bytes of the message before those of the file. */
  readonly before: number;
  readonly length: number;
}

/** Operating system and LAN manager, from the texts at `at` on; null: they are missing. */
export function nativeNames(message: Smb1Message, at: number): NativeNames | null {
  const start = message.aligned(at);
  if (start >= message.bytesEnd) return null;
  const end = message.textEnd(start);
  const second = message.behind(end);
  return { os: message.text(start, end), lanManager: message.text(second, message.textEnd(second)) };
}
