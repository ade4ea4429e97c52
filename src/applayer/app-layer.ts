// AppLayer: finds the protocol of each flow, feeds its parser, and lets go of transactions that are done with.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { AppFlow, Detection } from '../framework/app-flow.ts';
import { AppInput } from '../framework/app-input.ts';
import { PARSE_FAILED } from '../framework/app-parser.ts';
import type { AppProtocol } from '../framework/app-protocol.ts';
import type { ByteRoom } from '../framework/byte-room.ts';
import type { FileTracker } from '../framework/file.ts';
import { F, FlowFlag } from '../framework/flows.ts';
import { FlowFrames } from '../framework/frame.ts';
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
import { Detected, ProtocolDetector } from './protocol-detector.ts';
import type { Where } from './protocol-detector.ts';
import { ProtocolCounters } from './protocol-counters.ts';
import type { ErrorPolicies } from './protocol-counters.ts';
import { ProtocolMemory } from './protocol-memory.ts';
import { FAILED_PROTOCOL, UNKNOWN_PROTOCOL } from './protocol-table.ts';
import type { ProtocolTable } from './protocol-table.ts';
import { retire } from './retirement.ts';

export const APPLAYER_ANOMALY = defineAnomalies('applayer', '', [
  'applayer_mismatch_protocol_both_directions',
  'applayer_wrong_direction_first_data',
  'applayer_detect_protocol_only_one_direction',
  'applayer_proto_detection_skipped',
  'applayer_no_tls_after_starttls',
  'applayer_unexpected_protocol',
]);
const FAILED_TCP = defineCounter('app_layer.flow.failed_tcp');
const FAILED_UDP = defineCounter('app_layer.flow.failed_udp');
const TCP = 6;
/** Bytes of one direction after which an unknown protocol is given up, though the other direction is silent. */
const ENOUGH = 100_000;

export interface AppLayerParts {
  readonly flows: Flows;
  readonly counters: Counters;
  readonly table: ProtocolTable;
  readonly files: FileTracker;
  readonly room: ByteRoom;
  readonly demands: ReadonlySet<string>;
  readonly hasRules: boolean;
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

export class AppLayer implements AppStreamSink {
  readonly table: ProtocolTable;
  /** What parsers ask of the engine. */
  readonly requests: FlowRequests;
  /** Which frames anybody asks for. */
  readonly frames: FrameDemands;
  /** Whether rules or outputs look at the transactions of a protocol. Set before the first flow. */
  isWatched: (protocol: AppProtocol) => boolean = () => true;
  /** What it said, by number of the protocol. */
  private readonly watched: (boolean | undefined)[] = [];
  /** Bytes that the parser has no use for, behind those it took (AppStreamSink). */
  skip = 0;
  private readonly flows: Flows;
  private readonly counters: Counters;
  private readonly onSwap: (f: number) => void;
  private readonly onError: (p: Packet, f: number) => void;
  private readonly errorsAt: readonly [number, number];
  private readonly detector: ProtocolDetector;
  private readonly statistics: ProtocolCounters;
  private readonly expectations: Expectations;
  private readonly memory: ProtocolMemory;
  private readonly apps: (AppFlow | null)[] = [];
  private readonly input = new AppInput();
  private readonly midstream: boolean;
  private readonly where: Where = {
    direction: 0,
    transport: 'tcp',
    server: 0,
    client: 0,
    other: 0,
    mayBeReversed: false,
  };

  constructor(parts: AppLayerParts) {
    this.flows = parts.flows;
    this.counters = parts.counters;
    this.table = parts.table;
    this.frames = new FrameDemands(parts.demands);
    this.onSwap = parts.onSwap;
    this.onError = parts.onError;
    this.errorsAt = parts.errorsAt;
    this.midstream = parts.midstream;
    this.detector = new ProtocolDetector(parts.table);
    this.statistics = new ProtocolCounters(parts.table, parts.counters, parts.errorPolicies);
    this.memory = new ProtocolMemory(parts.table, parts.counters);
    this.expectations = new Expectations(parts.flows, (count) => {
      this.statistics.expectations(count);
    });
    this.requests = new FlowRequests({ ...parts, expectations: this.expectations });
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
    if (this.expectations.count > 0) this.meetExpectation(created);
    return created;
  }

