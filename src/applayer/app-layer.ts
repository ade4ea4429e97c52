// AppLayer: has the protocol of each flow found, feeds its parser, and lets go of transactions that are done with.

import type { Journal } from '../base/journal.ts';
import type { Counters } from '../base/counters.ts';
import { AppFlow, Detection } from '../framework/app-flow.ts';
import { AppInput } from '../framework/app-input.ts';
import { PARSE_FAILED } from '../framework/app-parser.ts';
import type { ByteRoom } from '../framework/byte-room.ts';
import type { FileTracker } from '../framework/file.ts';
import type { FlowFrames } from '../framework/frame.ts';
import type { Flows } from '../framework/flows.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { AppDataFlag } from '../framework/stream.ts';
import type { AppStreamSink } from '../framework/stream.ts';
import { TO_CLIENT, TO_SERVER } from '../framework/transaction.ts';
import type { Direction } from '../framework/transaction.ts';
import { Expectations } from './expectations.ts';
import { FlowRequests } from './flow-requests.ts';
import { FrameDemands } from './frame-demands.ts';
import { ProtocolCounters } from './protocol-counters.ts';
import type { ErrorPolicies } from './protocol-counters.ts';
import { ProtocolMemory } from './protocol-memory.ts';
import { FAILED_PROTOCOL, UNKNOWN_PROTOCOL } from './protocol-table.ts';
import type { ProtocolTable } from './protocol-table.ts';
import { Recognition } from './recognition.ts';
import { retire, retireAwake } from './retirement.ts';

const TCP = 6;

export interface AppLayerParts {
  readonly flows: Flows;
  readonly counters: Counters;
  readonly table: ProtocolTable;
  readonly files: FileTracker;
  readonly room: ByteRoom;
  readonly demands: ReadonlySet<string>;
  readonly hasRules: boolean;
  readonly isInline: boolean;
  /** The first packet turned out to come from the server. */
  readonly onSwap: (f: number) => void;
  /** Flows are picked up in their middle (`stream.midstream`): the first packet may be the server's. */
  readonly midstream: boolean;
  /** A parser failed, or could not go on behind a gap: the exception policy decides what becomes of the flow. */
  readonly onError: (p: Packet, f: number) => void;
  /** Counted for each protocol; null: not asked for. */
  readonly errorPolicies: ErrorPolicies | null;
  /** Offsets of the directions at which parsers are made to fail (`--simulate-applayer-error-*`), -1 for none. */
  readonly errorsAt: readonly [number, number];
}

/** Bytes that a parser was given last and did not take: they are where they were until others are given. */
class LeftBytes {
  /** Null: none. */
  app: AppFlow | null = null;
  direction: Direction = TO_SERVER;
  data: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  note(app: AppFlow, direction: Direction, data: Uint8Array, start: number, end: number): void {
    this.app = app;
    this.direction = direction;
    this.data = data;
    this.start = start;
    this.end = end;
  }
}

export class AppLayer implements AppStreamSink {
  readonly table: ProtocolTable;
  /** What parsers ask of the engine. */
  readonly requests: FlowRequests;
  /** Which frames anybody asks for. */
  readonly frames: FrameDemands;
  /** What flows speak. */
  readonly recognition: Recognition;
  /** Bytes that the parser has no use for, behind those it took (AppStreamSink). */
  skip = 0;
  private readonly onError: (p: Packet, f: number) => void;
  private readonly errorsAt: readonly [number, number];
  private readonly statistics: ProtocolCounters;
  private readonly expectations: Expectations;
  private readonly memory: ProtocolMemory;
  private readonly apps: (AppFlow | null)[] = [];
  private readonly input = new AppInput();
  private readonly left = new LeftBytes();

  constructor(parts: AppLayerParts) {
    this.table = parts.table;
    this.frames = new FrameDemands(parts.demands);
    this.onError = parts.onError;
    this.errorsAt = parts.errorsAt;
    this.statistics = new ProtocolCounters(parts.table, parts.counters, parts.errorPolicies);
    this.memory = new ProtocolMemory(parts.table, parts.counters);
    this.expectations = new Expectations(parts.flows, (count) => {
      this.statistics.expectations(count);
    });
    this.requests = new FlowRequests({ ...parts, expectations: this.expectations });
    this.recognition = new Recognition({
      ...parts,
      requests: this.requests,
      frames: this.frames,
      statistics: this.statistics,
      expectations: this.expectations,
      input: this.input,
    });
  }

  /** From now on flows that others announce may be here, and the other way round. */
  share(journal: Journal): void {
    this.expectations.share(journal);
  }

  /** Brings the gauges up to date, before statistics are read. */
  updateGauges(): void {
    this.memory.update(this.apps);
  }

  /** What is known of a flow; null before its first payload. */
  of(f: number): AppFlow | null {
    return this.apps[f] ?? null;
  }

