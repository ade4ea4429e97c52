// AppFlow: what the application layer knows of one flow; made with its first payload bytes.

import type { Counters } from '../base/counters.ts';
import type { AppParser } from './app-parser.ts';
import type { AppProtocol } from './app-protocol.ts';
import type { ByteRoom } from './byte-room.ts';
import type { FileTracker } from './file.ts';
import { FlowFlag } from './flows.ts';
import type { Flows } from './flows.ts';
import type { FlowFrames } from './frame.ts';
import { placeOfTx } from './transaction.ts';
import type { Direction, Transaction, TxState } from './transaction.ts';

/** Is told bytes [start, end) of the body of a message, in order; they are only there during the call. */
export type BodyListener = (
  f: number,
  tx: Transaction,
  direction: Direction,
  data: Uint8Array,
  start: number,
  end: number,
  about: { readonly isFirst: boolean },
) => void;

/** What parsers may ask of the engine around them; one per worker. */
export interface AppServices {
  readonly counters: Counters;
  readonly flows: Flows;
  readonly files: FileTracker;
  /** Where bytes are kept that outlive the packet. */
  readonly room: ByteRoom;
  /** Whether rules look at something that is costly to make (RulesetSetup.demands). */
  isDemanded(what: string): boolean;
  /** Outputs write bodies down (`http-body-data`); null: none does. */
  readonly onBody: BodyListener | null;
  /** Packets wait for their inspection, and may be dropped. */
  readonly isInline: boolean;
  /** Whether rules are there to look at bodies: without any none are kept. */
  readonly hasRules: boolean;
  /** Whole-flow requests; they take effect when the parser returns. */
  /**
   * Go on as another protocol (STARTTLS, upgrade, CONNECT): it is detected anew; `expected` names what should come, and
   * `state` is handed to its parser.
   */
  changeProtocol(app: AppFlow, expected: string | null, state?: unknown): void;
  /** What was spoken so far turns out to be `protocol`, which has the same parser: it goes on with its transactions. */
  becomeProtocol(app: AppFlow, protocol: string): void;
  /** A data channel is about to open between the flow's hosts: it belongs to `protocol`, and `state` is handed to its parser. */
  expect(app: AppFlow, expectation: Expectation): void;
  /** Content rules look at what is there of a direction with its next packet, however little it is. */
  triggerRawInspection(app: AppFlow, direction: Direction): void;
  /** The rest is encrypted: its bytes are neither kept nor looked at. `bypass`: the packets neither. */
  stopInspection(app: AppFlow, options: { readonly bypass: boolean }): void;
  /** No more bytes of the flow are put together, for whomever; what was, is seen to its end. */
  stopReassembly(app: AppFlow): void;
  /** The flow's bytes are put together up to `depth` of each direction, wherever that of others lies. */
  followTo(app: AppFlow, depth: number): void;
  /** Outputs that show the bytes of alerts are to show so many of a direction behind those looked at. */
  holdBehind(app: AppFlow, direction: Direction, bytes: number): void;
  /** Stop feeding a direction. */
  stopParsing(app: AppFlow, direction: Direction): void;
}

export interface Expectation {
  readonly protocol: string;
  /** Port the connection goes to, and which end of this flow listens there. */
  readonly port: number;
  readonly listener: 'server' | 'client';
  /** Handed to the parser of the new flow (`AppFlow.expectation`); plain data: it may be another worker's. */
  readonly state: unknown;
}

/** Another protocol from here on. */
export interface ChangeOfProtocol {
  readonly expected: string | null;
  /** Handed to its parser. */
  readonly state: unknown;
}

/** Results of detection in one direction. */
export const Detection = { undecided: 0, found: 1, failed: 2 } as const;

/** Which packets of a direction its protocol is news with. */
export interface ProtocolNews {
  /** Packets that it is news with yet, -1 before the first. */
  left: number;
  /** Number of the last of them. */
  toldWith: number;
}

