// A message of SMB 2 and 3 under way: its header, where it is, and what its numbers stand for.

import { CO_HEADER, isCoHeader, isPduType } from '../../applayer/dcerpc/pdu.ts';
import type { SmbHost } from './host.ts';
import { keyOf, le16, le32 } from './read.ts';
import { UNKNOWN_TREE, isService } from './session.ts';
import type { Tree } from './session.ts';
import { SMB2_HEADER, Smb2Header } from './smb2-header.ts';

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
  treeConnected: SMB2_HEADER + 12,
  created: SMB2_HEADER + 88,
  dataRead: SMB2_HEADER + 16,
  ioctlDone: SMB2_HEADER + 48,
} as const;

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

  /** Where the part lies that a number of the message places, behind `fixed` bytes of it: there if not so far in it. */
  part(offset: number, fixed: number): number {
    const at = this.u16(offset);
    return this.start + (at >= fixed && this.has(at) ? at : fixed);
  }

  /** Key of the sixteen bytes that stand for a file. */
  file(offset: number): string {
    return keyOf(this.data, this.start + offset, this.start + offset + 16);
  }
}

export function treeKey({ sessionLow, sessionHigh, treeId }: Smb2Header): string {
  return `${String(sessionHigh)}.${String(sessionLow)}.${String(treeId)}`;
}

export function treeOf(host: SmbHost, header: Smb2Header): Tree {
  return host.session.trees.get(treeKey(header)) ?? UNKNOWN_TREE;
}

/** As `isCallOf`, of [at, end) that is read from or written to it: where nobody saw what it is in, it may be told by them. */
export function carriesCall(
  host: SmbHost,
  header: Smb2Header,
  file: string,
  data: Uint8Array,
  at: number,
  end: number,
): boolean {
  if (isCallOf(host, header, file)) return true;
  const isPdu = at + CO_HEADER <= end && isCoHeader(data, at) && isPduType(data[at + 2]!);
  return isPdu && treeOf(host, header) === UNKNOWN_TREE;
}

/** Whether what is read from or written to a file are calls of procedures, as it is named. */
function isCallOf(host: SmbHost, header: Smb2Header, file: string): boolean {
  const { name, isPipe } = treeOf(host, header);
  if (!isPipe && name.length > 0) return false;
  const called = host.session.names.get(file);
  return called !== undefined && isService(called);
}