  /** The record of the flow is about to be reused. */
  release(f: number): void {
    if (f < this.apps.length) this.apps[f] = null;
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
    this.skip = 0;
    const app = this.ofOrNew(f, TCP);
    const side = direction as Direction;
    if (app.isStopped(side)) return length;
    if ((flags & AppDataFlag.gap) !== 0) {
      if (app.protocol.id !== UNKNOWN_PROTOCOL) this.gap(p, app, side, length);
      else if ((flags & AppDataFlag.start) === 0 && app.detection(side) === Detection.undecided)
        app.hasLostStart = true;
      return length;
    }
    if ((flags & AppDataFlag.eof) !== 0) app.noteEof(side);
    const { input } = this;
    input.isMidstream = (flags & AppDataFlag.midstream) !== 0;
    input.isStart = app.bytes(side) === 0;
    const isDecided =
      app.detection(side) !== Detection.undecided || this.detectTcp(p, app, side, data, offset, offset + length);
    if (!isDecided || app.protocol.id <= FAILED_PROTOCOL) return app.isStopped(side) ? length : 0;
    const taken = this.parse(p, app, side, data, offset, offset + length);
    if (app.isStopped(side)) return length;
    // a change of protocol: what is there of the next one tells it at once
    if (taken > 0 && taken < length && app.protocol.id === UNKNOWN_PROTOCOL)
      return taken + this.data(p, f, _t, direction, data, offset + taken, length - taken, flags);
    const { parser } = app;
    const maySkip = parser !== null && app.frames === null && app.detection(side) !== Detection.undecided;
    if (maySkip && taken === length) this.skip = parser.skip;
    return taken;
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
    const wasFailed = app.protocol.id === FAILED_PROTOCOL;
    if (app.detection(side) === Detection.undecided) this.detectUdp(p, app, side, end);
    if (app.protocol.id <= FAILED_PROTOCOL || p.payloadLength === 0) return;
    const now: Direction = (p.flags & PacketFlag.toServer) !== 0 ? TO_SERVER : TO_CLIENT;
    this.input.isStart = app.bytes(now) === 0;
    this.input.isMidstream = false;
    this.parse(p, app, now, p.data, p.payloadOffset, end);
    // what answers something unknown is not told of, what follows is
    if (wasFailed) for (const tx of app.transactions) tx.isLogged = true;
  }