/** Bits of `AppFlow.marks`: of direction 0; those of direction 1 are one higher. */
const Mark = { eof: 1, stopped: 4, silent: 256, spoken: 1024 } as const;
/** Above them the value of Detection of each direction. */
const DETECTION_SHIFT = 4;
const DETECTION_MASK = 3;
const NONE: TxState[] = [];
const isAwake = ({ isResting }: TxState): boolean => !isResting;
/** So many transactions are looked at as soon as told apart. */
const FEW = 16;
const RESTLESS = [FlowFlag.appRestlessToServer, FlowFlag.appRestlessToClient] as const;
const NEWS = [FlowFlag.appNewsToServer, FlowFlag.appNewsToClient] as const;

export class AppFlow {
  readonly f: number;
  readonly services: AppServices;
  /** 6 or 17. */
  readonly transport: number;
  /** The protocol found; only meaningful while `parser` is not null or `isKnown`. */
  protocol: AppProtocol;
  parser: AppParser | null = null;
  /** Set by the parser's `data`: the bytes changed nothing that rules or outputs look at. */
  isQuiet = false;
  /**
   * Set by the parser's `data`, which took all bytes: so many that follow in the direction are of no use. They may be
   * given all the same; when they are not, `passed` tells of them.
   */
  skip = 0;
  /** Nobody looks at its transactions: `parser` is a follower, which has nothing to conclude at the end. */
  isFollowed = false;
  /** Null where nobody asks for frames of the protocol. */
  frames: FlowFrames | null = null;
  /** Number of the packet that showed the protocol of its own direction last, 0 for none. */
  shownBy = 0;
  /** Number of the packet with which it was clear that the protocol is none that is known, 0 for none. */
  failedBy = 0;
  /** By direction; null where no rule has asked. */
  news: [ProtocolNews, ProtocolNews] | null = null;
  /** Bytes never came from among those that tell the protocol. */
  hasLostStart = false;
  /** What an expectation, or the protocol before, handed over. */
  expectation: unknown = undefined;
  /** Protocol to change to, as soon as the parser returns; undefined: none. */
  change: ChangeOfProtocol | undefined = undefined;
  /** Name of the protocol that it turns out to be, as soon as the parser returns; '' while it stays what it is. */
  becomes = '';
  /** What should come after a change of protocol; null: anything. */
  expected: string | null = null;
  /** The same, whether it came or not. */
  requested: string | null = null;
  /** Name of the protocol that the flow spoke first, '' when it did not change. */
  formerProtocol = '';
  /** Live transactions of the parser, oldest first. */
  transactions: TxState[] = [];
  /** Those of them that are not at rest, in the same order; null: all. */
  awake: TxState[] | null = null;
  /** Transactions of the protocol that the flow spoke before, until rules and outputs are done with them. */
  former: TxState[] = NONE;
  /** Directions (1 to server, 2 to client) whose files a rule wants kept, those to come included. */
  keptFiles = 0;
  // one number and two fields for what would be four small arrays in each flow
  private marks = 0;
  private bytesToServer = 0;
  private bytesToClient = 0;

  constructor(f: number, transport: number, services: AppServices, unknown: AppProtocol) {
    this.f = f;
    this.transport = transport;
    this.services = services;
    this.protocol = unknown;
  }

  /** Bytes of a direction that are done with. */
  bytes(direction: Direction): number {
    return direction === 0 ? this.bytesToServer : this.bytesToClient;
  }

  addBytes(direction: Direction, count: number): void {
    if (direction === 0) this.bytesToServer += count;
    else this.bytesToClient += count;
  }

  /** Nothing follows in that direction. */
  isEof(direction: Direction): boolean {
    return (this.marks & (Mark.eof << direction)) !== 0;
  }

  noteEof(direction: Direction): void {
    this.wakeAll();
    this.marks |= Mark.eof << direction;
  }

  /** No more bytes of it are taken. */
  isStopped(direction: Direction): boolean {
    return (this.marks & (Mark.stopped << direction)) !== 0;
  }

  stop(direction: Direction): void {
    this.wakeAll();
    this.marks |= Mark.stopped << direction;
  }

  /** Nothing is seen of it: what the other one says is not waited for. */
  isSilent(direction: Direction): boolean {
    return (this.marks & (Mark.silent << direction)) !== 0;
  }

  noteSilence(direction: Direction, { is }: { readonly is: boolean }): void {
    this.wakeAll();
    const bit = Mark.silent << direction;
    this.marks = is ? this.marks | bit : this.marks & ~bit;
  }

