// rules.json: one object per rule, all that is known of how it is inspected.

import type { ContentSpec } from '../../framework/chain.ts';
import { enginesOf, lists, packetEngines, transactionEngines } from './engines.ts';
import { describeContent, relativeNext } from './matches.ts';
import type { JsonObject } from './matches.ts';
import { payloadLimit } from './rule.ts';
import type { AnalysedRule } from './rule.ts';
import { isAppLayer, matchPolicy, requirements, ruleFlags } from './traits.ts';

/** @param dependencies what the rule waits for (dependenciesOf) */
export function ruleObject(rule: AnalysedRule, dependencies?: JsonObject): JsonObject {
  const { signature, builder } = rule;
  const engines = transactionEngines(rule);
  const notes = [...builder.notes, ...httpNotes(rule)];
  const warnings = builder.warnings.map(({ message }) => message);
  return {
    class: 'threat detection',
    raw: signature.text,
    id: signature.sid,
    gid: signature.gid,
    rev: signature.rev,
    ...(signature.msg !== '' && { msg: signature.msg }),
    app_proto: appProtocol(rule),
    requirements: requirements(rule),
    match_policy: matchPolicy(rule),
    type: signature.type,
    ...(dependencies !== undefined && { dependencies }),
    flags: ruleFlags(rule),
    pkt_engines: packetEngines(rule),
    frame_engines: [],
    ...(engines.length > 0 && { engines }),
    lists: lists(rule),
    ...searched(rule),
    ...(warnings.length > 0 && { warnings }),
    ...(notes.length > 0 && { notes }),
  };
}

/** Requests that are looked for where the buffers of HTTP would serve better; one note for each place that is looked at. */
const REQUEST = /^(?:GET|POST) \//i;
const AGENT = /^User-Agent: /i;

function httpNotes(rule: AnalysedRule): string[] {
  const { chains, payload } = rule.builder;
  const inPayload = payload.contents.map(betterBuffer).find((better) => better !== undefined);
  const inBuffers = chains.flatMap((chain) =>
    enginesOf(rule, chain).flatMap(() => chain.contents.flatMap((content) => betterBuffer(content) ?? [])),
  );
  return [...(inPayload === undefined ? [] : [inPayload]), ...inBuffers].map(
    (better) => `pattern looks like it inspects HTTP, use ${better} for improved performance`,
  );
}

function betterBuffer({ bytes }: ContentSpec): string | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  if (REQUEST.test(text)) return 'http.request_line or http.method and http.uri instead';
  return AGENT.test(text) ? 'http.user_agent or http.header' : undefined;
}

/** `http_any`: every version of HTTP; a rule that modifiers confine to one is of that. */
function appProtocol(rule: AnalysedRule): string {
  if (!isAppLayer(rule)) return 'unknown';
  const { builder, signature } = rule;
  const name = signature.protocol.toLowerCase();
  const within = builder.chains.find((chain) => chain.within !== null)?.within ?? name;
  if (within === 'http') return 'http_any';
  return builder.setup.protocol(within)?.name ?? within;
}

/** `mpm`: what multi-pattern matching looks for; `prefilter`: the keyword that is checked first instead. */
function searched({ pattern, builder }: AnalysedRule): JsonObject {
  if (builder.prefilterKeyword !== undefined) {
    return { prefilter: { buffer: 'packet', name: builder.prefilterKeyword } };
  }
  if (pattern === null) return {};
  const chain = pattern.chain < 0 ? builder.payload : builder.chains[pattern.chain]!;
  const at = chain.elements.findIndex(({ content }) => content === pattern.content);
  const content = describeContent(pattern.content, {
    isSearched: true,
    isRelativeNext: relativeNext(chain.elements).has(at),
    limit: pattern.chain < 0 ? payloadLimit(builder) : Infinity,
  });
  return { mpm: { buffer: chain.buffer?.name ?? 'payload', ...content } };
}