  private parse(p: Packet, app: AppFlow, side: Direction, data: Uint8Array, start: number, end: number): number {
    const { input } = this;
    if (app.parser === null) {
      app.addBytes(side, end - start);
      this.stopDetected(app);
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
    app.parser.isQuiet = false;
    app.parser.skip = 0;
    const taken = this.isErrorDue(side, end - start) ? PARSE_FAILED : app.parser.data(input);
    if (app.frames !== null) this.fillFrames(app.frames, taken === PARSE_FAILED ? end - start : taken);
    if (taken === PARSE_FAILED) {
      this.fail(p, app, 'parser');
      return end - start;
    }
    if (!app.parser.isQuiet || app.isRestless(side)) app.noteNews(side);
    app.addBytes(side, taken);
    if (app.change !== undefined) this.beginAnew(app);
    if (app.becomes !== '') this.becomeAnother(app);
    return taken;
  }

  private fillFrames(frames: FlowFrames, taken: number): void {
    const { input } = this;
    frames.take(input.direction, input.data, input.start, input.start + taken, input.streamOffset);
    if (!input.isEof) return;
    const isTimeout = (input.packet!.flags & PacketFlag.pseudoStreamEnd) !== 0;
    frames.end(input.direction, isTimeout ? 'cut' : 'eof');
  }

  /** Protocols without a parser, or switched off for the transport, stay without. */
  private openParser(app: AppFlow): void {
    const { definition, id, parses, settings } = app.protocol;
    if (!parses[app.transport === TCP ? 'tcp' : 'udp']) return;
    const isWatched = (this.watched[id] ??= this.isWatched(app.protocol));
    const follower = isWatched ? undefined : definition.createFollower?.(app, settings);
    app.parser = follower ?? definition.createParser!(app, settings);
    app.isFollowed = app.parser === follower;
    const wishes = this.frames.of(app.protocol);
    app.frames = wishes === null ? null : new FlowFrames(wishes);
    if (wishes !== null) this.flows.setFlag(app.f, FlowFlag.appFrames);
  }

  /** `length` bytes never came, of a direction whose protocol is known. */
  private gap(p: Packet, app: AppFlow, side: Direction, length: number): void {
    if (app.parser === null) return;
    app.frames?.end(side, 'cut');
    this.input.packet = p;
    app.noteNews(side);
    if (app.parser.gap(side, length)) app.addBytes(side, length);
    else this.fail(p, app, 'gap');
  }

  private fail(p: Packet, app: AppFlow, kind: 'gap' | 'parser'): void {
    this.statistics.error(app.protocol, app.transport, kind);
    this.stopBoth(app);
    this.onError(p, app.f);
  }

  private isErrorDue(side: Direction, length: number): boolean {
    const at = this.errorsAt[side];
    return at >= 0 && at >= this.input.streamOffset && at < this.input.streamOffset + length;
  }

  /** True when the direction may be parsed. */
  private detectTcp(p: Packet, app: AppFlow, side: Direction, data: Uint8Array, start: number, end: number): boolean {
    const { flows } = this;
    const isKnown = app.protocol.id > FAILED_PROTOCOL;
    const found = this.detector.detect(data, start, end, this.whereOf(app, side));
    if (found > 0 && this.detector.isReversed && !isKnown && this.turn(app)) return false;
    if (found !== Detected.undecided) noteShown(p, app, side);
    if (found > 0) {
      app.noteDetection(side, Detection.found);
      flows.setWord(app.f, side === TO_SERVER ? F.appProtocolToServer : F.appProtocolToClient, found);
      if (!isKnown) this.begin(p, app, side, found);
      else if (found !== app.protocol.id) this.mismatch(p, app, side, found);
      return true;
    }
    if (isKnown) {
      if (app.protocol.isKnownByOneSide) return true;
      if (found === Detected.undecided && !app.isEof(side)) return true; // what is known of the other side serves
      app.noteDetection(side, Detection.failed);
      flows.setWord(app.f, side === TO_SERVER ? F.appProtocolToServer : F.appProtocolToClient, FAILED_PROTOCOL);
      this.packetAnomaly(p, APPLAYER_ANOMALY.applayer_detect_protocol_only_one_direction);
      return true;
    }
    if (found === Detected.failed) {
      app.noteDetection(side, Detection.failed);
      const other = app.detection((side ^ 1) as Direction);
      if (other === Detection.failed || (end - start > ENOUGH && other === Detection.undecided)) this.failTcp(app);
    }
    return false;
  }

  /** Picked up with a packet of the server: the bytes are offered again, the other way round. False: cannot be. */
  private turn(app: AppFlow): boolean {
    const { stream } = this.requests;
    if (stream === null || !this.where.mayBeReversed) return false;
    app.turn();
    stream.requestTurn(this.flows.tcp(app.f));
    return true;
  }

  private whereOf(app: AppFlow, side: Direction): Where {
    const { flows, where } = this;
    where.direction = side;
    where.transport = app.transport === TCP ? 'tcp' : 'udp';
    where.server = flows.destinationPort(app.f);
    where.client = flows.sourcePort(app.f);
    where.other = app.protocol.id > FAILED_PROTOCOL ? app.protocol.id : 0;
    where.mayBeReversed =
      this.midstream &&
      where.other === 0 &&
      (app.transport !== TCP || this.input.isMidstream) &&
      app.bytes((side ^ 1) as Direction) === 0;
    return where;
  }

  private detectUdp(p: Packet, app: AppFlow, side: Direction, end: number): void {
    const { flows } = this;
    const f = app.f;
    const isKnown = app.protocol.id > FAILED_PROTOCOL;
    let found = this.detector.detect(p.data, p.payloadOffset, end, this.whereOf(app, side));
    let at = side;
    if (found > 0 && this.detector.isReversed && (!isKnown || found === app.protocol.id)) {
      this.swap(p, f);
      at = (side ^ 1) as Direction;
    }
    noteShown(p, app, at);
    app.noteDetection(at, found > 0 ? Detection.found : Detection.failed);
    if (found <= 0) found = isKnown ? app.protocol.id : FAILED_PROTOCOL;
    flows.setWord(f, at === TO_SERVER ? F.appProtocolToServer : F.appProtocolToClient, found);
    if (found > FAILED_PROTOCOL && !isKnown) this.begin(p, app, at, found);
    else if (found === FAILED_PROTOCOL && !isKnown) {
      if (app.protocol.id === UNKNOWN_PROTOCOL) this.counters.add(FAILED_UDP);
      this.setProtocol(app, FAILED_PROTOCOL);
    }
  }

  private swap(p: Packet, f: number): void {
    this.onSwap(f);
    p.flags ^= PacketFlag.toServer | PacketFlag.toClient;
  }

  private setProtocol(app: AppFlow, id: number): void {
    app.protocol = this.table.all[id]!;
    this.flows.setWord(app.f, F.appProtocol, id);
  }

  private begin(p: Packet, app: AppFlow, side: Direction, id: number): void {
    this.setProtocol(app, id);
    const { protocol } = app;
    this.statistics.flow(protocol, app.transport);
    const first = protocol.firstSpeaker;
    const isWrong =
      app.transport === TCP &&
      ((first === 'client' && side === TO_CLIENT) || (first === 'server' && side === TO_SERVER));
    if (
      isWrong &&
      app.bytes((side ^ 1) as Direction) === 0 &&
      app.detection((side ^ 1) as Direction) === Detection.undecided &&
      !this.input.isMidstream
    ) {
      this.packetAnomaly(p, APPLAYER_ANOMALY.applayer_wrong_direction_first_data);
    }
    if (app.expected !== null) this.checkExpected(p, app);
    this.openParser(app);
    if (app.parser === null) this.stopDetected(app);
    app.noteNews(TO_SERVER);
    app.noteNews(TO_CLIENT);
    const isJudged = !protocol.isKnownByOneSide;
    if (isJudged && app.detection((side ^ 1) as Direction) === Detection.failed) this.oneSided(p, app, side);
    if (app.transport === TCP && app.parser !== null) this.requests.stream?.resume(p, app.f, (side ^ 1) as Direction);
  }

  /** After a change of protocol: whether that came which was announced. */
  private checkExpected(p: Packet, app: AppFlow): void {
    const { expected, protocol } = app;
    app.expected = null;
    if (expected === protocol.name) return;
    this.packetAnomaly(p, APPLAYER_ANOMALY.applayer_unexpected_protocol);
    if (expected === 'tls') this.packetAnomaly(p, APPLAYER_ANOMALY.applayer_no_tls_after_starttls);
  }

  /** The other direction was looked at before, and speaks nothing known. */
  private oneSided(p: Packet, app: AppFlow, side: Direction): void {
    const other = side === TO_SERVER ? F.appProtocolToClient : F.appProtocolToServer;
    this.flows.setWord(app.f, other, FAILED_PROTOCOL);
    if (app.transport === TCP) this.packetAnomaly(p, APPLAYER_ANOMALY.applayer_detect_protocol_only_one_direction);
  }

  /** Each direction speaks a protocol of its own: the one of the client counts. */
  private mismatch(p: Packet, app: AppFlow, side: Direction, found: number): void {
    this.packetAnomaly(p, APPLAYER_ANOMALY.applayer_mismatch_protocol_both_directions);
    if (side === TO_SERVER && app.parser !== null && app.parser.transactionCount === 0 && app.bytes(TO_CLIENT) === 0) {
      app.parser = null;
      this.setProtocol(app, found);
      this.openParser(app);
    }
  }

  private failTcp(app: AppFlow): void {
    if (app.protocol.id !== UNKNOWN_PROTOCOL) return;
    this.stopBoth(app);
    if (app.hasLostStart) return; // what was lost could have told
    this.setProtocol(app, FAILED_PROTOCOL);
    this.flows.setWord(app.f, F.appProtocolToServer, FAILED_PROTOCOL);
    this.flows.setWord(app.f, F.appProtocolToClient, FAILED_PROTOCOL);
    this.counters.add(FAILED_TCP);
  }

  private packetAnomaly(p: Packet, id: number): void {
    p.addAnomaly(id);
  }

  /** A protocol that is only detected: bytes are of use until both directions were looked at. */
  private stopDetected(app: AppFlow): void {
    const [toServer, toClient] = [app.detection(TO_SERVER), app.detection(TO_CLIENT)];
    if (
      app.transport !== TCP ||
      app.protocol.detectsOnly ||
      (toServer !== Detection.undecided && toClient !== Detection.undecided)
    )
      this.stopBoth(app);
  }

  private stopBoth(app: AppFlow): void {
    this.requests.stopParsing(app, TO_SERVER);
    this.requests.stopParsing(app, TO_CLIENT);
  }

  /** The bytes from here on are of another protocol: detection begins again. */
  private beginAnew(app: AppFlow): void {
    const { flows } = this;
    const { expected, state } = app.change!;
    app.change = undefined;
    this.noteFormer(app);
    app.former = [...app.former, ...app.transactions];
    app.transactions = [];
    app.expected = expected;
    app.expectation = state;
    app.beginAnew();
    this.requests.needAll(app);
    flows.setWord(app.f, F.appProtocolToServer, 0);
    flows.setWord(app.f, F.appProtocolToClient, 0);
    app.parser = null;
    app.news = null;
    app.isFollowed = false;
    app.frames = null;
    flows.clearFlag(app.f, FlowFlag.appFrames);
    app.protocol = this.table.all[UNKNOWN_PROTOCOL]!;
    const next = expected === null ? undefined : this.table.find(expected);
    if (next !== undefined && !isDetectable(next)) this.continueAs(app, next);
  }

  private noteFormer(app: AppFlow): void {
    const { flows } = this;
    if (flows.word(app.f, F.appProtocolOriginal) !== 0) return;
    flows.setWord(app.f, F.appProtocolOriginal, app.protocol.id);
    app.formerProtocol = app.protocol.name;
  }

  /** The same bytes under another name: transactions that rules still look at are of the new protocol. */
  private becomeAnother(app: AppFlow): void {
    const next = this.table.find(app.becomes);
    app.becomes = '';
    if (next === undefined || next === app.protocol || !this.table.isDetected(next, 'tcp')) return;
    this.noteFormer(app);
    this.setProtocol(app, next.id);
    this.flows.setWord(app.f, F.appProtocolToServer, next.id);
    this.flows.setWord(app.f, F.appProtocolToClient, next.id);
    for (const state of app.transactions) state.protocol = next;
    this.statistics.flow(next, app.transport);
  }

  /** A protocol that nothing but the one before it announces. */
  private continueAs(app: AppFlow, protocol: AppProtocol): void {
    app.noteDetection(TO_SERVER, Detection.found);
    app.noteDetection(TO_CLIENT, Detection.found);
    this.flows.setWord(app.f, F.appProtocolToServer, protocol.id);
    this.flows.setWord(app.f, F.appProtocolToClient, protocol.id);
    this.setProtocol(app, protocol.id);
    this.statistics.flow(protocol, app.transport);
    this.openParser(app);
  }

  private meetExpectation(app: AppFlow): void {
    const met = this.expectations.take(app.f);
    if (met === undefined) return;
    const protocol = this.table.find(met.expectation.protocol);
    if (protocol === undefined) return;
    this.flows.setDouble(app.f, F.parentId, met.fromId);
    app.expectation = met.expectation.state;
    app.noteDetection(TO_SERVER, Detection.found);
    app.noteDetection(TO_CLIENT, Detection.found);
    this.setProtocol(app, protocol.id);
    this.statistics.flow(protocol, app.transport);
    this.openParser(app);
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
    if (app.former.length > 0) app.noteNews(direction);
    if (app.parser === null || app.isStopped(direction)) return;
    this.input.isStart = app.bytes(direction) === 0;
    this.parse(p, app, direction, p.data, p.payloadOffset, p.payloadOffset);
  }

  /** Lets go of the transactions that rules and outputs are done with. */
  retire(app: AppFlow, needsInspection: boolean): void {
    if (app.transactions.length > 0) retire(app.transactions, app, needsInspection);
    if (app.former.length > 0) retire(app.former, app, needsInspection);
  }
}

function noteShown(p: Packet, app: AppFlow, side: Direction): void {
  if (((p.flags & PacketFlag.toServer) !== 0) === (side === TO_SERVER)) app.shownBy = p.number;
}

/** Whether a protocol gives itself away by its bytes. */
function isDetectable({ definition: { patterns = [], probes = [] } }: AppProtocol): boolean {
  return patterns.length + probes.length > 0;
}
