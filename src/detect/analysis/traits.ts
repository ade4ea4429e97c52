// Traits of a rule: what packets it needs, how it matches, and the flags that tell how it is looked at.

import { Action } from '../../framework/packet.ts';
import type { Description, Details, Requirement } from '../../framework/description.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { RuleType } from '../../framework/signature.ts';
import { isNetworkProtocol } from '../compile/protocols.ts';
import type { JsonObject } from './matches.ts';
import type { AnalysedRule } from './rule.ts';

const REQUIREMENTS: readonly Requirement[] = [
  'payload',
  'no_payload',
  'flow',
  'tcp_flags_init_deinit',
  'tcp_flags_unusual',
  'engine_event',
];

/** What a packet must bring for the rule to be looked at. */
export function requirements(rule: AnalysedRule): string[] {
  const { builder } = rule;
  const needed = new Set<string>(builder.requirements);
  if (builder.payload.elements.length > 0) needed.add('payload');
  if (isAppLayer(rule)) needed.add('flow');
  const result: string[] = REQUIREMENTS.filter((name) => needed.has(name));
  const { flags } = builder;
  // a stream has packets without bytes of their own too
  if ((flags & SigFlag.requirePacket) !== 0 && (flags & SigFlag.requireStream) === 0) result.push('real_pkt');
  return result;
}

export function isAppLayer({ builder }: AnalysedRule): boolean {
  if (!isNetworkProtocol(builder.ast.protocol.text.toLowerCase())) return true;
  return builder.chains.some(({ buffer }) => buffer?.source === 'app');
}

const SCOPES: Readonly<Record<RuleType, string>> = {
  ip_only: 'flow',
  like_ip_only: 'flow',
  pd_only: 'flow',
  app_layer: 'flow',
  app_tx: 'flow',
  pkt: 'packet',
  de_only: 'packet',
  pkt_stream: 'flow_if_stateful',
  stream: 'flow_if_stateful',
};

/** What is done, and to what it applies. */
export function matchPolicy(rule: AnalysedRule): JsonObject {
  const { action, actionScope, type } = rule.signature;
  const actions: string[] = [];
  const has = (bit: number): boolean => (action & bit) !== 0;
  if (!isSilent(rule)) actions.push('alert');
  if (has(Action.drop)) actions.push('drop');
  if (has(Action.reject)) actions.push('reject');
  if (has(Action.rejectDst)) actions.push('reject_dst');
  if (has(Action.rejectBoth)) actions.push('reject_both');
  if (has(Action.pass)) actions.push('pass');
  if (has(Action.config)) actions.push('config');
  return { actions, scope: actionScope === '' ? SCOPES[type] : actionScope };
}

/** Writes no alert: `noalert`, or an action that writes none unless `alert` asks for it. */
function isSilent({ builder, signature }: AnalysedRule): boolean {
  if ((signature.flags & SigFlag.noAlert) !== 0) return true;
  return (signature.action & Action.alert) === 0 && !builder.seen.includes('alert');
}

function asksFlowVariable({ keyword, details }: Description): boolean {
  if (keyword === 'flowvar') return true;
  return keyword === 'flowbits' && (details?.['flowbits'] as Details)['cmd'] === 'isset';
}

export function ruleFlags(rule: AnalysedRule): string[] {
  const { signature, builder } = rule;
  const { flags } = signature;
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const isBothWays = !has(SigFlag.toServer | SigFlag.toClient);
  const all: readonly (readonly [string, boolean])[] = [
    ['src_any', rule.source.isAny],
    ['dst_any', rule.destination.isAny],
    ['sp_any', rule.sourcePort.isAny],
    ['dp_any', rule.destinationPort.isAny],
    ['noalert', isSilent(rule)],
    ['dsize', has(SigFlag.dsize)],
    ['applayer', isAppLayer(rule)],
    ['need_packet', has(SigFlag.requirePacket)],
    ['need_stream', has(SigFlag.requireStream)],
    ['negated_mpm', rule.pattern?.content.negated === true],
    ['need_flowvar', builder.packetDescriptions.some(asksFlowVariable)],
    ['toserver', isBothWays || has(SigFlag.toServer)],
    ['toclient', isBothWays || has(SigFlag.toClient)],
    ['bypass', has(SigFlag.bypass)],
    ['prefilter', rule.pattern !== null || builder.prefilterKeyword !== undefined],
    ['src_is_target', signature.target === 'src_ip'],
    ['dst_is_target', signature.target === 'dest_ip'],
  ];
  return all.filter(([, isSet]) => isSet).map(([name]) => name);
}