  private ofOrNew(f: number, transport: number): AppFlow {
    const known = this.apps[f];
    if (known) return known;
    const created = new AppFlow(f, transport, this.requests, this.table.all[UNKNOWN_PROTOCOL]!);
    while (this.apps.length <= f) this.apps.push(null);
    this.apps[f] = created;
    if (this.expectations.isAny) this.recognition.meetExpectation(created);
    return created;
  }

  /** The record of the flow is about to be reused. */
  release(f: number): void {
    if (f < this.apps.length) this.apps[f] = null;
    this.left.app = null;
    this.expectations.forget(f);
  }

  /** TCP bytes in order, from the stream engine; how many were taken. */
  data(
    p: Packet,
    f: number,
    _t: number,
    direction: number,
    data: Uint8Array,
    offset: number,
    length: number,
    flags: number,
  ): number {
    const taken = this.offer(p, f, direction as Direction, data, offset, length, flags);
    if (taken < length) this.left.note(this.apps[f]!, direction as Direction, data, offset + taken, offset + length);
    return taken;
  }

  private offer(
    p: Packet,
    f: number,
    side: Direction,
    data: Uint8Array,
    offset: number,
    length: number,
    flags: number,
  ): number {
    this.skip = 0;
    const app = this.ofOrNew(f, TCP);
    if (app.isStopped(side)) return length;
    if ((flags & AppDataFlag.gap) !== 0) {
      if (app.protocol.id !== UNKNOWN_PROTOCOL) this.gap(p, app, side, length);
      else if ((flags & AppDataFlag.start) === 0 && app.detection(side) === Detection.undecided)
        app.hasLostStart = true;
      return length;
    }
    this.left.app = null;
    if ((flags & AppDataFlag.eof) !== 0) app.noteEof(side);
    if ((flags & AppDataFlag.oneSided) !== 0) app.noteSilence(side === TO_SERVER ? TO_CLIENT : TO_SERVER, { is: true });
    else if (app.isSilent(side)) app.noteSilence(side, { is: false });
    if ((flags & AppDataFlag.otherFirst) !== 0) app.noteSpoken(side === TO_SERVER ? TO_CLIENT : TO_SERVER);
    const { input } = this;
    input.isMidstream = (flags & AppDataFlag.midstream) !== 0;
    input.isStart = app.bytes(side) === 0;
    const isUndecided = app.detection(side) === Detection.undecided;
    const isDecided = !isUndecided || this.recognition.detectTcp(p, app, side, data, offset, offset + length);
    app.noteSpoken(side);
    if (!isDecided || app.protocol.id <= FAILED_PROTOCOL) return app.isStopped(side) ? length : 0;
    const taken = this.parse(p, app, side, data, offset, offset + length);
    if (app.isStopped(side)) {
      if (isUndecided && app.parser !== null) this.recognition.noteFailure(app, side);
      return length;
    }
    // a change of protocol: what is there of the next one tells it at once
    if (taken > 0 && taken < length && app.protocol.id === UNKNOWN_PROTOCOL)
      return taken + this.offer(p, f, side, data, offset + taken, length - taken, flags);
    const maySkip = app.parser !== null && app.frames === null && app.detection(side) !== Detection.undecided;
    if (maySkip && taken === length) this.skip = app.skip;
    return taken;
  }

  /** The flow that goes on as another protocol from the packet under way on; -1 for none. Set back by the pipeline. */
  changeDue = -1;

  get flushDue(): number {
    return this.requests.flushDue;
  }

  set flushDue(f: number) {
    this.requests.flushDue = f;
  }

  passed(f: number, direction: Direction, length: number): void {
    const app = this.apps[f]!;
    if (app.isStopped(direction)) return;
    app.addBytes(direction, length);
    app.parser?.passed(direction, length);
  }

  /** A datagram of a flow. */
  udp(p: Packet, f: number): void {
    const app = this.ofOrNew(f, 17);
    const side: Direction = (p.flags & PacketFlag.toServer) !== 0 ? TO_SERVER : TO_CLIENT;
    if (app.isStopped(side)) return;
    const end = p.payloadOffset + p.payloadLength;
    if (app.detection(side) === Detection.undecided) this.recognition.detectUdp(p, app, side, end);
    if (app.protocol.id <= FAILED_PROTOCOL || p.payloadLength === 0) return;
    const now: Direction = (p.flags & PacketFlag.toServer) !== 0 ? TO_SERVER : TO_CLIENT;
    this.input.isStart = app.bytes(now) === 0;
    this.input.isMidstream = false;
    this.parse(p, app, now, p.data, p.payloadOffset, end);
  }

