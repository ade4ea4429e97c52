// Streams: the transactions of a connection that are under way, by stream.

import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import { Progress } from './transaction.ts';
import type { Http2Transaction } from './transaction.ts';

/** Of the streams that were reset or are over, so many wait for what was under way when they were. */
const MOST_LINGERING = 64;
/** Streams that ended last, whose records may not be written yet. */
const MOST_ENDED = 16;

export class Streams {
  private readonly live = new Map<number, Http2Transaction>();
  private readonly lingering: Http2Transaction[] = [];
  private readonly ended: Http2Transaction[] = [];
  /** Highest stream so far, of those that clients (odd) and servers (even) open. */
  private readonly highest: [number, number] = [0, 0];
  private readonly most: number;
  /** Is told of those that are given up. */
  private readonly onEnd: (tx: Http2Transaction) => void;

  constructor(most: number, onEnd: (tx: Http2Transaction) => void) {
    this.most = most;
    this.onEnd = onEnd;
  }

  of(stream: number): Http2Transaction | undefined {
    return this.live.get(stream);
  }

  /** The same, or of a stream that ended just now: nobody has told of it yet. */
  ofLate(stream: number): Http2Transaction | undefined {
    return this.live.get(stream) ?? this.ended.find((tx) => tx.streamId === stream && !tx.isLogged);
  }

  /** Whether a stream was there and is over: its number cannot be used again (RFC 9113 section 5.1.1). */
  isOver(stream: number): boolean {
    const tx = this.live.get(stream);
    return tx === undefined ? stream <= this.highest[stream & 1 ? 0 : 1] : tx.isLate;
  }

  /** Headers or data opened the stream: those of lower numbers can no longer be (RFC 9113 section 5.1.1). */
  noteOpened(stream: number): void {
    const side = stream & 1 ? 0 : 1;
    if (stream > this.highest[side]) this.highest[side] = stream;
  }

  /** False: there were too many, and the oldest is given up. */
  add(stream: number, tx: Http2Transaction): boolean {
    this.live.set(stream, tx);
    if (this.live.size <= this.most) return true;
    for (const [number, oldest] of this.live) {
      this.live.delete(number);
      this.giveUp(oldest);
      break;
    }
    return false;
  }

  /** One end let go of the stream, or it is over: what the other had sent before it knew still counts. */
  linger(tx: Http2Transaction): void {
    if (this.lingering.includes(tx)) return;
    this.lingering.push(tx);
    if (this.lingering.length <= MOST_LINGERING) return;
    const oldest = this.lingering.shift()!;
    if (this.live.get(oldest.streamId) !== oldest) return;
    this.live.delete(oldest.streamId);
    this.giveUp(oldest);
  }

  /** Ends the transactions that are closed in both directions. */
  settle(tx: Http2Transaction): void {
    if (!tx.request.isClosed || !tx.response.isClosed) return;
    if (this.live.get(tx.streamId) === tx) this.live.delete(tx.streamId);
    if (this.ended.push(tx) > MOST_ENDED) this.ended.shift();
    this.complete(tx);
  }

  all(): IterableIterator<Http2Transaction> {
    return this.live.values();
  }

  private giveUp(tx: Http2Transaction): void {
    this.onEnd(tx);
    this.complete(tx);
  }

  private complete(tx: Http2Transaction): void {
    tx.advance(TO_SERVER, Progress.complete);
    tx.advance(TO_CLIENT, Progress.complete);
  }
}
