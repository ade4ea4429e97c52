// SmbSession: what a connection has agreed on, and what its numbers stand for.

import { HeldBytes } from './held-bytes.ts';
import { RecentMap } from './recent-map.ts';
import type { SmbSettings } from './settings.ts';
import type { SmbTransaction } from './transaction.ts';
import { Unanswered } from './unanswered.ts';

/** A share that is connected to. */
export interface Tree {
  readonly name: Uint8Array;
  readonly isPipe: boolean;
}

/** A read whose answer is to come. */
export interface PendingRead {
  readonly offset: number;
  /** Key of the file. */
  readonly file: string;
  /** Its id in SMB1, -1 in SMB2. */
  readonly fid: number;
}

const NOTHING = new Uint8Array(0);
/** Shares that nobody saw being connected to. */
export const UNKNOWN_TREE: Tree = { name: NOTHING, isPipe: false };
export const UNKNOWN_NAME = Buffer.from('<unknown>');
export const SHARE_ROOT = Buffer.from('<share_root>');

/** Of a negotiation: so many are kept. */
export const MOST_DIALECTS = 256;

export class SmbSession {
  /** Of SMB2, 0 before: what was agreed on, and the bytes that the server takes in a read and a write. */
  dialect = 0;
  maxRead = 0;
  maxWrite = 0;
  /** Of SMB1: as the client named it, '' before. */
  oldDialect = '';
  /** By version: the negotiation that is not answered. There is one at a time, and its answer names no message. */
  readonly offers: { 1: SmbTransaction | null; 2: SmbTransaction | null } = { 1: null, 2: null };
  readonly unanswered = new Unanswered();
  readonly held: HeldBytes;
  /** Names in live transactions. */
  readonly named: HeldBytes;
  readonly trees: RecentMap<string, Tree>;
  /** Names of files and pipes by their ids. */
  readonly names: RecentMap<string, Uint8Array>;
  /** By the key of their message. */
  readonly reads: RecentMap<string, PendingRead>;

  constructor({ trees, files, reads, maxHeld, maxNames }: SmbSettings) {
    const most = maxNames === 0 ? Infinity : maxNames;
    this.held = new HeldBytes(maxHeld);
    this.named = new HeldBytes(maxNames);
    this.trees = new RecentMap(trees, { of: ({ name }) => name.length, most });
    this.names = new RecentMap(files, { of: (name) => name.length, most });
    this.reads = new RecentMap(reads);
  }

  /** Nothing answers it any more. */
  answered(tx: SmbTransaction): void {
    this.unanswered.remove(tx);
    if (this.offers[tx.version] === tx) this.offers[tx.version] = null;
  }
}

/** Pipes that Windows calls procedures through, by the last part of their names. */
const SERVICES = new Set(
  `atsvc browser dnsserver drsuapi efsrpc epmapper eventlog initshutdown lsarpc lsass netdfs netlogon ntsvcs protected_storage
   samr scerpc spoolss srvsvc svcctl trkwks w32time winreg wkssvc`.split(/\s+/),
);

/** Longer names, which are looked at with every read and write, are of no service. */
const LONGEST_SERVICE = 64;

/** Whether it is the name of a pipe of such a service. */
export function isService(name: Uint8Array): boolean {
  if (name.length > LONGEST_SERVICE) return false;
  const text = Buffer.from(name).toString('latin1').toLowerCase();
  return SERVICES.has(text.slice(text.lastIndexOf('\\') + 1));
}
