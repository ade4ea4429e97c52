// Detector: evaluates the signatures that may match a packet, in order, and leaves alerts and the verdict on it.

import { defineCounter } from '../../base/counters.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { Capture, DetectContext } from '../../framework/detect-context.ts';
import { InspectionFlag } from '../../framework/chain.ts';
import { F, FlowFlag } from '../../framework/flows.ts';
import { ACTION_REJECT_ANY, Action, AlertFlag, PacketFlag, dropReason } from '../../framework/packet.ts';
import type { Packet } from '../../framework/packet.ts';
import type { Frame } from '../../framework/frame.ts';
import type { Transaction } from '../../framework/transaction.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { Signature } from '../../framework/signature.ts';
import type { Tags } from '../tag/tags.ts';
import { ThresholdResult } from '../threshold/index.ts';
import type { Thresholds } from '../threshold/index.ts';
import { BufferInspector, aim } from './buffers.ts';
import type { DetectorTables } from './detector-tables.ts';
import { FrameInspector } from './frame-inspector.ts';
import type { FrameHost } from './frame-inspector.ts';
import type { SignatureGroups } from './groups.ts';
import { Candidates } from './candidates.ts';
import type { HeaderTable } from './header-table.ts';
import { Renumbering } from './renumbering.ts';
import type { RenumberingHost } from './renumbering.ts';
import type { SignatureSource } from '../compile/outline.ts';
import { TxInspector } from './tx-inspector.ts';
import type { TxHost } from './tx-inspector.ts';

const UDP = 17;
const ALERTS = defineCounter('detect.alert');
const OVERFLOW = defineCounter('detect.alert_queue_overflow');
const SUPPRESSED = defineCounter('detect.alerts_suppressed');
const DROPPED_BY_RULES = dropReason('rules');
const DROPPED_BY_THRESHOLD = dropReason('threshold detection_filter');
/** The threshold, not the rule alone, decided. */
const BY_THRESHOLD = AlertFlag.rateFilterModified;
const STOPPING = Action.drop | ACTION_REJECT_ANY;

export interface DetectorOptions {
  readonly isInline: boolean;
  /** `packet-alert-max` */
  readonly maxAlerts: number;
  /** `detect.guess-applayer-tx` */
  readonly guessesTx: boolean;
  /** `detect.stream-tx-log-limit`: alerts of rules on packets and streams that one transaction is told with. */
  readonly maxTxAlerts: number;
  /** Matches of one packet that are kept until it is seen which of them are alerts. */
  readonly maxMatches: number;
  readonly tags: Tags;
  /** From the numbers of the rule set before; none without. */
  readonly renumbering?: Renumbering;
}

export class Detector implements TxHost, FrameHost, RenumberingHost {
  readonly tables: DetectorTables;
  readonly renumbering: Renumbering;
  /** Null without rules on transactions. */
  private readonly tx: TxInspector | null;
  /** Null without rules on frames. */
  private readonly frames: FrameInspector | null;
  private readonly ctx: DetectContext;
  private readonly source: SignatureSource;
  private readonly groups: SignatureGroups;
  private readonly headers: HeaderTable;
  private readonly candidates: Candidates;
  private readonly thresholds: Thresholds;
  private readonly options: DetectorOptions;
  private readonly buffers = new BufferInspector();
  /** Blocks of the stream due with the packet under way. */
  private blocks = 0;
  private readonly tags: Tags;

  constructor(tables: DetectorTables, thresholds: Thresholds, ctx: DetectContext, options: DetectorOptions) {
    this.ctx = ctx;
    this.tables = tables;
    this.source = tables.source;
    this.groups = tables.groups;
    this.headers = tables.headers;
    this.renumbering = options.renumbering ?? Renumbering.none;
    const { outlines } = this.source;
    this.candidates = new Candidates(
      outlines.length,
      Uint8Array.from(outlines, ({ tx }) => (tx === null ? 0 : 1)),
    );
    const { candidates } = this;
    this.tx = tables.tx === null ? null : new TxInspector(tables.tx, ctx, candidates.others(), this);
    this.frames =
      tables.frames === null ? null : new FrameInspector(this.source, tables.frames, ctx, candidates.others(), this);
    this.thresholds = thresholds;
    this.options = options;
    this.tags = options.tags;
  }

