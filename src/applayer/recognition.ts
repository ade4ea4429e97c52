// Recognition: what a flow speaks, found out and changed, and the parser that goes with it.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { Detection } from '../framework/app-flow.ts';
import type { AppFlow } from '../framework/app-flow.ts';
import type { AppInput } from '../framework/app-input.ts';
import type { AppProtocol } from '../framework/app-protocol.ts';
import { F, FlowFlag } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import { FlowFrames } from '../framework/frame.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { TO_CLIENT, TO_SERVER } from '../framework/transaction.ts';
import type { Direction } from '../framework/transaction.ts';
import type { Expectations } from './expectations.ts';
import type { FlowRequests } from './flow-requests.ts';
import type { FrameDemands } from './frame-demands.ts';
import { Detected, ProtocolDetector } from './protocol-detector.ts';
import type { Where } from './protocol-detector.ts';
import type { ProtocolCounters } from './protocol-counters.ts';
import { FAILED_PROTOCOL, UNKNOWN_PROTOCOL } from './protocol-table.ts';
import type { ProtocolTable } from './protocol-table.ts';

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
/** By direction: the word of the flow that holds its protocol. */
const PROTOCOL_OF = [F.appProtocolToServer, F.appProtocolToClient] as const;
/** Bytes of one direction after which an unknown protocol is given up, though the other direction is silent. */
const ENOUGH = 100_000;

export interface RecognitionParts {
  readonly flows: Flows;
  readonly counters: Counters;
  readonly table: ProtocolTable;
  /** The first packet turned out to come from the server. */
  readonly onSwap: (f: number) => void;
  /** Flows are picked up in their middle (`stream.midstream`): the first packet may be the server's. */
  readonly midstream: boolean;
  readonly requests: FlowRequests;
  readonly frames: FrameDemands;
  readonly statistics: ProtocolCounters;
  readonly expectations: Expectations;
  /** What parsers are given; of the bytes under way, whether they begin in the middle of a session. */
  readonly input: Pick<AppInput, 'isMidstream'>;
}

export class Recognition {
  /** Whether rules or outputs look at the transactions of a protocol. Set before the first flow. */
  isWatched: (protocol: AppProtocol) => boolean = () => true;
  /** What it said, by number of the protocol. */
  private readonly watched: (boolean | undefined)[] = [];
  private readonly flows: Flows;
  private readonly counters: Counters;
  private readonly table: ProtocolTable;
  private readonly onSwap: (f: number) => void;
  /** As in `RecognitionParts`; may become so later. */
  midstream: boolean;
  private readonly requests: FlowRequests;
  private readonly frames: FrameDemands;
  private readonly statistics: ProtocolCounters;
  private readonly expectations: Expectations;
  private readonly input: Pick<AppInput, 'isMidstream'>;
  private readonly detector: ProtocolDetector;
  private readonly where: Where = {
    direction: 0,
    transport: 'tcp',
    server: 0,
    client: 0,
    other: 0,
    mayBeReversed: false,
  };

