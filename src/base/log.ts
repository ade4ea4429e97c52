// The engine log: what the program says about itself. Any layer may write to it; the configuration chooses the sinks.
import { writeSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';
import { LogPriority, formatText } from './log-format.ts';
import type { LogLevel, LogRecord } from './log-format.ts';

/** Where records go. `level` is the least urgent one it takes. */
export interface LogSink {
  readonly level: LogLevel;
  write(record: LogRecord): void;
  close?(): void;
  /** After a rotation: open the file of that name anew. */
  reopen?(): void;
}

/** Errors to standard error, the rest to standard output, as Suricata does. `format` makes the line. */
export class ConsoleSink implements LogSink {
  readonly level: LogLevel;
  private readonly format: (record: LogRecord) => string;

  constructor(level: LogLevel, format: (record: LogRecord) => string) {
    this.level = level;
    this.format = format;
  }

  write(record: LogRecord): void {
    const line = Buffer.from(`${this.format(record)}\n`);
    toConsole(record.level === 'error' ? 2 : 1, line);
  }
}

/** Takes the lines of this thread for the console from now on: a program in the background has none. */
export function sendConsoleTo(take: (fd: 1 | 2, line: Uint8Array) => void): void {
  toConsole = take;
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));
/** A console that takes nothing for this long is given up on for the line at hand. */
const MAX_WAIT_MS = 1000;

let toConsole: (fd: 1 | 2, line: Uint8Array) => void = writeConsole;

function writeConsole(fd: 1 | 2, line: Uint8Array): void {
  let done = 0;
  for (let waited = 0; done < line.length && waited < MAX_WAIT_MS;) {
    try {
      done += writeSync(fd, line, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return; // closed: nobody listens
      Atomics.wait(sleeper, 0, 0, 1);
      waited++;
    }
  }
}

const EARLY_FORMAT = '%d: %S: %M';

export class Log {
  private sinks: readonly LogSink[] = [new ConsoleSink('info', (record) => formatText(EARLY_FORMAT, record))];
  private limit: number = LogPriority.info;
  private filter: RegExp | undefined;
  private thread = isMainThread ? 'Main' : `Worker#${String(threadId).padStart(2, '0')}`;

  /** Replaces all sinks, closing those before. Only messages that match `filter` are written. */
  configure(sinks: readonly LogSink[], options: { readonly filter?: RegExp } = {}): void {
    this.close();
    this.sinks = sinks;
    this.filter = options.filter;
    this.limit = Math.max(0, ...sinks.map((sink) => LogPriority[sink.level]));
  }

  /** Name of this thread in records. */
  nameThread(name: string): void {
    this.thread = name;
  }

  /** Whether a record of this level would go anywhere: ask before building an expensive message. */
  isEnabled(level: LogLevel): boolean {
    return LogPriority[level] <= this.limit;
  }

  /** `error` is a stable name of the kind of error. */
  error(module: string, message: string, error?: string): void {
    this.write('error', module, message, error);
  }
  warning(module: string, message: string, error?: string): void {
    this.write('warning', module, message, error);
  }
  /** Worth knowing in every run: start, stop, totals. */
  notice(module: string, message: string): void {
    this.write('notice', module, message);
  }
  info(module: string, message: string): void {
    this.write('info', module, message);
  }
  /** Figures about speed and memory. */
  perf(module: string, message: string): void {
    this.write('perf', module, message);
  }
  /** Settings in force. */
  config(module: string, message: string): void {
    this.write('config', module, message);
  }
  debug(module: string, message: string): void {
    this.write('debug', module, message);
  }

  write(level: LogLevel, module: string, message: string, error?: string): void {
    const priority = LogPriority[level];
    if (priority > this.limit || (this.filter !== undefined && !this.filter.test(message))) return;
    const time = (performance.timeOrigin + performance.now()) * 1000;
    const base = { level, module, message, time, thread: this.thread, threadId: process.pid + threadId };
    const record: LogRecord = error === undefined ? base : { ...base, error };
    for (const sink of this.sinks) if (priority <= LogPriority[sink.level]) sink.write(record);
  }

  reopen(): void {
    for (const sink of this.sinks) sink.reopen?.();
  }

  close(): void {
    for (const sink of this.sinks) sink.close?.();
  }
}

/** The log of this thread. */
export const log = new Log();