  /** @param app of the packet's flow; null where nothing of it is new */
  packet(p: Packet, app: AppFlow | null): void {
    const { ctx } = this;
    this.blocks = 0;
    if ((p.flags & PacketFlag.noPacketInspection) !== 0) return;
    if (p.flow >= 0 && (ctx.flows.flags(p.flow) & FlowFlag.noPacketInspection) !== 0) {
      this.letPass(p);
      return;
    }
    ctx.now = p.ts;
    if (ctx.packetVars.length > 0) ctx.packetVars.length = 0;
    ctx.inspection.packet = p;
    ctx.inspection.ctx = ctx;
    this.blocks = p.flow >= 0 && ctx.flows.tcp(p.flow) >= 0 ? ctx.rawStream.open(p) : 0;
    const appProtocol = p.flow >= 0 ? ctx.flows.word(p.flow, F.appProtocol) : 0;
    this.groups.collect(p, ctx.rawStream, this.blocks, appProtocol, this.candidates);
    if (this.isIpOnlyDue(p)) this.groups.collectIpOnly(p, this.candidates);
    this.headers.addresses.nextPacket();
    if (this.candidates.count > 0) this.evaluateInOrder(p);
    if (this.candidates.txCount > 0 && app === null) app = ctx.appOf(p.flow);
    if (app !== null) this.transactions(p, app);
    if (p.alerts.count > 0) this.conclude(p);
    const isWire = (p.flags & PacketFlag.pseudoStreamEnd) === 0;
    if (isWire && this.tags.isActive && this.tags.takes(p, ctx)) p.flags |= PacketFlag.tagged;
  }

  /** What the application layer of the packet's flow has to show. */
  private transactions(p: Packet, app: AppFlow): void {
    if (this.tx === null && app.hasNews(directionOf(p))) passOver(app, directionOf(p));
    const before = p.alerts.count;
    this.frames?.inspect(p, app);
    this.tx?.inspect(p, app, this.candidates);
    if (p.alerts.count > before && before > 0) p.alerts.sort();
  }

  admits(s: Signature, p: Packet): boolean {
    if (this.ctx.captures.length > 0) this.ctx.captures.length = 0;
    if (!this.headers.matches(s.iid, p)) return false;
    for (let i = 0; i < s.packetMatches.length; i++) if (!s.packetMatches[i]!(p, this.ctx)) return false;
    for (let i = 0; i < s.buffers.length; i++) if (!this.buffers.matches(s.buffers[i]!, p, this.ctx)) return false;
    return true;
  }

  covers(s: Signature, p: Packet): boolean {
    return this.headers.matches(s.iid, p);
  }

  payloadHolds(s: Signature, p: Packet): boolean {
    return this.payloadMatches(s, p) >= 0;
  }

  /** The bytes of a flow that is not inspected are not kept for it. */
  private letPass(p: Packet): void {
    const { flows, rawStream } = this.ctx;
    if (flows.tcp(p.flow) >= 0 && rawStream.open(p) > 0) rawStream.commit(p);
  }

  /** What was inspected with the packet is needed no longer: outputs have read it. */
  done(p: Packet): void {
    if (this.blocks > 0) this.ctx.rawStream.commit(p);
  }

  /** The candidates in evaluation order, until one says pass and no threshold may hold it back. */
  private evaluateInOrder(p: Packet): void {
    const { candidates, source } = this;
    for (let i = 0; i < candidates.count; i++) {
      const signature = source.signature(candidates.iids[i]!);
      if (!this.evaluate(signature, p) || (signature.action & Action.pass) === 0) continue;
      if (!this.thresholds.mayHoldBack(signature)) return;
    }
  }