  /** Bytes of it came, whatever became of them. */
  hasSpoken(direction: Direction): boolean {
    return (this.marks & (Mark.spoken << direction)) !== 0;
  }

  noteSpoken(direction: Direction): void {
    this.marks |= Mark.spoken << direction;
  }

  /** Value of Detection. */
  detection(direction: Direction): number {
    return (this.marks >> (DETECTION_SHIFT + 2 * direction)) & DETECTION_MASK;
  }

  noteDetection(direction: Direction, value: number): void {
    const shift = DETECTION_SHIFT + 2 * direction;
    this.marks = (this.marks & ~(DETECTION_MASK << shift)) | (value << shift);
  }

  /** The end that was taken for the client is the server: what is known of the directions changes sides. */
  turn(): void {
    const [toServer, toClient] = [this.detection(0), this.detection(1)];
    const [serverEof, clientEof] = [this.isEof(0), this.isEof(1)];
    this.marks &= ~(3 * (Mark.eof | Mark.spoken));
    if (serverEof) this.noteEof(1);
    if (clientEof) this.noteEof(0);
    this.noteDetection(0, toClient);
    this.noteDetection(1, toServer);
  }

  /** The bytes from here on are of another protocol. */
  beginAnew(): void {
    this.bytesToServer = this.bytesToClient = 0;
    this.marks &= ~(3 * Mark.spoken);
    this.noteDetection(0, Detection.undecided);
    this.noteDetection(1, Detection.undecided);
  }

  /** Whether there are bytes, states or anomalies of a direction that rules and outputs have not looked at. */
  hasNews(direction: Direction): boolean {
    return this.services.flows.hasFlag(this.f, NEWS[direction]);
  }

  /** There are; kept in the flow's record, where it is seen at every packet without a look at this object. */
  noteNews(direction: Direction): void {
    this.services.flows.setFlag(this.f, NEWS[direction]);
  }

  endNews(direction: Direction): void {
    this.services.flows.clearFlag(this.f, NEWS[direction]);
  }

  /** Whether rules wait in a direction for something that need not come with news. */
  isRestless(direction: Direction): boolean {
    return this.services.flows.hasFlag(this.f, RESTLESS[direction]);
  }

  /** It changed its protocol, and a direction has not shown yet what it speaks now: it cannot change again. */
  get isChanging(): boolean {
    if (this.formerProtocol === '') return false;
    return this.detection(0) === Detection.undecided || this.detection(1) === Detection.undecided;
  }

  /** Makes a transaction known, the newest. */
  add(tx: TxState): void {
    // most flows have one at a time: a list of its own for it takes a tenth of what the first push would
    if (this.transactions.length === 0) this.transactions = [tx];
    else this.transactions.push(tx);
    this.awake?.push(tx);
  }

  /** Something of a transaction that may rest is new. */
  wake(tx: TxState): void {
    if (!tx.isResting) return;
    tx.isResting = false;
    const { awake } = this;
    if (awake !== null) awake.splice(placeOfTx(awake, tx.tx.id), 0, tx);
  }

  /** Something is new to all of them. */
  wakeAll(): void {
    if (this.awake === null) return;
    this.awake = null;
    for (const tx of this.transactions) tx.isResting = false;
  }

  /**
   * Rules and outputs have seen what there is: of many transactions those rest that may, so that each packet costs what
   * is new and not what is open.
   */
  rest(): void {
    const list = this.awake ?? this.transactions;
    if (list.length < FEW || this.hasNews(0) || this.hasNews(1)) return;
    let isAnyResting = false;
    for (let i = 0; i < list.length; i++) {
      const tx = list[i]!;
      tx.isResting = tx.mayRest && !tx.isRestless && !tx.isComplete;
      if (tx.isResting) isAnyResting = true;
    }
    if (isAnyResting) this.awake = list.filter(isAwake);
  }

  /** A live transaction by its id. */
  transaction(id: number): Transaction | undefined {
    const isIt = ({ tx }: TxState): boolean => tx.id === id;
    return (this.transactions.find(isIt) ?? this.former.find(isIt))?.tx;
  }
}

/** Whether nothing more of a direction will be parsed. */
export function isDirectionOver(app: AppFlow, direction: Direction): boolean {
  return app.isEof(direction) || app.isStopped(direction) || app.isSilent(direction);
}
