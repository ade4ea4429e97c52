// Figures about the rules of a group: how they are found, and what is searched in which buffer.

import { SigFlag } from '../../framework/signature.ts';
import { strength } from './choice.ts';
import type { JsonObject } from './matches.ts';
import type { AnalysedRule } from './rule.ts';

export function groupStats(rules: readonly AnalysedRule[], options: { readonly withSearch: boolean }): JsonObject {
  const byBuffer = new Map<string, Uint8Array[]>();
  for (const { pattern, builder } of rules) {
    if (pattern === null) continue;
    const name = builder.chains[pattern.chain]?.buffer?.name ?? 'payload';
    byBuffer.set(name, [...(byBuffer.get(name) ?? []), pattern.content.bytes]);
  }
  const payload: JsonObject = { total: rules.length };
  const mpm: JsonObject = {};
  for (const [name, patterns] of byBuffer) {
    payload[name] = patterns.length;
    mpm[name] = patternFigures(patterns);
  }
  return { total: rules.length, types: typeCounts(rules), payload, ...(options.withSearch && { mpm }) };
}

function typeCounts(rules: readonly AnalysedRule[]): JsonObject {
  const count = (test: (rule: AnalysedRule) => boolean): number => rules.filter(test).length;
  return {
    mpm: count(({ pattern }) => pattern !== null),
    non_mpm: count(({ pattern }) => pattern === null),
    mpm_depth: count(
      ({ pattern }) => pattern !== null && (pattern.content.depth !== null || pattern.content.startsWith),
    ),
    mpm_endswith: count(({ pattern }) => pattern?.content.endsWith === true),
    negated_mpm: count(({ pattern }) => pattern?.content.negated === true),
    payload_but_no_mpm: count(({ pattern, signature }) => pattern === null && hasPayload(signature.flags)),
    prefilter: count(({ builder }) => builder.prefilterKeyword !== undefined),
    syn: count(asksForSyn),
    any5: count(matchesAnything),
  };
}

function hasPayload(flags: number): boolean {
  return (flags & SigFlag.requirePayload) !== 0;
}

function asksForSyn({ builder }: AnalysedRule): boolean {
  return builder.ast.options.some(({ key, value }) => /^(tcp\.)?flags$/i.test(key) && /^[^,]*S/i.test(value ?? ''));
}

/** Any address, any port, any protocol over IP. */
function matchesAnything(rule: AnalysedRule): boolean {
  const { source, sourcePort, destination, destinationPort } = rule;
  const isAny = source.isAny && sourcePort.isAny && destination.isAny && destinationPort.isAny;
  return isAny && ['ip', 'pkthdr'].includes(rule.signature.protocol.toLowerCase());
}

/** How many of each length, then a summary. */
function patternFigures(patterns: readonly Uint8Array[]): JsonObject[] {
  const sizes = new Map<number, number>();
  for (const { length } of patterns) sizes.set(length, (sizes.get(length) ?? 0) + 1);
  const bySize = [...sizes].sort(([a], [b]) => a - b).map(([size, count]) => ({ size, count }));
  const strengths = patterns.map(strength);
  const sum = strengths.reduce((total, one) => total + one, 0);
  return [
    ...bySize,
    {
      total: patterns.length,
      avg_strength: Math.floor(sum / patterns.length),
      min_strength: Math.min(...strengths),
      max_strength: Math.max(...strengths),
    },
  ];
}
