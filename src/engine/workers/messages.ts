// What the threads of a team tell each other, and the memory that they share.

import type { ConfigTexts } from '../../config/index.ts';
import type { LogLevel } from '../../base/log-format.ts';
import type { WriterRequest } from '../../framework/record-writer.ts';
import type { OutputErrorCode } from '../../output/output-error.ts';
import type { SourceChoice } from '../live-source.ts';
import type { CompiledOrder, RuleSource } from '../reload/order.ts';
import type { Simulations } from '../settings/index.ts';
import type { Question, Reply } from './questions.ts';

/** From which a thread makes the worker that the first thread would have made of its objects. */
export interface WorkerRecipe {
  /** The configuration too. */
  readonly ruleSource: RuleSource;
  /** What the files of the configuration said at the start: a worker that comes later is like the others. */
  readonly configTexts: ConfigTexts;
  readonly logDirectory: string;
  readonly isInline: boolean;
  readonly isShadow?: boolean;
  readonly checksums: string | undefined;
  readonly simulate?: Simulations;
}

/** Where a worker's packets come from. */
export type MemberTask =
  | { readonly kind: 'ring'; readonly captures: readonly string[]; readonly ring: SharedArrayBuffer }
  | {
      readonly kind: 'captures';
      readonly captures: readonly string[];
      /** Text of the packet filter. */
      readonly filter: string | undefined;
      readonly pace: SharedArrayBuffer;
    }
  | {
      readonly kind: 'live';
      readonly source: SourceChoice;
      /** Text of the packet filter. */
      readonly filter: string | undefined;
      readonly rejectDevice: string | undefined;
      readonly sendsNothing: boolean;
      /** Packets and drops of each interface or queue, to be kept up to date. */
      readonly counts: SharedArrayBuffer;
    };

/** `workerData` of a thread of a team. */
export interface MemberData {
  readonly role: 'packet-worker';
  readonly recipe: WorkerRecipe;
  /** Rules as one thread compiled them for all, until the worker has taken them over; null: no detection. */
  compiled: CompiledOrder | null;
  readonly task: MemberTask;
  /** From 0; the first tells the statistics of all. */
  readonly index: number;
  readonly count: number;
  /** It takes the place of a thread that ended, while the others are at work. */
  readonly isReplacement?: boolean;
  /** Ends of the journal: workers, and perhaps the first thread. */
  readonly readers: number;
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
  /** 1 when it is to stop. */
  stop: 1,
  /** Raised by one when a request for a writer is answered. */
  answers: 2,
  /** Raised by one by each worker that has ended its flows, in the words of the first worker. */
  finished: 3,
  /** 1 when this worker is among the `finished`. */
  isFinished: 4,
  /** 1 once a worker was lost. */
  hasLoss: 5,
} as const;
export const CONTROL_WORDS = 16;

/** A worker has ended its flows, or never will: the first waits for it no more. @param control words of all workers */
export function tellFinished(control: SharedArrayBuffer, index: number): void {
  const own = new Int32Array(control, index * CONTROL_WORDS * 4, CONTROL_WORDS);
  if (Atomics.exchange(own, ControlWord.isFinished, 1) !== 0) return;
  const first = new Int32Array(control, 0, CONTROL_WORDS);
  Atomics.add(first, ControlWord.finished, 1);
  Atomics.notify(first, ControlWord.finished);
}

/** Counts threads that ended before their time; raised by the first thread, which has no counters of its own. */
export const WORKERS_LOST = 'tayra.workers_lost';

/** Name of a packet thread, as Suricata has it. */
export function threadName(index: number): string {
  return `W#${String(index + 1).padStart(2, '0')}`;
}

/** From a worker to the first thread. */
export type MemberMessage =
  /** Packets come to it; names of its counters by number. */
  | { readonly type: 'ready'; readonly counters: readonly string[] }
  /** It wants to be one of the readers of the journal, and what they know: a `RuleState`, null without rules. */
  | { readonly type: 'join' }
  | { readonly type: 'open'; readonly request: WriterRequest }
  | { readonly type: 'bytes'; readonly writer: number; readonly bytes: Uint8Array; readonly records: number }
  | { readonly type: 'lines'; readonly writer: number; readonly lines: readonly string[] }
  | { readonly type: 'flush'; readonly writer: number }
  | { readonly type: 'close'; readonly writer: number }
  | { readonly type: 'log'; readonly level: LogLevel; readonly module: string; readonly message: string }
  /** It cannot begin. */
  | { readonly type: 'refused'; readonly reason: string }
  /** What came of `rules`. */
  | { readonly type: 'reloaded'; readonly problem: string | undefined }
  /** To the question of that number. */
  | { readonly type: 'replied'; readonly number: number; readonly reply: Reply }
  | { readonly type: 'done' };

/** From the first thread to a worker that is at work: other rules for those in force. */
export interface RulesMessage {
  readonly type: 'rules';
  readonly compiled: CompiledOrder;
}

/** Likewise: a question, its number to be told with the answer. */
export interface QuestionMessage {
  readonly type: 'question';
  readonly number: number;
  readonly question: Question;
}

/** From the first thread to a worker: what became of a request for a writer. */
export type WriterAnswer =
  | { readonly writer: number; readonly takesBytes: boolean }
  | { readonly code: OutputErrorCode; readonly message: string };