  /** Rules about addresses alone are looked at once per direction of a flow, and on every packet without one. */
  private isIpOnlyDue(p: Packet): boolean {
    if (p.flow < 0) return true;
    const bit = (p.flags & PacketFlag.toServer) !== 0 ? FlowFlag.ipOnlyToServer : FlowFlag.ipOnlyToClient;
    if (this.ctx.flows.hasFlag(p.flow, bit)) return false;
    this.ctx.flows.setFlag(p.flow, bit);
    return true;
  }

  private evaluate(s: Signature, p: Packet): boolean {
    const { ctx } = this;
    if (ctx.captures.length > 0) ctx.captures.length = 0;
    if ((s.flags & SigFlag.requirePayload) !== 0 && p.payloadLength === 0 && this.blocks === 0) return false;
    // a rule without a pattern is looked at with every packet: looking up its addresses can wait
    const { packetMatches } = s;
    for (let i = 0; i < packetMatches.length; i++) if (!packetMatches[i]!(p, ctx)) return false;
    if (!this.headers.matches(s.iid, p)) return false;
    let flags = 0;
    if (s.payload !== null) {
      flags = this.payloadMatches(s, p);
      if (flags < 0) return false;
    }
    for (let i = 0; i < s.buffers.length; i++) if (!this.buffers.matches(s.buffers[i]!, p, ctx)) return false;
    const at = this.enqueue(s, p, flags);
    if (at >= 0 && p.flow >= 0 && (s.appProtocols !== null || this.options.guessesTx)) this.attribute(p, at);
    return true;
  }

  /**
   * The transaction that a rule met: over UDP, where it is one on an application protocol, that of the datagram; else a
   * guess: the first that is not through.
   */
  private attribute(p: Packet, at: number): void {
    const { alerts } = p;
    const isGuess = p.proto !== UDP || alerts.signatures[at]!.appProtocols === null;
    if (isGuess && !this.options.guessesTx) return;
    const transactions = this.ctx.appOf(p.flow)?.transactions;
    if (transactions === undefined) return;
    const direction = directionOf(p);
    for (let i = 0; i < transactions.length; i++) {
      const tx = transactions[i]!;
      if (!tx.has(direction) || tx.isInspected(direction)) continue;
      if (tx.attributed >= this.options.maxTxAlerts) return;
      tx.attributed++;
      alerts.txIds[at] = tx.tx.id;
      alerts.flags[at] = alerts.flags[at]! | AlertFlag.tx | (isGuess ? AlertFlag.txGuessed : 0);
      return;
    }
  }

  /** Alert flags of the match, or -1. Stream data first; the packet's payload where it is not in the stream. */
  private payloadMatches(s: Signature, p: Packet): number {
    const { flags } = s;
    if ((flags & SigFlag.requireStream) !== 0) {
      if (this.blocks > 0 && this.streamMatches(s)) return AlertFlag.streamMatch;
      if ((flags & SigFlag.onlyStream) !== 0) return -1;
      if ((flags & SigFlag.requirePacket) === 0 && isInStream(p)) return -1;
    }
    if ((p.flags & PacketFlag.noPayloadInspection) !== 0) return -1;
    const { inspection } = this.ctx;
    this.ctx.isStreamInspection = false;
    aim(inspection, p.data, p.bufferId, p.payloadOffset, p.payloadOffset + p.payloadLength);
    this.seek(s);
    return s.payload!.match(inspection) ? 0 : -1;
  }

  /** Where in the bytes under inspection the fast pattern lies need not be looked for again. */
  private seek({ iid, payload }: Signature): void {
    const { candidates } = this;
    const { chosen } = payload!;
    const { inspection } = this.ctx;
    if (chosen === null || !candidates.isPlaced(iid, inspection.bufferId, inspection.start)) return;
    const { bytes, fastPatternChop } = chosen;
    const partEnd = fastPatternChop === null ? bytes.length : fastPatternChop.offset + fastPatternChop.length;
    inspection.sought = chosen;
    inspection.soughtFrom = candidates.firstEnd(iid) - partEnd;
    inspection.soughtTo = candidates.lastEnd(iid) + bytes.length - partEnd;
  }

