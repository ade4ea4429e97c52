// The header of SMB 2 and 3 messages (MS-SMB2 section 2.2.1); one object, filled again and again.

import { le16, le32, le64 } from './read.ts';

export const SMB2_HEADER = 64;
/** Header of encrypted messages (MS-SMB2 section 2.2.41). */
export const TRANSFORM_HEADER = 52;
/** Where in it the size of the message is that is encrypted. */
export const ENCRYPTED_SIZE = 36;

const Flag = { response: 0x01, async: 0x02 } as const;

export const Smb2Command = {
  negotiate: 0,
  sessionSetup: 1,
  logoff: 2,
  treeConnect: 3,
  treeDisconnect: 4,
  create: 5,
  close: 6,
  flush: 7,
  read: 8,
  write: 9,
  lock: 10,
  ioctl: 11,
  cancel: 12,
  keepalive: 13,
  find: 14,
  changeNotify: 15,
  getInfo: 16,
  setInfo: 17,
  oplockBreak: 18,
} as const;

const NAMES: readonly string[] = [
  'NEGOTIATE_PROTOCOL',
  'SESSION_SETUP',
  'SESSION_LOGOFF',
  'TREE_CONNECT',
  'TREE_DISCONNECT',
  'CREATE',
  'CLOSE',
  'FLUSH',
  'READ',
  'WRITE',
  'LOCK',
  'IOCTL',
  'CANCEL',
  'KEEPALIVE',
  'FIND',
  'CHANGE_NOTIFY',
  'GET_INFO',
  'SET_INFO',
  'OPLOCK_BREAK',
];

/** As EVE has it. */
export function smb2CommandName(command: number): string {
  const name = NAMES[command];
  return name === undefined ? String(command) : `SMB2_COMMAND_${name}`;
}

export class Smb2Header {
  command = 0;
  status = 0;
  isResponse = false;
  /** Bytes from this header to that of the next message of the chain, 0 for the last. */
  next = 0;
  messageId = 0;
  /** 0 in answers that come later than others, and in what cancels their requests. */
  treeId = 0;
  sessionLow = 0;
  sessionHigh = 0;

  /** From 64 bytes at `at`. */
  read(data: Uint8Array, at: number): void {
    this.status = le32(data, at + 8);
    this.command = le16(data, at + 12);
    const flags = le32(data, at + 16);
    this.isResponse = (flags & Flag.response) !== 0;
    this.next = le32(data, at + 20);
    this.messageId = le64(data, at + 24);
    const isAsync = (flags & Flag.async) !== 0 && (this.isResponse || this.command === Smb2Command.cancel);
    this.treeId = isAsync ? 0 : le32(data, at + 36);
    this.sessionLow = le32(data, at + 40);
    this.sessionHigh = le32(data, at + 44);
  }
}

const DIALECTS: Readonly<Record<number, string>> = {
  0x202: '2.02',
  0x210: '2.10',
  0x222: '2.22',
  0x224: '2.24',
  0x2ff: '2.??',
  0x300: '3.00',
  0x302: '3.02',
  0x310: '3.10',
  0x311: '3.11',
};

/** `3.11`; `unknown` before the server chose one. */
export function dialectName(dialect: number): string {
  return dialect === 0 ? 'unknown' : (DIALECTS[dialect] ?? String(dialect));
}

const FUNCTIONS: Readonly<Record<number, string>> = {
  0x00060194: 'FSCTL_DFS_GET_REFERRALS',
  0x000601b0: 'FSCTL_DFS_GET_REFERRALS_EX',
  0x00090000: 'FSCTL_REQUEST_OPLOCK_LEVEL_1',
  0x00090018: 'FSCTL_LOCK_VOLUME',
  0x0009001c: 'FSCTL_UNLOCK_VOLUME',
  0x0009003c: 'FSCTL_GET_COMPRESSION',
  0x00090060: 'FSCTL_FILESYSTEM_GET_STATISTICS',
  0x00090064: 'FSCTL_GET_NTFS_VOLUME_DATA',
  0x000900a4: 'FSCTL_SET_REPARSE_POINT',
  0x000900a8: 'FSCTL_GET_REPARSE_POINT',
  0x000900ac: 'FSCTL_DELETE_REPARSE_POINT',
  0x000900c0: 'FSCTL_CREATE_OR_GET_OBJECT_ID',
  0x000900c4: 'FSCTL_SET_SPARSE',
  0x000940cf: 'FSCTL_QUERY_ALLOCATED_RANGES',
  0x000980c8: 'FSCTL_SET_ZERO_DATA',
  0x00098208: 'FSCTL_FILE_LEVEL_TRIM',
  0x0009c040: 'FSCTL_SET_COMPRESSION',
  0x0011400c: 'FSCTL_PIPE_PEEK',
  0x0011c017: 'FSCTL_PIPE_TRANSCEIVE',
  0x00110018: 'FSCTL_PIPE_WAIT',
  0x001401d4: 'FSCTL_LMR_REQUEST_RESILIENCY',
  0x001401fc: 'FSCTL_QUERY_NETWORK_INTERFACE_INFO',
  0x00140078: 'FSCTL_SRV_REQUEST_RESUME_KEY',
  0x00140204: 'FSCTL_VALIDATE_NEGOTIATE_INFO',
  0x00144064: 'FSCTL_SRV_ENUMERATE_SNAPSHOTS',
  0x001440f2: 'FSCTL_SRV_COPYCHUNK',
  0x001441bb: 'FSCTL_SRV_READ_HASH',
  0x001480f2: 'FSCTL_SRV_COPYCHUNK_WRITE',
};

export const PIPE_TRANSCEIVE = 0x0011c017;

/** Of an ioctl (MS-FSCC section 2.3, MS-SMB2 section 2.2.31). */
export function functionName(code: number): string {
  return FUNCTIONS[code] ?? `UNKNOWN (0x${code.toString(16).padStart(8, '0')})`;
}

const DISPOSITIONS = [
  'FILE_SUPERSEDE',
  'FILE_OPEN',
  'FILE_CREATE',
  'FILE_OPEN_IF',
  'FILE_OVERWRITE',
  'FILE_OVERWRITE_IF',
];

/** Of a create (MS-SMB2 section 2.2.13). */
export function dispositionName(disposition: number): string {
  return DISPOSITIONS[disposition] ?? 'UNKNOWN';
}
