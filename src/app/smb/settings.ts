// Settings of SMB: `app-layer.protocols.smb`.

import type { ConfigNode } from '../../config/index.ts';

export interface TransferLimits {
  /** Bytes of one read or write; 0: any number. */
  readonly size: number;
  /** Bytes, and parts, of a file that may wait for those before them; 0: any number. */
  readonly queueSize: number;
  readonly queueCount: number;
}

export interface SmbSettings {
  readonly read: TransferLimits;
  readonly write: TransferLimits;
  /** Bytes of a connection that are kept for later, of all files and calls; 0: any number. */
  readonly maxHeld: number;
  /** Bytes of names: of files that are remembered, of shares, and of those in live transactions; 0: any number. */
  readonly maxNames: number;
  /** Transactions without an answer at a time. */
  readonly maxTx: number;
  /** How far streams are followed, in place of the depth of all streams; 0: to their end. */
  readonly streamDepth: number;
  /** Things of a connection that are remembered: files by their ids, shares, reads under way, pipes. */
  readonly files: number;
  readonly trees: number;
  readonly reads: number;
  readonly pipes: number;
  /** Bytes of stub data of one side of a call in a pipe that are kept. */
  readonly maxStub: number;
}

const MAX_SIZE = 16 << 20;
const QUEUE_SIZE = 64 << 20;
const QUEUE_COUNT = 64;
const MAX_STUB = 1 << 20;
const MAX_HELD = 64 << 20;
/** Names of a thousand files of 250 letters are half of it. */
const MAX_NAMES = 1 << 20;

export function readSettings(node: ConfigNode | undefined): SmbSettings {
  const size = (key: string, fallback: number): number => node?.size(key, fallback) ?? fallback;
  const count = (key: string, fallback: number): number => node?.int(key, fallback, { min: 1 }) ?? fallback;
  const limits = (kind: 'read' | 'write'): TransferLimits => ({
    size: size(`max-${kind}-size`, MAX_SIZE),
    queueSize: size(`max-${kind}-queue-size`, QUEUE_SIZE),
    queueCount: node?.int(`max-${kind}-queue-cnt`, QUEUE_COUNT) ?? QUEUE_COUNT,
  });
  return {
    read: limits('read'),
    write: limits('write'),
    maxHeld: size('max-held-size', MAX_HELD),
    maxNames: size('max-names-size', MAX_NAMES),
    maxTx: count('max-tx', 1024),
    streamDepth: size('stream-depth', 0),
    files: count('max-guid-cache-size', 1024),
    trees: count('max-tree-cache-size', 512),
    reads: count('max-read-offset-cache-size', 128),
    pipes: count('max-dcerpc-frag-cache-size', 128),
    maxStub: size('dcerpc.max-stub-size', MAX_STUB),
  };
}
