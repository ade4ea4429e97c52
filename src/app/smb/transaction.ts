// SmbTransaction: a command and its answer, a file that is read or written, or a call in a pipe.

import { Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { RpcCarrier, RpcExchange } from '../../applayer/dcerpc/exchange.ts';
import type { FileTransfer } from './file-transfer.ts';
import type { KerberosTicket } from './kerberos.ts';
import type { NtlmUser } from './ntlmssp.ts';
import type { PipeCalls } from './pipe-calls.ts';
import type { SmbSession } from './session.ts';

/** Progress of a direction: it began, it is complete. */
export const Progress = { started: 0, complete: 1 } as const;

export interface Negotiation {
  readonly kind: 'negotiate';
  dialects: readonly string[];
  /** SMB2 alone. */
  clientGuid: string | null;
  /** Empty before the answer. */
  serverGuid: string;
}

/** What an end says of itself in SMB1. */
export interface NativeNames {
  readonly os: Uint8Array;
  readonly lanManager: Uint8Array;
}

export interface SessionSetup {
  readonly kind: 'session_setup';
  user: NtlmUser | null;
  ticket: KerberosTicket | null;
  client: NativeNames | null;
  server: NativeNames | null;
}

export interface TreeConnect {
  readonly kind: 'tree_connect';
  readonly share: Uint8Array;
  /** As its name has it before the answer says so. */
  isPipe: boolean;
  /** SMB2: 1 files, 2 pipes, 3 printers; 0 before the answer. */
  type: number;
  /** SMB1: the service that is asked for, and the one that is given. */
  asked: Uint8Array | null;
  given: Uint8Array | null;
}

export interface Create {
  readonly kind: 'create';
  readonly name: Uint8Array;
  readonly disposition: number;
  readonly isDirectory: boolean;
  readonly deletesOnClose: boolean;
  /** Seconds since 1970. */
  created: number;
  accessed: number;
  modified: number;
  changed: number;
  /** Bytes. */
  size: number;
  /** As EVE has it; '' without. */
  fuid: string;
}

export interface FileAccess {
  readonly kind: 'file';
  readonly name: Uint8Array;
  readonly share: Uint8Array;
  readonly fuid: string;
  /** Where it is among the open ones. */
  readonly key: string;
  readonly direction: Direction;
  readonly transfer: FileTransfer;
}

export interface Ioctl {
  readonly kind: 'ioctl';
  readonly function: number;
}

export interface Rename {
  readonly kind: 'rename';
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly fuid: string;
}

/** A change of what a file is, by its id or (`fuid` '') by its name. */
export interface SetInfo {
  readonly kind: 'set_file_path_info';
  readonly name: Uint8Array;
  readonly deletesOnClose: boolean;
  /** SMB1: numbers of the subcommand and of the level of interest; -1 for SMB2. */
  readonly subcommand: number;
  readonly level: number;
  readonly fuid: string;
}

export type SmbDetail =
  | Negotiation
  | SessionSetup
  | TreeConnect
  | Create
  | FileAccess
  | Ioctl
  | Rename
  | SetInfo
  | { readonly kind: 'dcerpc' }
  | { readonly kind: 'generic' };

export class SmbTransaction extends Transaction implements RpcCarrier {
  readonly session: SmbSession;
  /** 1 or 2; SMB3 is 2. */
  readonly version: 1 | 2;
  readonly command: number;
  readonly detail: SmbDetail;
  /** Of NT, or class and code of DOS (class << 16 | code); -1 as long as there is none. */
  status = -1;
  isDosStatus = false;
  /** Where it waits for its answer (Unanswered); '' where it does not. */
  answerKey = '';
  treeId = 0;
  sessionLow = 0;
  sessionHigh = 0;
  /** Bytes of it that are kept; see HeldBytes. */
  held = 0;
  /** Bytes of the names in it. */
  named = 0;
  exchange: RpcExchange | null = null;
  /** Of its pipe, where it is a call. */
  calls: PipeCalls | null = null;

  constructor(id: number, session: SmbSession, version: 1 | 2, command: number, detail: SmbDetail) {
    super(id);
    this.session = session;
    this.version = version;
    this.command = command;
    this.detail = detail;
    this.state.mayRest = true; // see `SmbHost.wake`
  }

  isDone(direction: 0 | 1): boolean {
    return this.progress[direction] === Progress.complete;
  }

  override inspected(direction: Direction): void {
    super.inspected(direction);
    this.exchange?.inspected(direction);
  }

  override release(): void {
    super.release();
    this.session.answered(this);
    this.session.held.free(this.held);
    this.held = 0;
    this.session.named.free(this.named);
    this.named = 0;
    this.calls?.remove(this);
  }
}
