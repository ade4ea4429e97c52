// Pipeline: the way of a packet through one worker: decode, flow, stream, detect, verdict, output.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { log } from '../base/log.ts';
import type { ChecksumVerifier } from '../decode/checksum-verifier.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { Defragmenter } from '../defrag/defragmenter.ts';
import type { FlowTracker } from '../flow/flow-tracker.ts';
import { FlowEndReason, FlowFlag } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import type { Output } from '../framework/output.ts';
import { ACTION_REJECT_ANY, Action, Packet, PacketFlag, dropReason } from '../framework/packet.ts';
import type { VerdictSink } from '../framework/verdict-sink.ts';
import type { Duplicates } from '../capture/duplicates.ts';
import { NOT_OURS } from '../capture/spread.ts';
import type { PacketBatch } from '../pcap/index.ts';
import type { ExceptionPolicies } from '../respond/exception-policy.ts';
import type { Verdicts } from '../respond/verdicts.ts';
import type { MemoryPressure } from './memory-pressure.ts';
import { OutputError } from '../output/output-error.ts';
import { hasFiles, hasFrames, hasUnseen, isUnfinished } from './app-rest.ts';
import { PseudoSource } from './pseudo-packet.ts';
import type { PseudoPacket } from './pseudo-packet.ts';
import type { AppStage, DetectStage, Rejecting, StreamStage } from './stages.ts';
import { TransactionTeller } from './transaction-teller.ts';

export interface PipelineParts {
  readonly counters: Counters;
  readonly flows: Flows;
  readonly decoder: Decoder;
  readonly fragments: Defragmenter;
  /** Native id of the arena that batches lie in. */
  readonly bufferId: number;
  readonly checksums: ChecksumVerifier;
  readonly stream: StreamStage | null;
  readonly app: AppStage | null;
  readonly detect: DetectStage | null;
  readonly policies: ExceptionPolicies;
  /** Null in passive mode: there is nothing to decide. */
  readonly verdicts: Verdicts | null;
  /** Knows packets that come twice; null where each is one of its own. */
  readonly duplicates: Pick<Duplicates, 'isRepeated'> | null;
  /** Who tells the ends of rejected packets; null where nothing is sent. */
  readonly rejects: Rejecting | null;
  readonly pseudo: PseudoPacket;
  readonly pressure: MemoryPressure;
  /** Batches come from interfaces, which are told apart. */
  readonly isLive: boolean;
  /** False where another worker tells the statistics of all. */
  readonly tellsStatistics: boolean;
  readonly outputs: readonly Output[];
}

const PROTO_TCP = 6;
const PROTO_UDP = 17;
const NOTEWORTHY = PacketFlag.modified | PacketFlag.tagged;
/** Actions that change what becomes of the packet. */
const STOPPING = Action.drop | ACTION_REJECT_ANY;
const NEWS = FlowFlag.appNewsToServer | FlowFlag.appNewsToClient;
/** Something of the application layer is to be looked at. */
const APP_DUE = NEWS | FlowFlag.appFrames;
const DECIDED = FlowFlag.bypassed | FlowFlag.actionDrop;
const DROPPED_WITH_FLOW = dropReason('flow drop');
const DROPPED_BY_EXCEPTION = dropReason('exception policy flow drop');
const BYPASSED_PACKETS = defineCounter('flow_bypassed.local_pkts');
const BYPASSED_BYTES = defineCounter('flow_bypassed.local_bytes');
const RECORDS_LOST = defineCounter('tayra.records_lost');
/** Bugs of this program that packets came upon. */
const INTERNAL_ERRORS = defineCounter('tayra.internal_errors');
/** Of those, what one worker tells with the place in the program; the rest is counted. */
const MOST_TOLD = 10;
const SECOND = 1_000_000;

export class Pipeline {
  /** Set right after construction: tracker and pipeline know each other. */
  tracker: FlowTracker | null = null;
  /** Records that outputs lost, as far as they are counted. */
  private lostTold = 0;
  /** Packets taken in so far. */
  packets = 0;
  /** Microseconds of the latest packet. */
  now = 0;
  /** Changes when rules are loaded anew, between two batches. */
  detect: DetectStage | null;
  private readonly parts: Omit<PipelineParts, 'detect'>;
  private readonly packet: Packet;
  private readonly packetOutputs: readonly Output[];
  private readonly flowOutputs: readonly Output[];
  private readonly transactions: TransactionTeller;
  private readonly wantsEveryPacket: boolean;
  private nextRound = 0;
  /** What is being processed: the packet, or one inside it. */
  private underway: Packet;