  private streamMatches(s: Signature): boolean {
    const { inspection, rawStream } = this.ctx;
    this.ctx.isStreamInspection = true;
    for (let i = 0; i < this.blocks; i++) {
      const start = rawStream.blockStart[i]!;
      aim(inspection, rawStream.data, rawStream.bufferId, start, start + rawStream.blockLength[i]!);
      inspection.streamOffset = rawStream.blockStreamOffset[i]!;
      if (inspection.streamOffset > 0) inspection.flags = InspectionFlag.notAtStart;
      this.seek(s);
      if (s.payload!.match(inspection)) return true;
    }
    return false;
  }

  matched(s: Signature, p: Packet, tx: Transaction): void {
    const at = this.enqueue(s, p, AlertFlag.tx | AlertFlag.stateMatch);
    if (at >= 0) p.alerts.txIds[at] = tx.id;
  }

  frameMatched(s: Signature, p: Packet, frame: Frame): void {
    const isOfTx = frame.txId >= 0;
    const at = this.enqueue(s, p, AlertFlag.streamMatch | AlertFlag.frame | (isOfTx ? AlertFlag.tx : 0));
    if (at < 0) return;
    p.alerts.frames[at] = frame;
    if (isOfTx) p.alerts.txIds[at] = frame.txId;
  }

  /** All conditions hold: state changes, then a place in the queue; which, -1 for none. */
  private enqueue(s: Signature, p: Packet, alertFlags: number): number {
    const context = this.ctx.captures.length === 0 ? null : this.keepCaptures(p);
    for (let i = 0; i < s.postMatches.length; i++) s.postMatches[i]!(p, this.ctx, s);
    const isUntold = s.action === Action.alert && (s.flags & SigFlag.noAlert) !== 0;
    if (isUntold && s.alertActions.length === 0) {
      this.ctx.counters.add(SUPPRESSED); // nothing to write, no place taken
      return -1;
    }
    const flags = concernsFlow(s, alertFlags) ? alertFlags | AlertFlag.applyToFlow : alertFlags;
    const at = p.alerts.count < this.options.maxMatches ? p.alerts.add(s, flags, context) : -1;
    if (at < 0) this.discard(p, s, flags);
    return at;
  }

  /** No room to tell of it, but what it stops is stopped. */
  private discard(p: Packet, { action }: Pick<Signature, 'action'>, flags: number): void {
    p.alerts.discarded++;
    this.ctx.counters.add(OVERFLOW);
    if ((action & STOPPING) !== 0) this.apply(p, -1, action, flags);
  }

  /** The rule matched: what pcre captured in it goes where it is kept. @returns what is for the alert, null for nothing */
  private keepCaptures(p: Packet): Capture[] | null {
    const { captures, flows, packetVars } = this.ctx;
    let context: Capture[] | null = null;
    for (const capture of captures) {
      const { scope, name, value } = capture;
      if (scope === 'alert') (context ??= []).push(capture);
      else if (scope === 'pkt') packetVars.push({ name, value });
      else if (p.flow >= 0) (flows.extraOf(p.flow).flowvars ??= new Map()).set(name, value);
    }
    captures.length = 0;
    return context;
  }

