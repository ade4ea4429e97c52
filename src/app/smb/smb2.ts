// Smb2: messages of SMB 2 and 3 (MS-SMB2), each put to the request or the response it is.

import type { AppInput } from '../../framework/app-input.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { SMB_ANOMALY } from './events.ts';
import type { SmbHost } from './host.ts';
import { keyOf, le16, le32 } from './read.ts';
import { UNKNOWN_TREE, isService } from './session.ts';
import type { Tree } from './session.ts';
import type { Side } from './side.ts';
import { SMB2_HEADER, Smb2Command, Smb2Header } from './smb2-header.ts';
import { Smb2Requests } from './smb2-requests.ts';
import { Smb2Responses } from './smb2-responses.ts';
import { WHOLE } from './version.ts';
import type { SmbVersion } from './version.ts';

/** Lengths of messages without what varies, header included. */
export const Fixed = {
  negotiate: SMB2_HEADER + 36,
  sessionSetup: SMB2_HEADER + 24,
  treeConnect: SMB2_HEADER + 8,
  create: SMB2_HEADER + 56,
  close: SMB2_HEADER + 24,
  read: SMB2_HEADER + 48,
  write: SMB2_HEADER + 48,
  ioctl: SMB2_HEADER + 56,
  setInfo: SMB2_HEADER + 32,
  negotiated: SMB2_HEADER + 40,
  treeConnected: SMB2_HEADER + 4,
  created: SMB2_HEADER + 80,
  dataRead: SMB2_HEADER + 16,
  ioctlDone: SMB2_HEADER + 48,
} as const;

/** A message under way: its header, and where it is. */
export class Smb2Message {
  readonly header = new Smb2Header();
  data: Uint8Array = new Uint8Array(0);
  start = 0;
  /** Bytes up to here are there. */
  end = 0;
  /** Bytes of the whole message. */
  length = 0;

  /** Whether so many bytes of it are there. */
  has(length: number): boolean {
    return this.start + length <= this.end;
  }

  u16(offset: number): number {
    return le16(this.data, this.start + offset);
  }

  u32(offset: number): number {
    return le32(this.data, this.start + offset);
  }

  /** Key of the sixteen bytes that stand for a file. */
  file(offset: number): string {
    return keyOf(this.data, this.start + offset, this.start + offset + 16);
  }
}

export class Smb2 implements SmbVersion {
  private readonly host: SmbHost;
  private readonly message = new Smb2Message();
  private readonly requests: Smb2Requests;
  private readonly responses: Smb2Responses;

  constructor(host: SmbHost) {
    this.host = host;
    this.requests = new Smb2Requests(host, this.message);
    this.responses = new Smb2Responses(host, this.message);
  }

  /** Bytes to the next message of a chain, 0 for none. */
  nextAt(data: Uint8Array, at: number): number {
    return le32(data, at + 20);
  }

  needed(data: Uint8Array, at: number, available: number, length: number, direction: Direction): number {
    const { header } = this.message;
    header.read(data, at);
    const { command } = header;
    if (direction === TO_CLIENT) return this.neededOfResponse(data, at, available);
    if (command === Smb2Command.read) return Fixed.read;
    if (command === Smb2Command.close) return Fixed.close;
    if (command !== Smb2Command.write) return WAITED_FOR[command] === true ? WHOLE : SMB2_HEADER;
    if (available < Math.min(Fixed.write, length)) return Fixed.write;
    const isCall = available >= Fixed.write && isCallOf(this.host, header, keyOf(data, at + 80, at + 96));
    return isCall ? WHOLE : Fixed.write;
  }

  private neededOfResponse(data: Uint8Array, at: number, available: number): number {
    const { header } = this.message;
    const { command, messageId } = header;
    if (command === Smb2Command.negotiate) return Fixed.negotiated;
    if (command === Smb2Command.treeConnect) return Fixed.treeConnected;
    if (command === Smb2Command.create) return Fixed.created;
    if (command === Smb2Command.ioctl) return WHOLE;
    if (command !== Smb2Command.read) return SMB2_HEADER;
    if (available < Fixed.dataRead) return Fixed.dataRead;
    const read = this.host.session.reads.get(messageId);
    return read !== undefined && isCallOf(this.host, header, read.file) ? WHOLE : Fixed.dataRead;
  }

  take({ data, direction }: AppInput, at: number, end: number, side: Side): void {
    const { message } = this;
    message.data = data;
    message.start = at;
    message.end = end;
    message.length = side.message;
    message.header.read(data, at);
    if (message.header.isResponse !== (direction === TO_CLIENT)) {
      this.host.note(direction === TO_SERVER ? SMB_ANOMALY.response_to_server : SMB_ANOMALY.request_to_client);
      return;
    }
    if (direction === TO_SERVER) this.requests.take(side);
    else this.responses.take(side);
  }
}

/** Requests of which all is of use. */
const WAITED_FOR: Readonly<Record<number, true>> = {
  [Smb2Command.negotiate]: true,
  [Smb2Command.sessionSetup]: true,
  [Smb2Command.treeConnect]: true,
  [Smb2Command.create]: true,
  [Smb2Command.ioctl]: true,
  [Smb2Command.setInfo]: true,
};

export function treeKey({ sessionLow, sessionHigh, treeId }: Smb2Header): string {
  return `${String(sessionHigh)}.${String(sessionLow)}.${String(treeId)}`;
}

export function treeOf(host: SmbHost, header: Smb2Header): Tree {
  return host.session.trees.get(treeKey(header)) ?? UNKNOWN_TREE;
}

/** Whether what is read from or written to a file are calls of procedures. */
export function isCallOf(host: SmbHost, header: Smb2Header, file: string): boolean {
  const { name, isPipe } = treeOf(host, header);
  if (!isPipe && name.length > 0) return false;
  const called = host.session.names.get(file);
  return called !== undefined && isService(called);
}
