// What the threads of a team tell each other, and the memory that they share.

import type { LogLevel } from '../../base/log-format.ts';
import type { WriterRequest } from '../../framework/record-writer.ts';
import type { OutputErrorCode } from '../../output/output-error.ts';
import type { RuleSource } from '../reload/order.ts';
import type { Simulations } from '../settings/index.ts';

/** From which a thread makes the worker that the first thread would have made of its objects. */
export interface WorkerRecipe {
  /** The configuration too. */
  readonly ruleSource: RuleSource;
  /** False: no detection. */
  readonly hasRules: boolean;
  readonly logDirectory: string;
  readonly isInline: boolean;
  readonly checksums: string | undefined;
  readonly simulate?: Simulations;
  /** Captures by number. */
  readonly captures: readonly string[];
}

/** `workerData` of a thread of a team. */
export interface MemberData {
  readonly role: 'packet-worker';
  readonly recipe: WorkerRecipe;
  /** From 0; the first tells the statistics of all. */
  readonly index: number;
  readonly count: number;
  readonly ring: SharedArrayBuffer;
  readonly journal: SharedArrayBuffer;
  /** Of all workers. */
  readonly counters: readonly SharedArrayBuffer[];
  /** Words of `ControlWord`, for each worker. */
  readonly control: SharedArrayBuffer;
}

/** Words of the memory by which the first thread steers a worker. */
export const ControlWord = {
  /** Raised by one when logs are to be opened anew. */
  reopen: 0,
  /** Raised by one when statistics are due. */
  statistics: 1,
  /** Raised by one when a request for a writer is answered. */
  answers: 2,
  /** Raised by one by each worker that has ended its flows, in the words of the first worker. */
  finished: 3,
} as const;
export const CONTROL_WORDS = 16;

/** Name of a packet thread, as Suricata has it. */
export function threadName(index: number): string {
  return `W#${String(index + 1).padStart(2, '0')}`;
}

/** From a worker to the first thread. */
export type MemberMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'open'; readonly request: WriterRequest }
  | { readonly type: 'bytes'; readonly writer: number; readonly bytes: Uint8Array; readonly records: number }
  | { readonly type: 'lines'; readonly writer: number; readonly lines: readonly string[] }
  | { readonly type: 'flush'; readonly writer: number }
  | { readonly type: 'close'; readonly writer: number }
  | { readonly type: 'log'; readonly level: LogLevel; readonly module: string; readonly message: string }
  | { readonly type: 'done'; readonly packets: number };

/** From the first thread to a worker: what became of a request for a writer. */
export type WriterAnswer =
  | { readonly writer: number; readonly takesBytes: boolean }
  | { readonly code: OutputErrorCode; readonly message: string };
