// FlowRequests: what parsers ask of the engine for their flow, passed on to where it is done.

import type { Counters } from '../base/counters.ts';
import type { AppFlow, AppServices, BodyListener, Expectation } from '../framework/app-flow.ts';
import type { ByteRoom } from '../framework/byte-room.ts';
import type { FileTracker } from '../framework/file.ts';
import { F, FlowFlag, FlowStateId } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import type { Packet } from '../framework/packet.ts';
import { TO_CLIENT, TO_SERVER } from '../framework/transaction.ts';
import type { Direction } from '../framework/transaction.ts';
import type { Expectations } from './expectations.ts';

/** What the stream engine does at the application layer's word. */
export interface StreamControl {
  disableApp(t: number, direction: Direction): void;
  triggerRaw(t: number, direction: Direction): void;
  disableReassembly(t: number, direction: Direction): void;
  disableRaw(t: number, direction: Direction): void;
  followTo(t: number, depth: number): void;
  holdBehind(t: number, direction: Direction, bytes: number, options: { readonly isKept: boolean }): void;
  /** What was said to be of no use (AppStreamSink.skip) is of use from here on. */
  endSkip(t: number): void;
  /** The server was taken for the client: the session is turned around when the packet under way is through. */
  requestTurn(t: number): void;
  /** Offers again what of a direction was acknowledged and not taken. */
  resume(p: Packet, f: number, direction: Direction): void;
}

export interface FlowRequestParts {
  readonly flows: Flows;
  readonly counters: Counters;
  readonly files: FileTracker;
  readonly room: ByteRoom;
  readonly demands: ReadonlySet<string>;
  readonly hasRules: boolean;
  readonly isInline: boolean;
  readonly expectations: Expectations;
}

export class FlowRequests implements AppServices {
  readonly counters: Counters;
  readonly files: FileTracker;
  readonly room: ByteRoom;
  readonly hasRules: boolean;
  readonly isInline: boolean;
  /** Set before the first flow. */
  onBody: BodyListener | null = null;
  /** Outputs show the bytes that alerts are about. Set before the first flow. */
  showsBytes = false;
  /** The flow whose bytes are put together no longer, since the packet under way; -1 for none. */
  flushDue = -1;
  /** Set when the stream engine exists: each knows the other. */
  stream: StreamControl | null = null;
  readonly flows: Flows;
  private readonly demands: ReadonlySet<string>;
  private readonly expectations: Expectations;

  constructor({ flows, counters, files, room, demands, hasRules, isInline, expectations }: FlowRequestParts) {
    this.flows = flows;
    this.counters = counters;
    this.files = files;
    this.room = room;
    this.demands = demands;
    this.hasRules = hasRules;
    this.isInline = isInline;
    this.expectations = expectations;
  }

  isDemanded(what: string): boolean {
    return this.demands.has(what);
  }

  /** The flow's session, -1 without one. */
  private session(app: AppFlow): number {
    return this.flows.tcp(app.f);
  }

  changeProtocol(app: AppFlow, expected: string | null, state?: unknown): void {
    app.change = { expected, state };
  }

  becomeProtocol(app: AppFlow, protocol: string): void {
    app.becomes = protocol;
  }

  expect(app: AppFlow, expectation: Expectation): void {
    this.expectations.add(app.f, expectation);
  }

  stopParsing(app: AppFlow, direction: Direction): void {
    app.stop(direction);
    app.noteNews(direction);
    const t = this.session(app);
    if (t >= 0) this.stream?.disableApp(t, direction);
  }

  triggerRawInspection(app: AppFlow, direction: Direction): void {
    const t = this.session(app);
    if (t >= 0) this.stream?.triggerRaw(t, direction);
  }

  stopInspection(app: AppFlow, { bypass }: { readonly bypass: boolean }): void {
    if (bypass) {
      this.flows.setFlag(app.f, FlowFlag.noPayloadInspection);
      this.flows.setFlag(app.f, FlowFlag.bypassed);
      this.flows.setWord(app.f, F.state, FlowStateId.bypassed);
      this.endReassembly(app);
      return;
    }
    const t = this.session(app);
    if (t < 0) return;
    this.stream?.disableRaw(t, TO_SERVER);
    this.stream?.disableRaw(t, TO_CLIENT);
  }

  stopReassembly(app: AppFlow): void {
    this.endReassembly(app);
    this.flushDue = app.f;
  }

  private endReassembly(app: AppFlow): void {
    const t = this.session(app);
    if (t < 0) return;
    this.stream?.disableReassembly(t, TO_SERVER);
    this.stream?.disableReassembly(t, TO_CLIENT);
  }

  /** The parser that had no use for bytes to come is gone. */
  needAll(app: AppFlow): void {
    const t = this.session(app);
    if (t >= 0) this.stream?.endSkip(t);
  }

  holdBehind(app: AppFlow, direction: Direction, bytes: number): void {
    const t = this.session(app);
    if (t >= 0) this.stream?.holdBehind(t, direction, bytes, { isKept: this.showsBytes });
  }

  followTo(app: AppFlow, depth: number): void {
    const t = this.session(app);
    if (t >= 0) this.stream?.followTo(t, depth);
  }
}