  constructor({ detect, ...parts }: PipelineParts, data: Uint8Array) {
    this.parts = parts;
    this.detect = detect;
    this.packet = new Packet(data);
    this.underway = this.packet;
    this.packetOutputs = parts.outputs.filter((output) => output.packet !== undefined);
    this.wantsEveryPacket = this.packetOutputs.some((output) => output.wantsEveryPacket === true);
    this.flowOutputs = parts.outputs.filter((output) => output.flow !== undefined);
    this.transactions = new TransactionTeller(parts.outputs, (app, needs) => parts.app?.retire(app, needs));
  }

  /**
   * Processes a batch of captured packets in order.
   * @param sink told what becomes of each
   * @param numbers of the packets in their captures, NOT_OURS for those of other workers
   */
  batch(batch: PacketBatch, sink?: VerdictSink, numbers?: Float64Array): void {
    const p = this.packet;
    const { duplicates, isLive } = this.parts;
    for (let i = 0; i < batch.count; i++) {
      if (numbers?.[i] === NOT_OURS) {
        p.ts = batch.timestamp[i]!;
        this.moveClock(p);
        continue;
      }
      if (duplicates !== null && duplicates.isRepeated(batch, i)) {
        this.packets++;
        continue;
      }
      const start = batch.offset[i]!;
      p.reset(batch.data, this.parts.bufferId, start, start + batch.length[i]!);
      p.wireLength = batch.wireLength[i]!;
      p.linkType = batch.linkType[i]!;
      p.ts = batch.timestamp[i]!;
      if (isLive) {
        p.device = batch.interfaceId[i]!;
        p.vni = batch.vni[i]!;
        if (batch.hasNoChecksum[i] !== 0) p.flags |= PacketFlag.hasNoChecksum;
      }
      const number = ++this.packets;
      p.number = numbers === undefined ? number : numbers[i]!;
      this.moveClock(p);
      this.captured(p);
      if (sink !== undefined) this.decided(i, p, sink);
    }
  }

  /** One packet off the wire. What is wrong with this program ends neither it nor the run. */
  private captured(p: Packet): void {
    this.underway = p;
    try {
      this.whole(p);
    } catch (error) {
      this.fault(error, `packet ${p.number}`);
      this.giveUp(this.underway);
    }
  }

