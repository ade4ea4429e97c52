// rules_fast_pattern.txt: what multi-pattern matching looks for, rule by rule, and a summary.

import type { ContentSpec } from '../../framework/chain.ts';
import { printable, searchedPart } from './printable.ts';
import { payloadLimit } from './rule.ts';
import type { AnalysedRule } from './rule.ts';

export function fastPatternReport(rule: AnalysedRule): string {
  const { signature } = rule;
  const lines = patternLines(rule).map((line) => `        ${line}`);
  return [`== Sid: ${signature.sid} ==`, signature.text, '    Fast Pattern analysis:', ...lines, '', ''].join('\n');
}

function patternLines({ pattern, builder }: AnalysedRule): string[] {
  if (builder.prefilterKeyword !== undefined) return [`Prefilter on: ${builder.prefilterKeyword}`];
  if (pattern === null) return ['No content present'];
  const { content } = pattern;
  const buffer = builder.chains[pattern.chain]?.buffer;
  const chop = content.fastPatternChop;
  return [
    `Fast pattern matcher: ${buffer ? `${buffer.description} (${buffer.name})` : 'content'}`,
    `Flags: ${flagsOf(content, pattern.chain < 0 ? payloadLimit(builder) : Infinity)}`,
    `Fast pattern set: ${yes(content.fastPattern)}`,
    `Fast pattern only set: ${yes(content.fastPatternOnly)}`,
    `Fast pattern chop set: ${yes(chop !== null)}`,
    ...(chop === null ? [] : [`Fast pattern offset, length: ${chop.offset}, ${chop.length}`]),
    `Original content: ${printable(content.bytes)}`,
    `Final content: ${printable(searchedPart(content))}`,
  ];
}

function yes(isSo: boolean): string {
  return isSo ? 'yes' : 'no';
}

function flagsOf(content: ContentSpec, limit: number): string {
  const { offset, depth, startsWith, distance, within, nocase, negated } = content;
  const all: readonly (readonly [string, boolean])[] = [
    ['Offset', offset !== null],
    ['Depth', depth !== null || startsWith || limit !== Infinity],
    ['Within', within !== null],
    ['Distance', distance !== null],
    ['Nocase', nocase],
    ['Negated', negated],
  ];
  return all.flatMap(([name, isSet]) => (isSet ? [name] : [])).join(' ') || 'None';
}

/** Number and lengths of the patterns of each kind of buffer. */
export function fastPatternSummary(rules: readonly AnalysedRule[]): string {
  const lengths = new Map<string, number[]>();
  for (const { pattern, builder } of rules) {
    if (pattern === null) continue;
    const buffer = builder.chains[pattern.chain]?.buffer;
    const name = buffer ? `${buffer.description} (${buffer.name})` : 'packet/stream payload';
    lengths.set(name, [...(lengths.get(name) ?? []), searchedPart(pattern.content).length]);
  }
  const lines = [...lengths].map(([name, list]) => {
    const average = list.reduce((sum, length) => sum + length, 0) / list.length;
    return `${name}, smallest pattern ${Math.min(...list)} byte(s), longest pattern ${Math.max(...list)} byte(s), number of patterns ${list.length}, avg pattern len ${average.toFixed(2)} byte(s)`;
  });
  const bar = '============';
  return [bar, 'Summary:', bar, ...lines, ''].join('\n');
}
