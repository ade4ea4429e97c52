// TxInspector: looks at the transactions of a flow as their states go on; each signature once per transaction.

import { BufferView } from '../../framework/buffer.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import { FlowFlag } from '../../framework/flows.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import type { Packet } from '../../framework/packet.ts';
import { PacketFlag } from '../../framework/packet.ts';
import type { Signature } from '../../framework/signature.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction, Transaction, TxInspectState, TxState } from '../../framework/transaction.ts';
import { BufferInspector, transformed } from './buffers.ts';
import type { Candidates } from './candidates.ts';
import type { TxPlan } from '../compile/tx-plan.ts';
import type { Renumbering, RenumberingHost } from './renumbering.ts';
import type { TxGroup, TxGroups, TxPrefilter } from './tx-groups.ts';

const MAX_INSTANCES = 1024;
const RESTLESS = [FlowFlag.appRestlessToServer, FlowFlag.appRestlessToClient] as const;

/** What the steps of a signature came to. */
const Outcome = { no: -1, matched: -2 } as const;

/** Where it hands over: the checks that packets and transactions share, and the alert queue. */
export interface TxHost {
  /** Header, flow, flowbits ...: everything of the signature but its steps. */
  admits(s: Signature, p: Packet): boolean;
  /** Of that, the header alone, which stays as it is. */
  covers(s: Signature, p: Packet): boolean;
  /** Payload of the packet or stream. */
  payloadHolds(s: Signature, p: Packet): boolean;
  matched(s: Signature, p: Packet, tx: Transaction): void;
}

export class TxInspector {
  private readonly groups: TxGroups;
  private readonly ctx: DetectContext;
  private readonly candidates: Candidates;
  private readonly host: TxHost;
  private readonly renumbering: Renumbering;
  /** A rule waits for more of what it has seen, in the direction under way. */
  private isRestless = false;
  /** Found in the payload of the packet under way. */
  private hits: Candidates;
  private readonly buffers = new BufferInspector();
  private readonly views = [new BufferView(), new BufferView()] as const;

  constructor(groups: TxGroups, ctx: DetectContext, candidates: Candidates, host: TxHost & RenumberingHost) {
    this.groups = groups;
    this.ctx = ctx;
    this.candidates = candidates;
    this.hits = candidates;
    this.host = host;
    this.renumbering = host.renumbering;
  }

  /**
   * Everything new in the packet's direction.
   * @param hits with the rules whose pattern was found in the payload: they are looked at though nothing else is new
   */
  inspect(p: Packet, app: AppFlow, hits: Candidates): void {
    const direction: Direction = (p.flags & PacketFlag.toServer) !== 0 ? TO_SERVER : TO_CLIENT;
    if (!app.hasNews(direction) && hits.txCount === 0) return;
    app.endNews(direction);
    const { ctx } = this;
    this.hits = hits;
    this.isRestless = false;
    ctx.app = app;
    ctx.txDirection = direction;
    const { former } = app;
    // what was found in the payload may be about any of them
    const transactions = app.awake === null || hits.txCount > 0 ? app.transactions : app.awake;
    for (let i = 0; i < former.length; i++) this.transaction(p, app, former[i]!, direction);
    for (let i = 0; i < transactions.length; i++) this.transaction(p, app, transactions[i]!, direction);
    ctx.tx = null;
    ctx.app = null;
    if (this.isRestless) ctx.flows.setFlag(p.flow, RESTLESS[direction]);
    else ctx.flows.clearFlag(p.flow, RESTLESS[direction]);
  }

  private transaction(p: Packet, app: AppFlow, tx: TxState, direction: Direction): void {
    if (tx.isInspected(direction) || !tx.has(direction)) return;
    const protocol = tx.protocol!;
    const group = this.groups.of(protocol.id, direction);
    const isEnd = app.isEof(direction) || app.isStopped(direction);
    const complete = protocol.complete[direction];
    const progress = isEnd ? complete : tx.progress[direction];
    if (group !== null) this.inspectGroup(p, tx, tx.inspection(direction), group, progress);
    tx.inspected(direction);
    if (tx.isResting && tx.isRestless) app.wake(tx);
    if (progress >= complete) tx.endInspection(direction);
  }

  private inspectGroup(p: Packet, { tx }: TxState, state: TxInspectState, group: TxGroup, progress: number): void {
    const { candidates, ctx, hits, renumbering } = this;
    if (state.generation !== renumbering.generation) renumbering.transaction(state);
    const isNews = progress !== state.scanned || group.isGrowing || state.isRestless;
    if (!isNews && hits.txCount === 0) return; // nothing is new to any rule
    ctx.tx = tx;
    const isOver = progress >= tx.protocol!.complete[ctx.txDirection];
    candidates.clear();
    for (let i = 0; i < group.prefilters.length; i++) {
      const prefilter = group.prefilters[i]!;
      if (prefilter.progress > progress) break;
      const { buffer } = prefilter;
      if (prefilter.progress > state.scanned || buffer.isGrowing === true) this.scan(p, prefilter);
      else if (isOver && buffer.hasMore?.(ctx) === true) this.scan(p, prefilter);
    }
    if (state.scanned < 0) candidates.addAll(group.always);
    if (hits.txCount > 0) group.addByPayload(hits, candidates);
    if (state.waiting !== null) for (const iid of state.waiting) candidates.add(iid);
    ctx.txProgressBefore = state.scanned;
    ctx.txProgress = progress;
    state.scanned = progress;
    state.isRestless = false;
    for (let i = 0; i < candidates.count; i++) this.candidate(p, tx, state, group.plan(candidates.iids[i]!), progress);
    if (state.isRestless) this.isRestless = true;
  }

