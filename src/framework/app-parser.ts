// AppParser: the base of every protocol's parser. Sans-I/O: bytes and direction in; transactions, files, anomalies out.

import type { AppInput } from './app-input.ts';
import type { AppFlow } from './app-flow.ts';
import type { Frame } from './frame.ts';
import type { Direction, Transaction } from './transaction.ts';

const TCP = 6;
/** Of a transaction: what repeats itself must not grow with the bytes of an attacker. */
const MOST_ANOMALIES = 255;

/** What `data` returns when the bytes are not of this protocol: nothing more of the flow is parsed. */
export const PARSE_FAILED = -1;

export abstract class AppParser {
  readonly flow: AppFlow;
  private nextId = 0;

  constructor(flow: AppFlow) {
    this.flow = flow;
  }

  /**
   * Takes bytes of a direction and returns how many of them are done with; the rest is given again, with more behind
   * it. At the end of a direction (`input.isEof`) it is called once more, maybe without bytes. PARSE_FAILED gives up.
   */
  abstract data(input: AppInput): number;

  /** `length` of the bytes that are of no use have arrived. */
  passed(_direction: Direction, _length: number): void {
    // Only for parsers that set `flow.skip`.
  }

  /**
   * What `data` left is given once more when both ends have closed the session; otherwise (the default) with the end of
   * the flow.
   */
  endsWithSession(_direction: Direction): boolean {
    return false;
  }

  /** `length` bytes of a direction never came. False (the default): the protocol cannot go on without them. */
  gap(_direction: Direction, _length: number): boolean {
    return false;
  }

  /** Live transactions, oldest first. */
  get transactions(): Transaction[] {
    return this.flow.transactions.map(({ tx }) => tx);
  }

  /** How many are live. */
  protected get liveCount(): number {
    return this.flow.transactions.length;
  }

  /** The oldest and the newest live transaction. */
  protected get oldest(): Transaction | undefined {
    return this.flow.transactions[0]?.tx;
  }

  protected get newest(): Transaction | undefined {
    return this.flow.transactions.at(-1)?.tx;
  }

  /** Number for the next transaction. */
  protected newId(): number {
    return this.nextId++;
  }

  /** Transactions so far, those that are gone included. */
  get transactionCount(): number {
    return this.nextId;
  }

  protected add(tx: Transaction): void {
    this.count();
    this.begin(tx);
  }

  private count(): void {
    this.flow.services.counters.add(this.flow.protocol.txCounters[this.flow.transport === TCP ? 0 : 1]);
  }

  /** Counts a transaction that nobody looks at. */
  protected countUnseen(): void {
    this.nextId++;
    this.count();
  }

  /** Makes known the transaction that a whole connection is: there from the start, it is not counted. */
  protected begin(tx: Transaction): void {
    tx.state.protocol = this.flow.protocol;
    this.flow.add(tx.state);
    this.changed(0);
    this.changed(1);
  }

  /**
   * Marks bytes as a frame: from `at` in the input's data on, `length` of them (-1: until endFrame). Null when nobody
   * asks for such frames.
   */
  protected frame(input: AppInput, type: string, at: number, length: number, tx: Transaction | null): Frame | null {
    const { frames } = this.flow;
    if (frames === null) return null;
    return frames.add(input.direction, type, input.streamOffset + at - input.start, length, tx);
  }

  /** The frame ends before `at` in the input's data. */
  protected endFrame(frame: Frame, input: AppInput, at: number): void {
    frame.length = input.streamOffset + at - input.start - frame.offset;
  }

  /** Something of a direction is new: rules and outputs look at the flow's transactions with the next packet. */
  protected changed(direction: Direction): void {
    this.flow.noteNews(direction);
  }

  /** Notes an anomaly on a transaction, of which so many are noted (as Suricata does). */
  protected anomaly(tx: Transaction, id: number): void {
    const { state } = tx;
    if (state.anomalies === null) state.anomalies = [id];
    else if (state.anomalies.length < MOST_ANOMALIES) state.anomalies.push(id);
    else return;
    this.changed(0);
    this.changed(1);
  }
}