  /** A bug is told and counted. What is wrong with an output is none. */
  private fault(error: unknown, where: string): void {
    if (error instanceof OutputError) throw error;
    const { counters } = this.parts;
    counters.add(INTERNAL_ERRORS);
    if (counters.get(INTERNAL_ERRORS) > MOST_TOLD) return;
    log.error('engine', `${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  /** The packet goes on as `app-layer.error-policy` has it, and nothing more of its flow is parsed. */
  private giveUp(p: Packet): void {
    const { app, policies } = this.parts;
    this.detect?.done(p);
    if (p.flow < 0) return;
    for (const direction of [0, 1] as const) app?.of(p.flow)?.stop(direction);
    policies.apply('appLayerError', p, p.flow);
  }

  /** A packet with all that is inside it. */
  private whole(p: Packet): void {
    const { decoder, rejects, verdicts } = this.parts;
    decoder.decode(p);
    for (let k = 0; k < decoder.innerCount; k++) {
      const inner = decoder.inner[k]!;
      this.underway = inner;
      this.process(inner);
      if (rejects !== null && (inner.action & ACTION_REJECT_ANY) !== 0) rejects.reject(inner);
      if (verdicts !== null) verdicts.inner(inner, p);
    }
    this.underway = p;
    this.process(p);
    if (rejects !== null && (p.action & ACTION_REJECT_ANY) !== 0) rejects.reject(p);
    if (verdicts !== null) verdicts.root(p);
  }

  /** @param index the packet's place in the batch */
  private decided(index: number, p: Packet, sink: VerdictSink): void {
    const { flow } = p;
    if (flow >= 0 && this.parts.flows.hasFlag(flow, FlowFlag.bypassed)) p.flags |= PacketFlag.bypassed;
    sink.decide(index, p);
  }

  /** To the time of the packet, whosever that is. */
  private moveClock(p: Packet): void {
    const now = p.ts;
    if (now <= this.now) return;
    this.now = now;
    if (this.tracker!.isExpiryDue(p)) this.tracker!.expire(now);
    if (now < this.nextRound) return;
    this.nextRound = now + SECOND;
    this.parts.fragments.expire(now);
  }

  /**
   * What is due by the clock, packets or not: flows and fragments time out, outputs write what they have.
   * @param now microseconds
   */
  round(now: number): void {
    if (now > this.now) this.now = now;
    this.tracker!.expire(this.now);
    this.parts.fragments.expire(this.now);
    this.flush();
  }

  /** Outputs write what they have. */
  flush(): void {
    for (const output of this.parts.outputs) output.flush();
  }

  private process(p: Packet): void {
    const { flows, stream, checksums } = this.parts;
    checksums.verify(p);
    const f = this.tracker!.handle(p);
    if (f >= 0) {
      const flags = flows.flags(f);
      if ((flags & FlowFlag.noPayloadInspection) !== 0) p.flags |= PacketFlag.noPayloadInspection;
      if ((flags & DECIDED) !== 0 && this.isDecided(p, f)) return;
      if (p.proto === PROTO_TCP) {
        if (p.dropReason === 0) stream?.packet(p, f);
        else stream?.dropped(p, f);
        if (this.parts.app !== null && this.parts.app.changeDue >= 0) this.inspectFormer(p, this.parts.app);
      } else if (p.proto === PROTO_UDP && this.parts.app !== null) this.parts.app.udp(p, f);
    }
    this.inspect(p);
    if (this.parts.app !== null && this.parts.app.flushDue >= 0) this.inspectFlushed(p, this.parts.app);
  }

  /** Nothing more comes of the flow: what was put together is looked at now, the server's first, and told. */
  private inspectFlushed({ ts }: Packet, stage: AppStage): void {
    const { pseudo, stream } = this.parts;
    const f = stage.flushDue;
    stage.flushDue = -1;
    const app = stage.of(f);
    if (app === null || stream === null) return;
    for (const direction of [1, 0] as const) {
      app.stop(direction);
      app.noteNews(direction);
    }
    for (const direction of [1, 0] as const) {
      const p = pseudo.make(f, direction, PseudoSource.flush, ts);
      stream.packet(p, f);
      this.inspect(p);
    }
  }

  /** What was put together of a protocol that ends here is looked at before the packet with which it ends. */
  private inspectFormer(p: Packet, stage: AppStage): void {
    const { flows, pseudo, stream } = this.parts;
    const f = stage.changeDue;
    stage.changeDue = -1;
    if (stream === null) return;
    for (const direction of [0, 1] as const) {
      if (flows.hasFlag(f, FlowFlag.actionDrop)) break;
      const former = pseudo.make(f, direction, PseudoSource.flush, p.ts);
      stream.packet(former, f);
      this.inspect(former);
    }
    if (flows.hasFlag(f, FlowFlag.actionDrop)) this.isDecided(p, f);
  }

  private inspect(p: Packet): void {
    const { detect } = this;
    const { app: stage, flows } = this.parts;
    const flags = p.flow >= 0 ? flows.flags(p.flow) : 0;
    const app = stage !== null && (flags & APP_DUE) !== 0 ? stage.of(p.flow) : null;
    if (detect !== null) detect.packet(p, app);
    if (this.wantsEveryPacket || isNoteworthy(p)) this.tell(p);
    if (app !== null && app.frames !== null) this.transactions.frames(p, app);
    const isNews = app !== null && (flags & NEWS) !== 0;
    if (isNews) this.transactions.tell(p, app, detect !== null && !isUninspected(flows.flags(p.flow)));
    if (detect !== null) detect.done(p);
    else if (isNews) app.endNews((p.flags & PacketFlag.toServer) !== 0 ? 0 : 1);
    if (isNews) app.rest();
  }

  /** True for packets of a bypassed flow, which are only counted; those of a dropped flow are not inspected. */
  private isDecided(p: Packet, f: number): boolean {
    const { counters, flows, verdicts } = this.parts;
    const flags = flows.flags(f);
    if ((flags & FlowFlag.bypassed) !== 0) {
      counters.add(BYPASSED_PACKETS);
      counters.addBy(BYPASSED_BYTES, p.end - p.start);
      return true;
    }
    p.flags |= PacketFlag.noPacketInspection;
    if (verdicts === null) return false;
    p.action |= Action.drop;
    p.dropReason = (flags & FlowFlag.exceptionPolicy) === 0 ? DROPPED_WITH_FLOW : DROPPED_BY_EXCEPTION;
    return false;
  }

  private tell(p: Packet): void {
    const noteworthy = isNoteworthy(p);
    for (const output of this.packetOutputs) if (noteworthy || output.wantsEveryPacket === true) output.packet!(p);
  }

  /** The tracker's events. */
  isReuse(p: Packet, f: number): boolean {
    return this.parts.stream !== null && this.parts.stream.isReuse(p, f);
  }

  memcap(p: Packet): void {
    this.parts.policies.apply('flowMemcap', p, -1);
  }

  ended(f: number): void {
    const { flows, stream } = this.parts;
    const isTcp = stream !== null && flows.tcp(f) >= 0;
    try {
      if (isTcp) this.inspectRest(f);
      for (const output of this.flowOutputs) output.flow!(f);
    } catch (error) {
      this.fault(error, 'end of a flow');
    }
    if (isTcp) stream.release(f);
    this.parts.app?.release(f);
  }

  /** Bytes and transactions that no packet was due to inspect are looked at before the flow goes. */
  private inspectRest(f: number): void {
    const { detect } = this;
    const { flows, pseudo, verdicts } = this.parts;
    const stream = this.parts.stream!;
    let isTold = false;
    const isDropped = flows.hasFlag(f, FlowFlag.actionDrop);
    for (const direction of [0, 1] as const) {
      const isSeen = !isUninspected(flows.flags(f));
      const isRaw = detect !== null && isSeen && stream.pendingRaw(f, direction);
      if (!isRaw && !this.hasAppRest(f, direction, { isSeen, isLast: direction === 1 && !isTold })) continue;
      isTold = true;
      const p = pseudo.make(f, direction, PseudoSource.end, this.parts.isLive ? this.now : this.packet.ts);
      if (isDropped) p.flags |= PacketFlag.noPacketInspection;
      stream.packet(p, f);
      stream.flushApp(p, f, direction);
      this.parts.app?.end(p, f, direction);
      if (isDropped && verdicts !== null) this.settle(p, f);
      else this.inspect(p);
    }
  }

  /** The rest of a dropped flow reached nobody: it is neither inspected nor told, but its files come to an end. */
  private settle(p: Packet, f: number): void {
    const app = this.parts.app?.of(f) ?? null;
    if (app !== null) this.transactions.settle(p, app);
  }

  /** @param isLast what is left of transactions is told now or never */
  private hasAppRest(f: number, direction: 0 | 1, { isSeen, isLast }: { isSeen: boolean; isLast: boolean }): boolean {
    const app = this.parts.app?.of(f) ?? null;
    const isOpen = !this.parts.stream!.isClosed(f);
    if (app !== null && (isUnfinished(app, direction, { isOpen }) || hasFrames(app, direction))) return true;
    if (app !== null && hasFiles(app, direction)) return true;
    // the packet that ended the session was the other side's, and rules have not seen what that made of transactions
    if (app !== null && isSeen && this.detect !== null && hasUnseen(app, direction)) return true;
    if (app !== null && (app.expected !== null || (isLast && app.transactions.length > 0))) return true;
    return isSeen && this.parts.app !== null && this.parts.stream!.pendingApp(f, direction);
  }

  /** Counters that tell what is there now, such as memory, are set. */
  updateGauges(): void {
    this.parts.decoder.updateGauges();
    this.parts.stream?.updateGauges();
    this.parts.app?.updateGauges();
    this.tracker!.updateGauges();
    this.parts.pressure.update();
    const lost = this.parts.outputs.reduce((sum, output) => sum + (output.lost ?? 0), 0);
    // one that took the place of another goes on from its count
    this.parts.counters.addBy(RECORDS_LOST, lost - this.lostTold);
    this.lostTold = lost;
  }

  /** Statistics are due. */
  tellStatistics(): void {
    this.updateGauges();
    if (this.parts.tellsStatistics) for (const output of this.parts.outputs) output.stats?.();
  }

  /** Log files may have been moved away: outputs begin new ones. */
  reopen(): void {
    for (const output of this.parts.outputs) output.reopen?.();
  }

  /** The capture is over: all flows end. */
  endFlows(): void {
    this.tracker!.endAll(FlowEndReason.shutdown);
  }

  /** What is to be told is told: all outputs are closed. */
  close(): void {
    this.tellStatistics();
    for (const output of this.parts.outputs) output.close();
  }
}

function isUninspected(flags: number): boolean {
  return (flags & (FlowFlag.noPacketInspection | DECIDED)) !== 0;
}

/** Something happened on the packet that outputs may want to tell. */
function isNoteworthy(p: Packet): boolean {
  if (p.anomalyCount !== 0 || p.alerts.count !== 0 || p.dropReason !== 0) return true;
  return (p.flags & NOTEWORTHY) !== 0 || (p.action & STOPPING) !== 0;
}