  private scan(p: Packet, prefilter: TxPrefilter): void {
    const { buffer, transforms, table } = prefilter;
    const count = buffer.isMulti ? MAX_INSTANCES : 1;
    for (let instance = 0; instance < count; instance++) {
      const first = this.views[0];
      first.streamOffset = 0;
      first.isWhole = true;
      if (!buffer.get(p, this.ctx, first, instance)) return;
      const view = transformed(this.views, transforms);
      if (view === null) continue;
      table.scan(view.data, view.bufferId, view.start, view.end - view.start, view.streamOffset, this.candidates);
    }
  }

  private candidate(p: Packet, tx: Transaction, state: TxInspectState, plan: TxPlan, progress: number): void {
    const { signature } = plan;
    const { iid } = signature;
    if (state.matched?.has(iid) === true) return;
    const at = state.waiting === null ? -1 : state.waiting.indexOf(iid);
    const from = at < 0 ? 0 : state.steps![at]!;
    if (at >= 0 && isAhead(plan, from, progress)) return;
    let outcome: number = Outcome.no;
    if (this.host.admits(signature, p)) {
      // of a rule that is known by the payload, that comes first: once it held, the rest may take its time
      if (plan.isByPayload && at < 0 && !this.host.payloadHolds(signature, p)) return;
      outcome = this.run(p, tx, plan, from, progress);
    } else if (at >= 0 || (isUnfiltered(plan) && this.host.covers(signature, p))) outcome = from; // flowbits may come
    if (at >= 0) {
      state.waiting!.splice(at, 1);
      state.steps!.splice(at, 1);
    }
    if (outcome >= 0) {
      (state.waiting ??= []).push(iid);
      (state.steps ??= []).push(outcome);
      if (!isAhead(plan, outcome, progress)) state.isRestless = true;
    } else if (outcome === Outcome.matched) this.holds(p, tx, state, plan, progress);
  }

  /** The step that must wait, or a value of Outcome. */
  private run(p: Packet, tx: Transaction, plan: TxPlan, from: number, progress: number): number {
    const { ctx } = this;
    const { steps } = plan;
    for (let i = from; i < steps.length; i++) {
      const { progress: due, subState, step } = steps[i]!;
      if (subState !== null && subState !== tx.state.subState) return Outcome.no;
      if (due > progress) return i;
      const isTrue = step.match === null ? this.buffers.matches(step.buffer!, p, ctx) : step.match(tx, p, ctx);
      // that a buffer is not there is certain with the next state
      if (isTrue && step.match === null && this.buffers.isMissing && progress <= due && !this.isLast(tx, due)) return i;
      if (isTrue) continue;
      // of several instances (files) others may come as long as the transaction goes on
      const isLate = progress > due;
      const mayCome = step.isRepeated && (!isLate || (!step.isBrief && step.buffer?.buffer.isMulti !== false));
      return mayCome ? i : Outcome.no;
    }
    if (plan.wantsPayload && !plan.isByPayload && !this.host.payloadHolds(plan.signature, p)) return steps.length;
    return Outcome.matched;
  }

  /** Whether no state follows. */
  private isLast(tx: Transaction, progress: number): boolean {
    return progress >= tx.protocol!.complete[this.ctx.txDirection];
  }

  private holds(p: Packet, tx: Transaction, state: TxInspectState, plan: TxPlan, progress: number): void {
    const { signature, isHalf, isLasting, lasting } = plan;
    if ((isLasting || progress === lasting) && !isHalf) {
      (state.waiting ??= []).push(signature.iid);
      (state.steps ??= []).push(0);
      state.isRestless = true;
    } else (state.matched ??= new Set()).add(signature.iid);
    const other = tx.state.inspection((this.ctx.txDirection ^ 1) as Direction);
    if (isHalf && other.generation !== this.renumbering.generation) this.renumbering.transaction(other);
    if (isHalf && other.matched?.has(signature.iid) !== true) return;
    this.host.matched(signature, p, tx);
  }
}

/** Nothing is looked for to make it a candidate. */
function isUnfiltered({ chosen, isByPayload }: TxPlan): boolean {
  return chosen === null && !isByPayload;
}

/** Whether a step waits for a state that is yet to come. */
function isAhead({ steps }: TxPlan, step: number, progress: number): boolean {
  return step < steps.length && steps[step]!.progress > progress;
}
