// Transactions of SMB1 (MS-CIFS sections 2.2.4.33 and 2.2.4.46): calls in pipes, and changes of files.

import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { SmbHost } from './host.ts';
import { le16, le32 } from './read.ts';
import { UNKNOWN_NAME, UNKNOWN_TREE } from './session.ts';
import { Level, Subcommand } from './smb1-header.ts';
import { fidText, fileKey, treeKey } from './smb1-message.ts';
import type { Smb1Message } from './smb1-message.ts';
import type { SmbDetail } from './transaction.ts';
import { messageKey } from './unanswered.ts';

const WORDS = 14;
const RESPONSE_WORDS = 10;
const TRANSACT_PIPE = 0x26;
/** Bytes before the name in the parameters of SET_PATH_INFO. */
const PATH_FIXED = 6;
const RENAME_FIXED = 12;

/** A call through a pipe. */
export function takeTrans(host: SmbHost, message: Smb1Message): boolean {
  if (message.count < WORDS) return false;
  const setups = message.byte(26);
  if (setups < 2 || message.count < WORDS + 2 || message.u16(28) !== TRANSACT_PIPE) return true;
  const fid = message.u16(30);
  const { isPipe } = host.session.trees.get(treeKey(message.header)) ?? UNKNOWN_TREE;
  if (!isPipe) return true;
  const file = fileKey(fid, message.header);
  const at = message.start + message.u16(24);
  const end = at + message.u16(22);
  const about = { version: 1, command: message.command, ids: message.ids(), status: -1, isDosStatus: false } as const;
  host.pipes.bytes(file, TO_SERVER, about, message.data, at, end, message.end);
  host.session.reads.set(messageKey(message.header), { offset: 0, file, fid });
  return true;
}

/** Its answer. */
export function takeTransResponse(host: SmbHost, message: Smb1Message): boolean {
  const { header } = message;
  const pending = host.session.reads.take(messageKey(header));
  if (pending === undefined || pending.fid < 0) return true;
  const { status, isDosStatus } = header;
  const about = { version: 1, command: message.command, ids: message.ids(), status, isDosStatus } as const;
  if (message.count < RESPONSE_WORDS) {
    if (!header.isSuccess) host.pipes.fail(pending.file, about);
    return !header.isSuccess;
  }
  const at = message.start + message.u16(14);
  host.pipes.bytes(pending.file, TO_CLIENT, about, message.data, at, at + message.u16(12), message.end);
  return true;
}

/** A change of a file, told by its id or by its name. */
export function takeTrans2(host: SmbHost, message: Smb1Message): boolean {
  if (message.count < WORDS) return false;
  if (message.byte(26) < 1 || message.count < WORDS + 1) return true;
  const subcommand = message.u16(28);
  const parameters = message.start + message.u16(20);
  const parametersEnd = parameters + message.u16(18);
  const at = message.start + message.u16(24);
  const end = at + message.u16(22);
  if (parametersEnd > message.end || end > message.end) return false;
  const { data } = message;
  let detail: SmbDetail | null = null;
  if (subcommand === Subcommand.setFileInfo && parameters + 4 <= parametersEnd) {
    const fid = le16(data, parameters);
    const name = host.session.names.get(fileKey(fid, message.header)) ?? UNKNOWN_NAME;
    const about = { name, fuid: fidText(fid), subcommand, level: le16(data, parameters + 2) };
    detail = change(message, about, at, end);
  } else if (subcommand === Subcommand.setPathInfo && parameters + PATH_FIXED <= parametersEnd) {
    const name = message.text(parameters + PATH_FIXED, textEnd(message, parameters + PATH_FIXED, parametersEnd));
    detail = change(message, { name, fuid: '', subcommand, level: le16(data, parameters) }, at, end);
  }
  if (detail === null) return true;
  const tx = host.open(1, message.command, detail, message.ids());
  host.complete(tx, TO_SERVER);
  return true;
}

interface Changed {
  readonly name: Uint8Array;
  readonly fuid: string;
  readonly subcommand: number;
  readonly level: number;
}

function change(message: Smb1Message, about: Changed, at: number, end: number): SmbDetail | null {
  const { data } = message;
  const { level, name, fuid } = about;
  if ((level === Level.disposition || level === Level.ntDisposition) && at < end)
    return { kind: 'set_file_path_info', deletesOnClose: (data[at]! & 1) !== 0, ...about };
  if (level !== Level.ntRename || at + RENAME_FIXED > end) return null;
  const stop = Math.min(end, at + RENAME_FIXED + le32(data, at + 8));
  return { kind: 'rename', from: name, to: message.text(at + RENAME_FIXED, stop, true), fuid };
}

/** Without the zero behind it. */
function textEnd(message: Smb1Message, at: number, end: number): number {
  return Math.min(end, message.textEnd(at));
}
