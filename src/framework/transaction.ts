// Transaction: one exchange of an application protocol (a request and its response), and how far rules have looked at it.

import type { AppProtocol } from './app-protocol.ts';
import type { BodyBuffer, BodyLimits } from './body-buffer.ts';
import type { BufferView } from './buffer.ts';
import type { TrackedFile } from './file.ts';
import type { KeptCertificate } from './kept-certificate.ts';

/** Direction of bytes and states: the index into every pair below. */
export const TO_SERVER = 0;
export const TO_CLIENT = 1;
export type Direction = 0 | 1;

const NO_LIMITS: BodyLimits = { limit: 0, minimum: 0, window: 0, overlap: 4096, whole: 0 };

/** What inspection remembers of one direction of a transaction between packets. Written by detect/run alone. */
export class TxInspectState {
  /** Progress up to which the prefilter's buffers were scanned, -1 before the first scan. */
  scanned = -1;
  /** Signatures that hold so far and wait for later states: their numbers, and the step each waits at. */
  waiting: number[] | null = null;
  steps: number[] | null = null;
  /** One of those waits for more of what it has seen, not for a later state. */
  isRestless = false;
  /** Signatures that matched: they are not looked at again. */
  matched: Set<number> | null = null;
  /** Of the rule set that numbers the signatures. */
  generation = 0;
}

/**
 * What the engine knows of a transaction, whatever the protocol: one shape for all, because the packet path looks at
 * many and a property of objects of ten classes is dear.
 */
export class TxState {
  readonly tx: Transaction;
  /** Set when the parser adds it. */
  protocol: AppProtocol | null = null;
  /** Index into the protocol's states, by direction; only grows. */
  readonly progress: [toServer: number, toClient: number] = [0, 0];
  /** Directions the transaction has: 1 to server, 2 to client, 3 both. A side it lacks counts as complete. */
  directions = 3;
  /** Ids of its anomalies, in the order they came; null for none. */
  anomalies: number[] | null = null;
  /** How many of them the outputs know. */
  anomaliesTold = 0;
  /** Files it carries, in the order they began; null for none. */
  files: TrackedFile[] | null = null;
  /** Whether the outputs have its record. */
  isLogged = false;
  /** Alerts of rules that are not on transactions and were found to be about it. */
  attributed = 0;
  /** Which of several state machines of the protocol it goes through; '' where there is but one. */
  subState = '';
  /** Its parser says when something of it is new (`AppFlow.wake`): between whiles it is not looked at. */
  mayRest = false;
  isResting = false;
  /** Its own buffers want to know when rules have looked. */
  readonly isWatching: boolean;
  /** Directions (bits as in `directions`) that rules are through with. */
  private inspectedDirections = 0;
  /** By direction, made when rules first look at it. */
  private inspectToServer: TxInspectState | null = null;
  private inspectToClient: TxInspectState | null = null;

  constructor(tx: Transaction, isWatching: boolean) {
    this.tx = tx;
    this.isWatching = isWatching;
  }

  /** What inspection remembers of a direction. */
  inspection(direction: Direction): TxInspectState {
    if (direction === TO_SERVER) return (this.inspectToServer ??= new TxInspectState());
    return (this.inspectToClient ??= new TxInspectState());
  }

  /** Nothing more of it comes. */
  get isComplete(): boolean {
    const { complete } = this.protocol!;
    return this.progress[0] >= complete[0] && this.progress[1] >= complete[1];
  }

  /** Rules wait for something that need not come with news of it. */
  get isRestless(): boolean {
    return this.inspectToServer?.isRestless === true || this.inspectToClient?.isRestless === true;
  }

  /** Rules are through with a direction: there is nothing of it that they wait for. */
  isInspected(direction: Direction): boolean {
    return (this.inspectedDirections & (1 << direction)) !== 0;
  }

  endInspection(direction: Direction): void {
    this.inspectedDirections |= 1 << direction;
  }

  has(direction: Direction): boolean {
    return (this.directions & (1 << direction)) !== 0;
  }

  /** Rules have seen what there was of a direction: growing buffers begin their next window. */
  inspected(direction: Direction): void {
    if (this.isWatching || this.files !== null) this.tx.inspected(direction);
  }
}

/** Where a transaction of that number is among some in order, or the first behind it. */
export function placeOfTx(states: readonly TxState[], id: number): number {
  let [low, high] = [0, states.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (states[middle]!.tx.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Base of every protocol's transaction; a subclass adds what the protocol says. */
export class Transaction {
  /** Position in the flow, from 0 (EVE `tx_id`). */
  readonly id: number;
  /** What the engine knows of it. */
  readonly state: TxState;
  /** Directions (bits as in `directions`) whose files a rule wants kept, those to come included. */
  keptFiles = 0;
  /** Directions (bits as in `directions`) whose certificate a rule wants kept and no output has yet. */
  keptCertificates = 0;

  constructor(id: number) {
    this.id = id;
    this.state = new TxState(this, this.inspected !== Transaction.prototype.inspected);
  }

  get protocol(): AppProtocol | null {
    return this.state.protocol;
  }

  get progress(): [toServer: number, toClient: number] {
    return this.state.progress;
  }

  get directions(): number {
    return this.state.directions;
  }

  set directions(value: number) {
    this.state.directions = value;
  }

  get anomalies(): number[] | null {
    return this.state.anomalies;
  }

  get files(): TrackedFile[] | null {
    return this.state.files;
  }

  get isLogged(): boolean {
    return this.state.isLogged;
  }

  set isLogged(value: boolean) {
    this.state.isLogged = value;
  }

  /** Moves a direction on; never back. */
  advance(direction: Direction, progress: number): void {
    const now = this.state.progress;
    if (progress > now[direction]) now[direction] = progress;
  }

  has(direction: Direction): boolean {
    return this.state.has(direction);
  }

  /** The decoded body of a direction that `file.data` shows in place of files; null: its files. */
  body(_direction: Direction): BodyBuffer | null {
    return null;
  }

  /** Puts what rules are to see into the view in place of what it shows of that body, where it is packed once more. */
  unpack(_view: BufferView, _direction: Direction): void {
    // most bodies are what they are
  }

  /** Limits that hold for that body. */
  bodyLimits(_direction: Direction): BodyLimits {
    return NO_LIMITS;
  }

  /** What one end proved itself with; null: nothing, or not yet. */
  certificate(_direction: Direction): KeptCertificate | null {
    return null;
  }

  /** A rule wants no record of it (nor of its answer, where that is a transaction of its own). */
  unlog(): void {
    this.isLogged = true;
  }

  /** It is over, and nobody looks at it again. */
  release(): void {
    if (this.files !== null) for (const file of this.files) file.body.release();
  }

  /** Rules have seen what there was of a direction: growing buffers begin their next window. */
  inspected(direction: Direction): void {
    if (this.files === null) return;
    for (const file of this.files) if (file.direction === direction) file.body.commit(file.inspection);
  }
}
