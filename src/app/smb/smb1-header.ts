// The header of SMB1 messages (MS-CIFS section 2.2.3.1), and the names of its commands.

import { NtStatus } from './status.ts';
import { le16, le32 } from './read.ts';

export const SMB1_HEADER = 32;
/** Of no further command in a chain. */
export const NO_COMMAND = 0xff;

const REPLY = 0x80;
const NT_STATUS = 0x4000;
const UNICODE = 0x8000;

export const Smb1Command = {
  close: 0x04,
  rename: 0x07,
  write: 0x0b,
  lockingAndX: 0x24,
  trans: 0x25,
  writeAndClose: 0x2c,
  openAndX: 0x2d,
  readAndX: 0x2e,
  writeAndX: 0x2f,
  trans2: 0x32,
  treeDisconnect: 0x71,
  negotiate: 0x72,
  sessionSetup: 0x73,
  logoff: 0x74,
  treeConnect: 0x75,
  ntCreate: 0xa2,
  ntCancel: 0xa4,
} as const;

/** Commands behind which another may follow in the same message. */
export const CHAINED: ReadonlySet<number> = new Set<number>([
  Smb1Command.lockingAndX,
  Smb1Command.openAndX,
  Smb1Command.readAndX,
  Smb1Command.writeAndX,
  Smb1Command.sessionSetup,
  Smb1Command.logoff,
  Smb1Command.treeConnect,
  Smb1Command.ntCreate,
]);

const NAMES: Readonly<Record<number, string>> = {
  0x00: 'CREATE_DIRECTORY',
  0x01: 'DELETE_DIRECTORY',
  0x02: 'OPEN',
  0x03: 'CREATE',
  0x04: 'CLOSE',
  0x05: 'FLUSH',
  0x06: 'DELETE',
  0x07: 'RENAME',
  0x08: 'QUERY_INFORMATION',
  0x09: 'SET_INFORMATION',
  0x0a: 'READ',
  0x0b: 'WRITE',
  0x0c: 'LOCK_BYTE_RANGE',
  0x0d: 'UNLOCK_BYTE_RANGE',
  0x0e: 'CREATE_TEMPORARY',
  0x0f: 'CREATE_NEW',
  0x10: 'CHECK_DIRECTORY',
  0x11: 'PROCESS_EXIT',
  0x12: 'SEEK',
  0x13: 'LOCK_AND_READ',
  0x14: 'WRITE_AND_UNLOCK',
  0x1a: 'READ_RAW',
  0x1b: 'READ_MPX',
  0x1c: 'READ_MPX_SECONDARY',
  0x1d: 'WRITE_RAW',
  0x1e: 'WRITE_MPX',
  0x1f: 'WRITE_MPX_SECONDARY',
  0x20: 'WRITE_COMPLETE',
  0x22: 'SET_INFORMATION2',
  0x23: 'QUERY_INFORMATION2',
  0x24: 'LOCKING_ANDX',
  0x25: 'TRANS',
  0x27: 'IOCTL',
  0x28: 'IOCTL_SECONDARY',
  0x29: 'COPY',
  0x2a: 'MOVE',
  0x2b: 'ECHO',
  0x2c: 'WRITE_AND_CLOSE',
  0x2d: 'OPEN_ANDX',
  0x2e: 'READ_ANDX',
  0x2f: 'WRITE_ANDX',
  0x31: 'CLOSE_AND_TREE_DISC',
  0x32: 'TRANS2',
  0x33: 'TRANS2_SECONDARY',
  0x34: 'FIND_CLOSE2',
  0x35: 'FIND_NOTIFY_CLOSE',
  0x70: 'TREE_CONNECT',
  0x71: 'TREE_DISCONNECT',
  0x72: 'NEGOTIATE_PROTOCOL',
  0x73: 'SESSION_SETUP_ANDX',
  0x74: 'LOGOFF_ANDX',
  0x75: 'TREE_CONNECT_ANDX',
  0x80: 'QUERY_INFO_DISK',
  0x81: 'SEARCH',
  0x82: 'FIND',
  0x83: 'FIND_UNIQUE',
  0x84: 'FIND_CLOSE',
  0xa0: 'NT_TRANS',
  0xa1: 'NT_TRANS_SECONDARY',
  0xa2: 'NT_CREATE_ANDX',
  0xa4: 'NT_CANCEL',
  0xa5: 'NT_RENAME',
  0xc0: 'OPEN_PRINT_FILE',
  0xc1: 'WRITE_PRINT_FILE',
  0xc2: 'CLOSE_PRINT_FILE',
  0xd8: 'READ_BULK',
  0xd9: 'WRITE_BULK',
  0xda: 'WRITE_BULK_DATA',
};

/** As EVE has it. */
export function smb1CommandName(command: number): string {
  const name = NAMES[command];
  return name === undefined ? String(command) : `SMB1_COMMAND_${name}`;
}

/** Subcommands of TRANS2 that change something. */
export const Subcommand = { setPathInfo: 6, setFileInfo: 8 } as const;

export function subcommandName(subcommand: number): string {
  return subcommand === Subcommand.setPathInfo ? 'SET_PATH_INFO' : 'SET_FILE_INFO';
}

/** Levels of interest; those from 1000 on are of Windows NT itself. */
export const Level = { disposition: 0x0102, ntDisposition: 1013, ntRename: 1010 } as const;

export function levelName(level: number): string {
  return level === Level.ntRename ? 'Set Rename Information' : 'Set Disposition Information';
}

export class Smb1Header {
  command = 0;
  /** Of NT, or class << 16 | code of DOS. */
  status = 0;
  isDosStatus = false;
  isResponse = false;
  isUnicode = false;
  treeId = 0;
  userId = 0;
  /** Of the exchange: what process sends it is not looked at, as in Suricata. */
  messageId = 0;

  /** From 32 bytes at `at`. */
  read(data: Uint8Array, at: number): void {
    this.command = data[at + 4]!;
    this.isResponse = (data[at + 9]! & REPLY) !== 0;
    const flags = le16(data, at + 10);
    this.isDosStatus = (flags & NT_STATUS) === 0;
    this.isUnicode = (flags & UNICODE) !== 0;
    this.status = this.isDosStatus ? (data[at + 5]! << 16) | le16(data, at + 7) : le32(data, at + 5);
    this.treeId = le16(data, at + 24);
    this.userId = le16(data, at + 28);
    this.messageId = le16(data, at + 30);
  }

  get isSuccess(): boolean {
    return this.status === NtStatus.success;
  }

  // as SMB2 has it (MessageIds)

  get sessionLow(): number {
    return this.userId;
  }

  get sessionHigh(): number {
    return 0;
  }
}
