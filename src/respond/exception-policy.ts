// Exception policies: what becomes of traffic that the engine could not follow (memory used up, session not seen from its
// start). https://docs.suricata.io/en/latest/configuration/exception-policies.html

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { FlowFlag, FlowStateId, F } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import { Action, PacketFlag, dropReason } from '../framework/packet.ts';
import type { DropReason, Packet } from '../framework/packet.ts';

export const EXCEPTION_POLICIES = [
  'ignore',
  'pass-packet',
  'pass-flow',
  'bypass',
  'drop-packet',
  'drop-flow',
  'reject',
  'reject-both',
] as const;
export type ExceptionPolicy = (typeof EXCEPTION_POLICIES)[number];

interface Target {
  /** Counters are `exception_policy.<counter>.<policy>`. */
  readonly counter: string;
  /** EVE `flow.exception_policy[].target`. */
  readonly flowTarget: string;
  readonly reason: DropReason;
  /** Values that mean something here, whole flows being there or not. */
  readonly policies: readonly ExceptionPolicy[];
}

const PACKET_WIDE: readonly ExceptionPolicy[] = ['pass-packet', 'bypass', 'drop-packet', 'reject', 'reject-both'];
const FLOW_WIDE: readonly ExceptionPolicy[] = ['pass-flow', 'bypass', 'drop-flow', 'reject', 'reject-both'];
const ANY: readonly ExceptionPolicy[] = EXCEPTION_POLICIES.filter((policy) => policy !== 'ignore');

/** Where a policy may be asked for, in the order EVE lists them. */
export const EXCEPTION_TARGETS = {
  flowMemcap: {
    counter: 'flow.memcap',
    flowTarget: 'flow_memcap',
    reason: 'flow memcap',
    policies: PACKET_WIDE,
  },
  defragMemcap: {
    counter: 'defrag.memcap',
    flowTarget: 'defrag_memcap',
    reason: 'defrag memcap',
    policies: PACKET_WIDE,
  },
  sessionMemcap: { counter: 'tcp.ssn_memcap', flowTarget: 'stream_memcap', reason: 'stream memcap', policies: ANY },
  midstream: {
    counter: 'tcp.midstream',
    flowTarget: 'stream_midstream',
    reason: 'stream midstream',
    policies: FLOW_WIDE,
  },
  reassemblyMemcap: {
    counter: 'tcp.reassembly',
    flowTarget: 'stream_reassembly_memcap',
    reason: 'stream reassembly',
    policies: ANY,
  },
  appLayerError: {
    counter: 'app_layer.error',
    flowTarget: 'app_layer_error',
    reason: 'applayer error',
    policies: ANY,
  },
} as const satisfies Record<string, Target>;
export type ExceptionTarget = keyof typeof EXCEPTION_TARGETS;
export type ExceptionChoices = Readonly<Record<ExceptionTarget, ExceptionPolicy>>;

interface Chosen {
  readonly policy: ExceptionPolicy;
  /** What the flow keeps of it, in `F.exceptions`. */
  readonly mark: number;
  readonly counter: number;
  readonly reason: number;
}

/** Bits of `F.exceptions` for each target: 0 when none applied, else one more than the policy's place in the list. */
const MARK_BITS = 4;
const MARK_MASK = 15;
const NO_COUNTER = -1;

/** What counts as a whole-flow policy where only a packet is at hand. */
const OF_PACKET: Partial<Record<ExceptionPolicy, ExceptionPolicy>> = {
  'pass-flow': 'pass-packet',
  'drop-flow': 'drop-packet',
};

const FLOW_UNSEEN = FlowFlag.noPacketInspection | FlowFlag.noPayloadInspection;
const FLOW_DROPPED = FlowFlag.actionDrop | FlowFlag.exceptionPolicy | FLOW_UNSEEN;
const PACKET_UNSEEN = PacketFlag.noPacketInspection | PacketFlag.noPayloadInspection;

/** Applies the chosen policies. Make it before `Counters`: it declares those of the targets that are not ignored. */
export class ExceptionPolicies {
  private readonly chosen: Readonly<Record<ExceptionTarget, Chosen>>;
  private counters: Counters | null = null;
  private flows: Flows | null = null;
  /** What a flow is that is dropped or, in passive mode, only rejected. */
  private flowRefused = FLOW_UNSEEN;

