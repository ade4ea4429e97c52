// rules.json: one object per rule, all that is known of how it is inspected.

import { lists, packetEngines, transactionEngines } from './engines.ts';
import { describeContent, relativeNext } from './matches.ts';
import type { JsonObject } from './matches.ts';
import { payloadLimit } from './rule.ts';
import type { AnalysedRule } from './rule.ts';
import { isAppLayer, matchPolicy, requirements, ruleFlags } from './traits.ts';

export function ruleObject(rule: AnalysedRule): JsonObject {
  const { signature, builder } = rule;
  const engines = transactionEngines(rule);
  const notes = [...builder.notes, ...httpNote(rule)];
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

/** Requests that are looked for in the payload, where the buffers of HTTP would serve better. */
const REQUEST = /^(?:GET|POST) \//i;
const AGENT = /^User-Agent: /i;

function httpNote({ builder }: AnalysedRule): string[] {
  const texts = builder.payload.contents.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  const better = texts.some((text) => REQUEST.test(text))
    ? 'http.request_line or http.method and http.uri instead'
    : texts.some((text) => AGENT.test(text))
      ? 'http.user_agent or http.header'
      : undefined;
  return better === undefined ? [] : [`pattern looks like it inspects HTTP, use ${better} for improved performance`];
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
