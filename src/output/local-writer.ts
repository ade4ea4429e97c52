// LocalWriter: records to a local socket, stream or datagram; whole ones, or none: what finds no room is counted.
import { log } from '../base/log.ts';
import { LocalSocket } from '../native/local-socket.ts';
import type { LocalSocketKind, Sent } from '../native/local-socket.ts';
import type { RecordWriter } from './record-writer.ts';

/** Bytes that may wait for the reader of a stream. */
const MAX_WAITING = 4 << 20;
const RECONNECT_MS = 500;
/** So long a reader is waited for where packets can wait too. */
const PATIENCE_MS = 10_000;

export interface LocalWriterOptions {
  readonly path: string;
  readonly kind: LocalSocketKind;
  /** Packets come from files: a reader that is slow is waited for. */
  readonly mayWait: boolean;
  /** Milliseconds that it is waited for; for tests. */
  readonly patience?: number;
  /** Milliseconds; for tests. */
  readonly clock?: () => number;
  /** Makes a datagram, or what a stream is sent, of a record; the record as it is without. */
  readonly wrap?: (record: string) => string;
}

export class LocalWriter implements RecordWriter {
  failed = 0;
  private readonly options: LocalWriterOptions;
  private readonly socket: LocalSocket;
  private readonly clock: () => number;
  private nextTry = -Infinity;
  private wasTold = false;
  /** The reader was waited for in vain: not again before it has read something. */
  private isStuck = false;
  /** Records of a stream that wait, the first perhaps sent in part; where they begin and end. */
  private waiting = new Uint8Array(1 << 16);
  private start = 0;
  private end = 0;
  /** Ends of the records that wait. */
  private ends: number[] = [];

  constructor(options: LocalWriterOptions) {
    this.options = options;
    this.socket = new LocalSocket(options.path, options.kind);
    this.clock = options.clock ?? Date.now;
    this.connect();
  }

  write(record: string): void {
    if (!this.socket.isOpen && !this.connect()) {
      this.failed++;
      return;
    }
    const bytes = Buffer.from(this.options.wrap?.(record) ?? record);
    if (this.options.kind === 'datagram') this.sendDatagram(bytes);
    else this.sendBytes(bytes);
  }

  flush(): void {
    if (this.socket.isOpen && this.start < this.end) this.drain(this.patience);
  }

  reopen(): void {
    this.flush();
    this.lose();
    this.socket.close();
    this.nextTry = -Infinity;
    this.connect();
  }

  close(): void {
    this.flush();
    this.lose();
    this.socket.close();
    if (this.failed > 0) log.warning('output', `${this.options.path}: ${String(this.failed)} records were not taken`);
  }

  private get patience(): number {
    return this.options.mayWait && !this.isStuck ? (this.options.patience ?? PATIENCE_MS) : 0;
  }

  private connect(): boolean {
    const now = this.clock();
    if (now < this.nextTry) return false;
    this.nextTry = now + RECONNECT_MS;
    const problem = this.socket.connect();
    if (problem !== null && !this.wasTold) {
      log.warning('output', `${this.options.path}: ${problem}; records are lost until somebody listens there`);
      this.wasTold = true;
    }
    if (problem === null) this.wasTold = false;
    return problem === null;
  }

  private sendDatagram(bytes: Uint8Array): void {
    if (this.send(bytes, 0, bytes.length, this.patience) !== bytes.length) this.failed++;
  }

  private sendBytes(bytes: Uint8Array): void {
    if (this.end - this.start + bytes.length > MAX_WAITING) {
      this.drain(this.patience);
      if (this.end - this.start + bytes.length > MAX_WAITING) {
        this.failed++;
        return;
      }
    }
    this.keep(bytes);
    this.drain(0);
  }

  private keep(bytes: Uint8Array): void {
    if (this.end + bytes.length > this.waiting.length) this.makeRoom(bytes.length);
    this.waiting.set(bytes, this.end);
    this.end += bytes.length;
    this.ends.push(this.end);
  }

  private makeRoom(more: number): void {
    const { end, start, waiting } = this;
    const size = end - start;
    if (size + more > waiting.length) {
      this.waiting = new Uint8Array(Math.max(2 * waiting.length, size + more));
      this.waiting.set(waiting.subarray(start, end));
    } else waiting.copyWithin(0, start, end);
    this.ends = this.ends.filter((at) => at > start).map((at) => at - start);
    this.start = 0;
    this.end = size;
  }

  /** Sends what waits, as far as there is room. */
  private drain(wait: number): void {
    while (this.start < this.end) {
      const sent = this.send(this.waiting, this.start, this.end - this.start, wait);
      if (sent === 0) return;
      if (typeof sent !== 'number') {
        this.lose();
        return;
      }
      this.start += sent;
    }
    this.start = this.end = 0;
    this.ends = [];
  }

  private send(bytes: Uint8Array, offset: number, length: number, wait: number): Sent {
    const sent = this.socket.send(bytes, offset, length, wait);
    if (sent !== 0) this.isStuck = false;
    else if (wait > 0) this.isStuck = true;
    return sent;
  }

  /** Nobody will read what waits: the next connection begins with a whole record. */
  private lose(): void {
    this.failed += this.ends.filter((at) => at > this.start).length;
    this.start = this.end = 0;
    this.ends = [];
  }
}