  constructor(parts: RecognitionParts) {
    this.flows = parts.flows;
    this.counters = parts.counters;
    this.table = parts.table;
    this.onSwap = parts.onSwap;
    this.midstream = parts.midstream;
    this.requests = parts.requests;
    this.frames = parts.frames;
    this.statistics = parts.statistics;
    this.expectations = parts.expectations;
    this.input = parts.input;
    this.detector = new ProtocolDetector(parts.table);
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

  /** True when the direction may be parsed. */
  detectTcp(p: Packet, app: AppFlow, side: Direction, data: Uint8Array, start: number, end: number): boolean {
    const { flows } = this;
    const isKnown = app.protocol.id > FAILED_PROTOCOL;
    const found = this.detector.detect(data, start, end, this.whereOf(app, side));
    if (found > 0 && this.detector.isReversed && !isKnown && this.turn(app)) return false;
    if (found !== Detected.undecided) noteShown(p, app, side);
    if (found > 0) {
      app.noteDetection(side, Detection.found);
      flows.setWord(app.f, PROTOCOL_OF[side], found);
      if (!isKnown) return this.begin(p, app, side, found);
      if (found !== app.protocol.id) this.mismatch(p, app, side, found);
      return true;
    }
    if (isKnown) {
      // waits for more; at the end what is known of the other side serves
      if (found === Detected.undecided) return app.isEof(side);
      app.noteDetection(side, Detection.failed);
      flows.setWord(app.f, PROTOCOL_OF[side], FAILED_PROTOCOL);
      p.addAnomaly(APPLAYER_ANOMALY.applayer_detect_protocol_only_one_direction);
      return true;
    }
    if (found === Detected.failed) {
      app.noteDetection(side, Detection.failed);
      if (app.expected !== null) this.noteMissing(p, app);
      const other = app.detection((side ^ 1) as Direction);
      if (other === Detection.failed || (end - start > ENOUGH && other === Detection.undecided)) this.failTcp(p, app);
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

  detectUdp(p: Packet, app: AppFlow, side: Direction, end: number): void {
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
    flows.setWord(f, PROTOCOL_OF[at], found);
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

  /** False: it may not be that protocol; nothing of the flow is parsed. */
  private begin(p: Packet, app: AppFlow, side: Direction, id: number): boolean {
    const protocol = this.table.all[id]!;
    if (this.isFromWrongSide(app, side, protocol)) {
      p.addAnomaly(APPLAYER_ANOMALY.applayer_wrong_direction_first_data);
      this.stopBoth(app);
      this.setProtocol(app, FAILED_PROTOCOL);
      this.flows.setWord(app.f, PROTOCOL_OF[(side ^ 1) as Direction], FAILED_PROTOCOL);
      this.counters.add(FAILED_TCP);
      return false;
    }
    this.setProtocol(app, id);
    this.statistics.flow(protocol, app.transport);
    if (app.expected !== null) this.checkExpected(p, app);
    this.openParser(app);
    app.noteNews(TO_SERVER);
    app.noteNews(TO_CLIENT);
    this.judgeOther(p, app, (side ^ 1) as Direction);
    if (app.parser === null) this.stopDetected(app);
    return true;
  }

  /** One end said what the other has to begin with, which said nothing. */
  private isFromWrongSide(app: AppFlow, side: Direction, { firstSpeaker }: AppProtocol): boolean {
    if (app.transport !== TCP || firstSpeaker === null || this.input.isMidstream) return false;
    if ((firstSpeaker === 'client') === (side === TO_SERVER)) return false;
    const other = (side ^ 1) as Direction;
    return !app.hasSpoken(other) && app.detection(other) === Detection.undecided;
  }

  /** After a change of protocol: whether that came which was announced. */
  private checkExpected(p: Packet, app: AppFlow): void {
    const { expected, protocol } = app;
    app.expected = null;
    if (expected !== protocol.name) this.tellUnexpected(p, expected);
  }

  /** What was announced does not come: a direction that cannot be it, or the end. */
  noteMissing(p: Packet, app: AppFlow): void {
    const { expected, protocol } = app;
    if (expected === null || protocol.id > FAILED_PROTOCOL) return;
    app.expected = null;
    this.tellUnexpected(p, expected);
  }

  private tellUnexpected(p: Packet, expected: string | null): void {
    p.addAnomaly(APPLAYER_ANOMALY.applayer_unexpected_protocol);
    if (expected === 'tls') p.addAnomaly(APPLAYER_ANOMALY.applayer_no_tls_after_starttls);
  }

  /** What the other direction said is looked at (again), now that its protocol is known. */
  private judgeOther(p: Packet, app: AppFlow, other: Direction): void {
    const hasFailed = app.detection(other) === Detection.failed;
    if (app.transport !== TCP) {
      if (hasFailed) this.flows.setWord(app.f, PROTOCOL_OF[other], FAILED_PROTOCOL);
      return;
    }
    if (hasFailed) app.noteDetection(other, Detection.undecided);
    if (hasFailed || app.parser !== null) this.requests.stream?.resume(p, app.f, other);
  }

  /** The parser failed on what a direction was judged by: its protocol stays untold. */
  noteFailure(app: AppFlow, side: Direction): void {
    if (app.detection(side) !== Detection.failed) return;
    this.flows.setWord(app.f, PROTOCOL_OF[side], UNKNOWN_PROTOCOL);
  }

  /** Each direction speaks a protocol of its own: the one of the client counts. */
  private mismatch(p: Packet, app: AppFlow, side: Direction, found: number): void {
    p.addAnomaly(APPLAYER_ANOMALY.applayer_mismatch_protocol_both_directions);
    if (side === TO_SERVER && app.parser !== null && app.parser.transactionCount === 0 && app.bytes(TO_CLIENT) === 0) {
      app.parser = null;
      this.setProtocol(app, found);
      this.openParser(app);
    }
  }

  private failTcp(p: Packet, app: AppFlow): void {
    if (app.protocol.id !== UNKNOWN_PROTOCOL) return;
    this.stopBoth(app);
    if (app.hasLostStart) return; // what was lost could have told
    app.failedBy = p.number;
    this.setProtocol(app, FAILED_PROTOCOL);
    this.flows.setWord(app.f, F.appProtocolToServer, FAILED_PROTOCOL);
    this.flows.setWord(app.f, F.appProtocolToClient, FAILED_PROTOCOL);
    this.counters.add(FAILED_TCP);
  }

  /** A protocol that is only detected: bytes are of use until both directions were looked at. */
  stopDetected(app: AppFlow): void {
    const [toServer, toClient] = [app.detection(TO_SERVER), app.detection(TO_CLIENT)];
    if (
      app.transport !== TCP ||
      app.protocol.detectsOnly ||
      (toServer !== Detection.undecided && toClient !== Detection.undecided)
    )
      this.stopBoth(app);
  }

  stopBoth(app: AppFlow): void {
    this.requests.stopParsing(app, TO_SERVER);
    this.requests.stopParsing(app, TO_CLIENT);
  }

  /** The bytes from here on are of another protocol: detection begins again. */
  beginAnew(app: AppFlow): void {
    const { flows } = this;
    const { expected, state } = app.change!;
    app.change = undefined;
    this.noteFormer(app);
    app.wakeAll();
    app.former = [...app.former, ...app.transactions];
    app.transactions = [];
    app.expected = expected;
    app.requested = expected;
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
  becomeAnother(app: AppFlow): void {
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

  meetExpectation(app: AppFlow): void {
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
}

function noteShown(p: Packet, app: AppFlow, side: Direction): void {
  if (((p.flags & PacketFlag.toServer) !== 0) === (side === TO_SERVER)) app.shownBy = p.number;
}

/** Whether a protocol gives itself away by its bytes. */
function isDetectable({ definition: { patterns = [], probes = [] } }: AppProtocol): boolean {
  return patterns.length + probes.length > 0;
}
