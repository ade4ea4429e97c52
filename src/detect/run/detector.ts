// Detector: evaluates the signatures that may match a packet, in order, and leaves alerts and the verdict on it.

import { defineCounter } from '../../base/counters.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import { InspectionFlag } from '../../framework/chain.ts';
import { FlowFlag } from '../../framework/flows.ts';
import { ACTION_REJECT_ANY, Action, AlertFlag, PacketFlag, dropReason } from '../../framework/packet.ts';
import type { Packet } from '../../framework/packet.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { Signature } from '../../framework/signature.ts';
import { ThresholdResult } from '../threshold/index.ts';
import type { Thresholds } from '../threshold/index.ts';
import { BufferInspector, aim } from './buffers.ts';
import { SignatureGroups } from './groups.ts';
import { Candidates } from './prefilter.ts';
import type { MakeMatcher } from './prefilter.ts';

const ALERTS = defineCounter('detect.alert');
const OVERFLOW = defineCounter('detect.alert_queue_overflow');
const SUPPRESSED = defineCounter('detect.alerts_suppressed');
const DROPPED_BY_RULES = dropReason('rules');
const DROPPED_WITH_FLOW = dropReason('flow drop');

export interface DetectorOptions {
  readonly isInline: boolean;
  /** `packet-alert-max` */
  readonly maxAlerts: number;
  readonly makeMatcher: MakeMatcher;
}

export class Detector {
  private readonly ctx: DetectContext;
  private readonly signatures: readonly Signature[];
  private readonly groups: SignatureGroups;
  private readonly candidates: Candidates;
  private readonly thresholds: Thresholds;
  private readonly options: DetectorOptions;
  private readonly buffers = new BufferInspector();
  /** Blocks of the stream due with the packet under way. */
  private blocks = 0;

  constructor(signatures: readonly Signature[], thresholds: Thresholds, ctx: DetectContext, options: DetectorOptions) {
    this.ctx = ctx;
    this.signatures = signatures;
    this.groups = new SignatureGroups(signatures, options.makeMatcher);
    this.candidates = new Candidates(signatures.length);
    this.thresholds = thresholds;
    this.options = options;
  }

  packet(p: Packet): void {
    const { ctx } = this;
    if (p.flow >= 0 && this.isDecidedByFlow(p)) return;
    ctx.now = p.ts;
    ctx.packetVars.length = 0;
    ctx.inspection.packet = p;
    ctx.inspection.ctx = ctx;
    this.blocks = p.flow >= 0 && ctx.flows.tcp(p.flow) >= 0 ? ctx.rawStream.open(p) : 0;
    const group = this.groups.of(p);
    group.scan(p, ctx.rawStream, this.blocks, this.candidates);
    this.evaluateInOrder(group.always, p);
    if (this.blocks > 0) ctx.rawStream.commit(p);
    if (p.alerts.count > 0) this.conclude(p);
  }

  /** The hits and the signatures without a fast pattern, merged in evaluation order, until one says pass. */
  private evaluateInOrder(always: readonly Signature[], p: Packet): void {
    const { candidates, signatures } = this;
    let hit = 0;
    let other = 0;
    while (hit < candidates.count || other < always.length) {
      const nextHit = hit < candidates.count ? candidates.iids[hit]! : Infinity;
      const isHit = other >= always.length || nextHit < always[other]!.iid;
      const signature = isHit ? signatures[nextHit]! : always[other]!;
      if (isHit) hit++;
      else other++;
      if (this.evaluate(signature, p) && (p.action & Action.pass) !== 0) return;
    }
  }

  /** Packets of a dropped or passed flow are not looked at again. */
  private isDecidedByFlow(p: Packet): boolean {
    const flags = this.ctx.flows.flags(p.flow);
    if ((flags & FlowFlag.actionDrop) !== 0 && this.options.isInline) {
      p.action |= Action.drop;
      p.dropReason = DROPPED_WITH_FLOW;
      return true;
    }
    return (flags & (FlowFlag.actionPass | FlowFlag.noPacketInspection)) !== 0;
  }