  /** Thresholds and actions, in evaluation order; what comes after a pass is dropped from the queue. */
  private conclude(p: Packet): void {
    const { alerts } = p;
    const { count } = alerts;
    let kept = 0;
    let written = 0;
    for (let i = 0; i < count; i++) {
      const s = alerts.signatures[i]!;
      const result = this.thresholds.check(s, p, this.ctx);
      // what is not told of lets nothing pass
      const isIdle = result === ThresholdResult.silent && (alerts.actions[i]! & Action.pass) !== 0;
      if (result === ThresholdResult.none || isIdle) {
        this.ctx.counters.add(SUPPRESSED);
        continue;
      }
      for (let k = 0; k < s.alertActions.length; k++) s.alertActions[k]!(p, this.ctx, s);
      const flags = alerts.flags[i]! | this.flagsOf(s, result);
      const action = result === ThresholdResult.newAction ? this.thresholds.newAction : alerts.actions[i]!;
      const isWritten = (flags & AlertFlag.suppressed) === 0;
      if (isWritten && written === this.options.maxAlerts) this.discard(p, { action }, flags);
      else {
        alerts.keep(i, kept);
        alerts.actions[kept] = action;
        alerts.flags[kept] = flags;
        this.apply(p, kept, action, flags);
        kept++;
        if (isWritten) written++;
      }
      if ((action & Action.pass) !== 0) break;
    }
    alerts.count = kept;
    this.ctx.counters.addBy(ALERTS, written);
    if (p.flow >= 0 && written > 0) this.ctx.flows.setFlag(p.flow, FlowFlag.alerted);
  }

  private flagsOf(s: Signature, result: number): number {
    if (result === ThresholdResult.newAction) {
      const isPass = (this.thresholds.newAction & Action.pass) !== 0;
      return isPass ? AlertFlag.rateFilterModified | AlertFlag.suppressed : AlertFlag.rateFilterModified;
    }
    if (result !== ThresholdResult.silent) return (s.flags & SigFlag.noAlert) === 0 ? 0 : AlertFlag.suppressed;
    this.ctx.counters.add(SUPPRESSED);
    return AlertFlag.suppressed;
  }

  /** The actions of one alert on its packet and, where the rule is about the flow, on that; `at` is -1 outside the queue. */
  private apply(p: Packet, at: number, action: number, flags: number): void {
    p.action |= action;
    const isStopping = (action & STOPPING) !== 0;
    if (isStopping && at >= 0 && p.dropAlert < 0) p.dropAlert = at;
    if (isStopping && this.options.isInline && p.dropReason === 0) {
      p.dropReason = (flags & BY_THRESHOLD) === 0 ? DROPPED_BY_RULES : DROPPED_BY_THRESHOLD;
    }
    if (p.flow < 0 || (flags & AlertFlag.applyToFlow) === 0) return;
    if (isStopping) this.ctx.flows.setFlag(p.flow, FlowFlag.actionDrop);
    else if ((action & Action.pass) !== 0) {
      this.ctx.flows.setFlag(p.flow, FlowFlag.actionPass | FlowFlag.noPacketInspection);
    }
  }
}

function directionOf(p: Packet): 0 | 1 {
  return (p.flags & PacketFlag.toServer) !== 0 ? 0 : 1;
}

/** No rule looks at transactions: none has to wait for it. */
function passOver({ transactions }: AppFlow, direction: 0 | 1): void {
  for (let i = 0; i < transactions.length; i++) {
    const tx = transactions[i]!;
    if (tx.has(direction) && tx.progress[direction] > 0) tx.endInspection(direction);
  }
}

/** Whether drop and pass of a match hold for the whole flow: what matched was more than one packet. */
function concernsFlow(s: Signature, alertFlags: number): boolean {
  if (s.type === 'pkt' || s.type === 'de_only') return false;
  return (s.type !== 'pkt_stream' && s.type !== 'stream') || (alertFlags & AlertFlag.streamMatch) !== 0;
}

/** Rules on streams look at the stream that is due with a packet, or will be, and at no payload beside it. */
function isInStream(p: Packet): boolean {
  if ((p.flags & PacketFlag.streamAdded) !== 0) return true;
  if ((p.flags & PacketFlag.hasStreamData) === 0) return false;
  return p.payloadLength > 0 || (p.flags & PacketFlag.pseudoStreamEnd) !== 0;
}
