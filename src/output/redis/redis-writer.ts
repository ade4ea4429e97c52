// RedisWriter: records to Redis through a thread of its own, so that neither waits for the other. What waits is bounded;
// a server that goes away finds what it has not confirmed when it is back.

import { Worker as Thread } from 'node:worker_threads';
import { log } from '../../base/log.ts';
import type { RecordWriter } from '../../framework/record-writer.ts';
import type { RedisSettings } from './settings.ts';
import { State, sharedState } from './shared-state.ts';

/** Bytes that may wait for the server. */
const MAX_WAITING = 64 << 20;
/** Bytes collected before the thread sees them. */
const CHUNK = 1 << 16;
/** So long the server is waited for where packets can wait too, and at the end, milliseconds without progress. */
const PATIENCE = 5000;

export interface RedisWriterOptions {
  readonly settings: RedisSettings;
  /** Packets come from files: a server that is slow is waited for. */
  readonly mayWait: boolean;
  /** For tests. */
  readonly maxWaiting?: number;
  readonly patience?: number;
  readonly thread?: URL;
}

export class RedisWriter implements RecordWriter {
  private readonly options: RedisWriterOptions;
  private readonly state = sharedState();
  private readonly thread: Thread;
  /** Whole lines that the thread has not seen. */
  private lines: Buffer[] = [];
  private size = 0;
  private count = 0;
  private lost = 0;
  private isOver = false;
  /** The server was waited for in vain: not again before it has taken something. */
  private stuckAt = -1;

  constructor(options: RedisWriterOptions) {
    this.options = options;
    const { settings } = options;
    this.thread = new Thread(options.thread ?? threadFile(), { workerData: { settings, state: this.state } });
    this.thread.on('message', (message: string) => {
      log.warning('redis', `${placeOf(settings)}: ${message}`);
    });
    this.thread.on('error', ({ message }) => {
      this.isOver = true;
      log.error('redis', `${placeOf(settings)}: ${message}; no more records are sent`);
    });
    this.thread.unref();
  }

  get failed(): number {
    return this.lost + Atomics.load(this.state, State.refused);
  }

  /** @param records whole lines */
  write(records: string): void {
    const bytes = Buffer.from(records);
    const count = linesIn(bytes);
    if (this.isOver || !this.hasRoom(bytes.length)) {
      this.lost += count;
      return;
    }
    this.lines.push(bytes);
    this.size += bytes.length;
    this.count += count;
    if (this.size >= CHUNK) this.flush();
  }

  flush(): void {
    if (this.count === 0) return;
    // line ends are not part of records
    Atomics.add(this.state, State.bytes, this.size - this.count);
    Atomics.add(this.state, State.records, this.count);
    this.thread.postMessage(Uint8Array.from(Buffer.concat(this.lines, this.size)));
    this.lines = [];
    this.size = this.count = 0;
  }

  reopen(): void {
    this.flush(); // there is no file that could have been moved away
  }

  close(): void {
    if (this.isOver) return;
    this.flush();
    this.wait(() => Atomics.load(this.state, State.records) === 0);
    this.isOver = true;
    this.thread.postMessage(null);
    this.lost += Atomics.load(this.state, State.records);
    if (this.failed > 0)
      log.warning('redis', `${placeOf(this.options.settings)}: ${String(this.failed)} records were not taken`);
  }

  private hasRoom(more: number): boolean {
    const { mayWait, maxWaiting = MAX_WAITING } = this.options;
    const fits = (): boolean => Atomics.load(this.state, State.bytes) + this.size + more <= maxWaiting;
    if (fits()) return true;
    this.flush();
    if (!mayWait || this.stuckAt === Atomics.load(this.state, State.progress)) return fits();
    this.wait(fits);
    if (!fits()) this.stuckAt = Atomics.load(this.state, State.progress);
    return fits();
  }

  /** Until it is so, as long as records go. */
  private wait(isSo: () => boolean): void {
    for (;;) {
      const progress = Atomics.load(this.state, State.progress);
      if (isSo()) return;
      if (Atomics.wait(this.state, State.progress, progress, this.options.patience ?? PATIENCE) === 'timed-out') return;
    }
  }
}

const LINE_END = 10;

function linesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++;
  return count;
}

function placeOf({ server }: RedisSettings): string {
  return 'path' in server ? server.path : `${server.host}:${String(server.port)}`;
}

/** Beside the program where that is one file, else beside this one. */
function threadFile(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('/tayra.js') ? './redis-thread.js' : './thread.js', here);
}