  constructor(choices: ExceptionChoices) {
    const entries = Object.entries(choices) as [ExceptionTarget, ExceptionPolicy][];
    const chosen = entries.map(([name, policy]) => [name, choose(name, policy)]);
    this.chosen = Object.fromEntries(chosen) as Record<ExceptionTarget, Chosen>;
  }

  attach(counters: Counters, flows: Flows, options: { readonly isInline: boolean }): void {
    this.counters = counters;
    this.flows = flows;
    if (options.isInline) this.flowRefused = FLOW_DROPPED;
  }

  /** The policy chosen for a target and all that it may have, as counters name them; null where it is ignored. */
  names(name: ExceptionTarget): { readonly chosen: string; readonly all: readonly string[] } | null {
    const { policy } = this.chosen[name];
    if (policy === 'ignore') return null;
    return { chosen: counterName(policy), all: EXCEPTION_TARGETS[name].policies.map(counterName) };
  }

  /** @param f the packet's flow, -1 when it has none (then only the packet is passed or dropped) */
  apply(name: ExceptionTarget, p: Packet, f: number): void {
    const chosen = this.chosen[name];
    const { policy } = chosen;
    if (f >= 0) this.note(chosen.mark, f);
    if (policy === 'ignore') return;
    this.counters!.add(chosen.counter);
    if (policy === 'bypass' || policy === 'pass-flow' || policy === 'pass-packet') this.pass(policy, p, f);
    else this.drop(chosen, p, f);
  }

  private pass(policy: ExceptionPolicy, p: Packet, f: number): void {
    p.flags |= PACKET_UNSEEN;
    if (f < 0 || policy === 'pass-packet') return;
    this.flows!.setFlag(f, FlowFlag.actionPass | FlowFlag.noPacketInspection);
    if (policy !== 'bypass') return;
    this.flows!.setFlag(f, FlowFlag.bypassed);
    this.flows!.setWord(f, F.state, FlowStateId.bypassed);
  }

  private drop({ policy, reason }: Chosen, p: Packet, f: number): void {
    p.flags |= PACKET_UNSEEN;
    p.action |= Action.drop;
    if (policy === 'reject') p.action |= Action.reject;
    if (policy === 'reject-both') p.action |= Action.rejectBoth;
    if (p.dropReason === 0) p.dropReason = reason;
    if (f >= 0 && policy !== 'drop-packet') this.flows!.setFlag(f, this.flowRefused);
  }

  private note(mark: number, f: number): void {
    const noted = this.flows!.word(f, F.exceptions);
    if ((noted & mark) !== mark) this.flows!.setWord(f, F.exceptions, noted | mark);
  }
}

const counterName = (policy: ExceptionPolicy): string => policy.replace('-', '_');

function choose(name: ExceptionTarget, asked: ExceptionPolicy): Chosen {
  const target: Target = EXCEPTION_TARGETS[name];
  const place = Object.keys(EXCEPTION_TARGETS).indexOf(name);
  const policy = target.policies.includes(asked) ? asked : (OF_PACKET[asked] ?? asked);
  const mark = (EXCEPTION_POLICIES.indexOf(policy) + 1) << (place * MARK_BITS);
  if (policy === 'ignore') return { policy, mark, counter: NO_COUNTER, reason: 0 };
  const counters = new Map(
    target.policies.map((one) => [one, defineCounter(`exception_policy.${target.counter}.${counterName(one)}`)]),
  );
  return { policy, mark, counter: counters.get(policy)!, reason: dropReason(target.reason) };
}

/** EVE `exception_policy` of a flow, from its `F.exceptions`. */
export function appliedPolicies(marks: number): { target: string; policy: string }[] {
  return Object.values(EXCEPTION_TARGETS).flatMap(({ flowTarget }, place) => {
    const policy = EXCEPTION_POLICIES[((marks >>> (place * MARK_BITS)) & MARK_MASK) - 1];
    return policy === undefined ? [] : [{ target: flowTarget, policy: policy.replace('-', '_') }];
  });
}