  private evaluate(s: Signature, p: Packet): boolean {
    const { ctx } = this;
    if ((s.flags & SigFlag.requirePayload) !== 0 && p.payloadLength === 0 && this.blocks === 0) return false;
    if (!s.header(p, ctx)) return false;
    for (let i = 0; i < s.packetMatches.length; i++) if (!s.packetMatches[i]!(p, ctx)) return false;
    let flags = 0;
    if (s.payload !== null) {
      flags = this.payloadMatches(s, p);
      if (flags < 0) return false;
    }
    for (let i = 0; i < s.buffers.length; i++) if (!this.buffers.matches(s.buffers[i]!, p, ctx)) return false;
    return this.matched(s, p, flags);
  }

  /** Alert flags of the match, or -1. Stream data first; the packet's payload where it is not in the stream. */
  private payloadMatches(s: Signature, p: Packet): number {
    const { flags } = s;
    if ((flags & SigFlag.requireStream) !== 0) {
      if (this.blocks > 0 && this.streamMatches(s)) return AlertFlag.streamMatch;
      if ((flags & SigFlag.requirePacket) === 0 && (p.flags & PacketFlag.streamAdded) !== 0) return -1;
    }
    if ((p.flags & PacketFlag.noPayloadInspection) !== 0) return -1;
    const { inspection } = this.ctx;
    this.ctx.isStreamInspection = false;
    aim(inspection, p.data, p.bufferId, p.payloadOffset, p.payloadOffset + p.payloadLength);
    return s.payload!.match(inspection) ? 0 : -1;
  }

  private streamMatches(s: Signature): boolean {
    const { inspection, rawStream } = this.ctx;
    this.ctx.isStreamInspection = true;
    for (let i = 0; i < this.blocks; i++) {
      const start = rawStream.blockStart[i]!;
      aim(inspection, rawStream.data, rawStream.bufferId, start, start + rawStream.blockLength[i]!);
      inspection.streamOffset = rawStream.blockStreamOffset[i]!;
      if (inspection.streamOffset > 0) inspection.flags = InspectionFlag.notAtStart;
      if (s.payload!.match(inspection)) return true;
    }
    return false;
  }

  /** All conditions hold: state changes, then thresholds, then the queue. */
  private matched(s: Signature, p: Packet, alertFlags: number): boolean {
    for (let i = 0; i < s.postMatches.length; i++) s.postMatches[i]!(p, this.ctx, s);
    const result = this.thresholds.check(s, p, this.ctx);
    if (result === ThresholdResult.none) return false;
    const isSilent = result === ThresholdResult.silent || (s.flags & SigFlag.noAlert) !== 0;
    const action = result === ThresholdResult.newAction ? this.thresholds.newAction : s.action;
    let flags = alertFlags;
    if (isSilent) {
      flags |= AlertFlag.suppressed;
      if (result === ThresholdResult.silent) this.ctx.counters.add(SUPPRESSED);
    }
    if (result === ThresholdResult.newAction) flags |= AlertFlag.rateFilterModified;
    this.enqueue(s, p, action, flags);
    return true;
  }

  private enqueue(s: Signature, p: Packet, action: number, flags: number): void {
    p.action |= action;
    if ((action & Action.pass) !== 0) return;
    if (action === Action.alert && (s.flags & SigFlag.noAlert) !== 0) return; // nothing to write, no place taken
    const { alerts } = p;
    if (alerts.count >= this.options.maxAlerts) {
      alerts.discarded++;
      this.ctx.counters.add(OVERFLOW);
      return;
    }
    const at = alerts.count++;
    alerts.signatures[at] = s;
    alerts.actions[at] = action;
    alerts.flags[at] = flags;
    if ((action & (Action.drop | ACTION_REJECT_ANY)) !== 0 && p.dropAlert < 0) p.dropAlert = at;
  }

  private conclude(p: Packet): void {
    const { counters, flows } = this.ctx;
    const { alerts } = p;
    let written = 0;
    for (let i = 0; i < alerts.count; i++) if ((alerts.flags[i]! & AlertFlag.suppressed) === 0) written++;
    counters.addBy(ALERTS, written);
    if (p.flow >= 0 && written > 0) flows.setFlag(p.flow, FlowFlag.alerted);
    if (!this.options.isInline || (p.action & (Action.drop | ACTION_REJECT_ANY)) === 0) return;
    p.dropReason = DROPPED_BY_RULES;
    if (p.flow >= 0) flows.setFlag(p.flow, FlowFlag.actionDrop);
  }
}