  private parse(p: Packet, app: AppFlow, side: Direction, data: Uint8Array, start: number, end: number): number {
    const { input } = this;
    if (app.parser === null) {
      app.addBytes(side, end - start);
      this.recognition.stopDetected(app);
      return end - start;
    }
    input.data = data;
    input.bufferId = data === p.data ? p.bufferId : -1;
    input.start = start;
    input.end = end;
    input.direction = side;
    input.isEof = app.isEof(side);
    input.packet = p;
    input.flow = app.f;
    input.streamOffset = app.bytes(side);
    if (app.frames !== null && app.transport === TCP) app.frames.begin(side);
    app.isQuiet = false;
    app.skip = 0;
    const taken = this.isErrorDue(side, end - start) ? PARSE_FAILED : app.parser.data(input);
    if (app.frames !== null) this.fillFrames(app.frames, taken === PARSE_FAILED ? end - start : taken);
    if (taken === PARSE_FAILED) {
      this.fail(p, app, 'parser');
      return end - start;
    }
    if (!app.isQuiet || app.isRestless(side)) app.noteNews(side);
    app.addBytes(side, taken);
    if (app.change !== undefined) {
      this.recognition.beginAnew(app);
      this.changeDue = app.f;
    }
    if (app.becomes !== '') this.recognition.becomeAnother(app);
    return taken;
  }

  private fillFrames(frames: FlowFrames, taken: number): void {
    const { input } = this;
    frames.take(input.direction, input.data, input.start, input.start + taken, input.streamOffset);
    if (!input.isEof) return;
    const isTimeout = (input.packet!.flags & PacketFlag.pseudoStreamEnd) !== 0;
    frames.end(input.direction, isTimeout ? 'cut' : 'eof');
  }

  /** `length` bytes never came, of a direction whose protocol is known. */
  private gap(p: Packet, app: AppFlow, side: Direction, length: number): void {
    // what the direction speaks can no longer be told by its beginning
    if (app.detection(side) === Detection.undecided) app.noteDetection(side, Detection.found);
    if (app.parser === null) return;
    this.passLeft(app, side);
    app.frames?.gap(side, app.bytes(side) + length);
    this.input.packet = p;
    app.noteNews(side);
    if (app.parser.gap(side, length)) app.addBytes(side, length);
    else this.fail(p, app, 'gap');
  }

  /** What a parser left, in front of bytes that never came, will not be given again: it counts as seen. */
  private passLeft(app: AppFlow, side: Direction): void {
    const { left } = this;
    if (left.app !== app || left.direction !== side) return;
    left.app = null;
    app.frames?.take(side, left.data, left.start, left.end, app.bytes(side));
    app.addBytes(side, left.end - left.start);
  }

  private fail(p: Packet, app: AppFlow, kind: 'gap' | 'parser'): void {
    app.frames?.end(TO_SERVER, 'cut');
    app.frames?.end(TO_CLIENT, 'cut');
    this.statistics.error(app.protocol, app.transport, kind);
    this.recognition.stopBoth(app);
    this.onError(p, app.f);
  }

  private isErrorDue(side: Direction, length: number): boolean {
    const at = this.errorsAt[side];
    return at >= 0 && at >= this.input.streamOffset && at < this.input.streamOffset + length;
  }

  /** The rest of a direction lies beyond the depth: its files are truncated, its parser concludes on what it has. */
  cut(p: Packet, f: number, direction: Direction): void {
    const app = this.apps[f];
    if (!app) return;
    const transactions = [...app.former, ...app.transactions];
    for (const { files } of transactions)
      for (const file of files ?? []) if (file.direction === direction) this.requests.files.close(file, 'truncated');
    this.end(p, f, direction);
    app.stop(direction);
    app.noteNews(direction);
  }

  /** No more bytes will come: parsers conclude, also on what nobody acknowledged. */
  end(p: Packet, f: number, direction: Direction): void {
    const app = this.apps[f];
    if (!app || app.isEof(direction)) return;
    app.noteEof(direction);
    if (app.expected !== null) this.recognition.noteMissing(p, app);
    if (app.former.length > 0) app.noteNews(direction);
    if (app.parser === null || app.isStopped(direction)) return;
    this.input.isStart = app.bytes(direction) === 0;
    this.parse(p, app, direction, p.data, p.payloadOffset, p.payloadOffset);
  }

  endsWithSession(f: number, direction: Direction): boolean {
    const app = this.apps[f];
    if (!app || app.parser === null || app.detection(direction) === Detection.undecided) return false;
    return app.parser.endsWithSession(direction);
  }

  /** Lets go of the transactions that rules and outputs are done with. */
  retire(app: AppFlow, needsInspection: boolean): void {
    if (app.awake !== null) retireAwake(app, needsInspection);
    else if (app.transactions.length > 0) retire(app.transactions, app, needsInspection);
    if (app.former.length > 0) retire(app.former, app, needsInspection);
  }
}
