// What is inspected for a rule: buffers of packets and transactions with their conditions, and the lists beside them.

import type { BufferEngine } from '../../framework/buffer.ts';
import type { ChainBuilder } from '../compile/chain-builder.ts';
import { ofDirection, enginesOf as whereOf } from '../compile/tx-steps.ts';
import { describeAll, describeChain } from './matches.ts';
import type { JsonObject } from './matches.ts';
import { payloadLimit } from './rule.ts';
import { HOOK } from '../compile/tx-plan.ts';
import type { TxMatchStep } from '../compile/signature-builder.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { AnalysedRule } from './rule.ts';

/** `pkt_engines`: what is inspected for each packet, what is searched first. */
export function packetEngines(rule: AnalysedRule): JsonObject[] {
  const { builder } = rule;
  const engines = builder.chains.flatMap((chain, i): JsonObject[] =>
    chain.buffer?.source === 'packet' ? [{ name: chain.buffer.name, ...inspection(rule, chain, i) }] : [],
  );
  engines.sort((a, b) => Number(b['is_mpm']) - Number(a['is_mpm']));
  if (builder.payload.elements.length > 0) engines.push({ name: 'payload', is_mpm: rule.pattern?.chain === -1 });
  if (builder.packetDescriptions.length > 0) engines.push({ name: 'packet', is_mpm: false });
  return engines;
}

function inspection(rule: AnalysedRule, chain: ChainBuilder, index: number): JsonObject {
  const isSearched = rule.pattern?.chain === index;
  const transforms = chain.transforms.map(({ keyword }) => ({ name: keyword }));
  return {
    is_mpm: isSearched,
    ...(transforms.length > 0 && { transforms }),
    matches: describeChain(chain.elements, isSearched ? rule.pattern.content : null),
  };
}

/**
 * `engines`: what is inspected in transactions, one for each protocol, direction and progress of a buffer; the stream
 * behind them. What is searched stands first.
 */
export function transactionEngines(rule: AnalysedRule): JsonObject[] {
  const { builder } = rule;
  const engines = builder.txSteps.flatMap((step) =>
    'match' in step ? matchEngines(rule, step) : chainEngines(rule, step),
  );
  if (engines.length > 0 && builder.payload.elements.length > 0) engines.push(...streamEngines(rule));
  return engines.sort((a, b) => Number(b['is_mpm']) - Number(a['is_mpm']));
}

function chainEngines(rule: AnalysedRule, chain: ChainBuilder): JsonObject[] {
  return enginesOf(rule, chain).map((engine) => ({
    name: chain.buffer!.name,
    ...describeEngine(rule, engine),
    ...inspection(rule, chain, rule.builder.chains.indexOf(chain)),
  }));
}

function directionsOf({ builder }: AnalysedRule): string[] {
  const wanted = builder.flags & (SigFlag.toServer | SigFlag.toClient);
  if (wanted === SigFlag.toServer) return ['toserver'];
  return wanted === SigFlag.toClient ? ['toclient'] : ['toserver', 'toclient'];
}

/** Other conditions on transactions. */
function matchEngines(rule: AnalysedRule, step: TxMatchStep): JsonObject[] {
  const { details, keyword, place } = step;
  if (keyword === 'app-layer-event') return eventEngines(rule, keyword);
  if (keyword === HOOK) return [];
  return enginesFor(rule, ofDirection(step.engines, rule.builder.flags)).map((engine) => ({
    name: place ?? stateName(rule, engine),
    ...describeEngine(rule, engine),
    is_mpm: false,
    matches: [{ name: keyword, ...details }],
  }));
}

function stateName({ builder }: AnalysedRule, { appProtocol, direction, progress }: BufferEngine): string {
  const definition = builder.setup.protocol(appProtocol);
  const states = direction === 'toserver' ? definition?.states?.toServer : definition?.states?.toClient;
  return `${definition?.name ?? appProtocol}:${states?.[progress] ?? String(progress)}:generic`;
}

/** Events of an application layer: of any protocol, as far as its rules say. */
function eventEngines(rule: AnalysedRule, keyword: string): JsonObject[] {
  return directionsOf(rule).map((direction) => ({
    name: 'app-layer-events',
    direction,
    app_proto: 'unknown',
    progress: 0,
    is_mpm: false,
    matches: [{ name: keyword }],
  }));
}

function streamEngines(rule: AnalysedRule): JsonObject[] {
  const { builder, pattern } = rule;
  const searched = pattern?.chain === -1 ? pattern.content : null;
  const matches = describeChain(builder.payload.elements, searched, payloadLimit(builder));
  const place = { app_proto: 'unknown', progress: 0, is_mpm: searched !== null };
  return directionsOf(rule).map((direction) => ({ name: 'stream', direction, ...place, matches }));
}

function describeEngine({ builder }: AnalysedRule, engine: BufferEngine): JsonObject {
  const { direction, appProtocol, subState, progress } = engine;
  const name = builder.setup.protocol(appProtocol)?.name ?? appProtocol;
  return { direction, app_proto: name, ...(subState !== undefined && { sub_state: subState }), progress };
}

/** Those of the rule's protocols and direction. */
export function enginesOf(rule: AnalysedRule, chain: ChainBuilder): readonly BufferEngine[] {
  const { buffer } = chain;
  if (buffer?.source !== 'app') return [];
  return enginesFor(rule, whereOf(chain, buffer.engines ?? [], rule.builder.flags));
}

function enginesFor({ builder, signature }: AnalysedRule, engines: readonly BufferEngine[]): readonly BufferEngine[] {
  const { appProtocols } = signature;
  return engines.filter(
    ({ appProtocol }) =>
      appProtocols === null ||
      builder.setup.appProtocols(appProtocol)?.some((id) => appProtocols.includes(id)) === true,
  );
}

/** `lists`: conditions outside of named buffers, and what happens once all of them hold. */
export function lists(rule: AnalysedRule): JsonObject {
  const { builder } = rule;
  const result: JsonObject = {};
  const add = (name: string, matches: readonly JsonObject[]): void => {
    if (matches.length > 0) result[name] = { matches };
  };
  add('packet', describeAll(builder.packetDescriptions));
  const searched = rule.pattern?.chain === -1 ? rule.pattern.content : null;
  add('payload', describeChain(builder.payload.elements, searched, payloadLimit(builder)));
  const base64 = builder.chains.find(({ buffer }) => buffer?.source === 'base64');
  if (base64 !== undefined) add('base64_data', describeChain(base64.elements, null));
  const actions = builder.postDescriptions;
  add('postmatch', describeAll(actions.filter(({ keyword }) => keyword !== 'tag')));
  add('tag', describeAll(actions.filter(({ keyword }) => keyword === 'tag')));
  const threshold = builder.meta.threshold;
  if (threshold !== null)
    add('threshold', [{ name: threshold.type === 'detection_filter' ? 'detection_filter' : 'threshold' }]);
  return result;
}
