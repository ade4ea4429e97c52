// patterns.json: all contents of the rules by buffer, with how often each is there and how often it is searched.

import type { ContentSpec } from '../../framework/chain.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { ChainBuilder } from '../compile/chain-builder.ts';
import { enginesOf } from './engines.ts';
import type { JsonObject } from './matches.ts';
import { patternText, searchedBytes } from './pattern-text.ts';
import { payloadLimit } from './rule.ts';
import type { AnalysedRule } from './rule.ts';

interface Count {
  readonly pattern: string;
  readonly patlen: number;
  readonly flags: JsonObject;
  cnt: number;
  mpm: number;
}

/** The counts are of places: a rule for both directions counts twice in the payload. */
export function patternsObject(rules: readonly AnalysedRule[]): JsonObject {
  const buffers = new Map<string, { name: string; counts: Map<string, Count> }>([
    ['payload', { name: 'payload', counts: new Map() }],
  ]);
  for (const rule of rules) {
    countChain(rule, rule.builder.payload, -1, buffers.get('payload')!.counts);
    rule.builder.chains.forEach((chain, i) => {
      if (chain.buffer === null || chain.buffer.source === 'base64') return;
      const { name } = chain.buffer;
      const key = [name, ...chain.transforms.map(({ identity }) => identity)].join('\n');
      if (!buffers.has(key)) buffers.set(key, { name, counts: new Map() });
      countChain(rule, chain, i, buffers.get(key)!.counts);
    });
  }
  const found = [...buffers.values()].filter(({ counts }) => counts.size > 0);
  return {
    buffers: found.map(({ name, counts }, i) => ({
      name,
      list_id: i + 1,
      patterns: [...counts.values()].map(({ pattern, patlen, cnt, mpm, flags }) => ({
        pattern,
        patlen,
        cnt,
        mpm,
        flags,
      })),
    })),
  };
}

function countChain(rule: AnalysedRule, chain: ChainBuilder, index: number, counts: Map<string, Count>): void {
  const places = placesOf(rule, chain);
  const limit = index < 0 ? payloadLimit(rule.builder) : Infinity;
  for (const content of chain.contents) {
    const flags = flagsOf(content, limit);
    const pattern = patternText(searchedBytes(content));
    const key = JSON.stringify([pattern, flags]);
    let count = counts.get(key);
    if (count === undefined)
      counts.set(key, (count = { pattern, patlen: content.bytes.length, flags, cnt: 0, mpm: 0 }));
    count.cnt += places;
    if (rule.pattern?.content === content) count.mpm += places;
  }
}

function placesOf(rule: AnalysedRule, chain: ChainBuilder): number {
  const { buffer } = chain;
  if (buffer?.source === 'app') return enginesOf(rule, chain).length;
  if (buffer !== null) return 1;
  return (rule.signature.flags & (SigFlag.toServer | SigFlag.toClient)) === 0 ? 2 : 1;
}

function flagsOf({ nocase, negated, depth, startsWith, offset, endsWith }: ContentSpec, limit: number): JsonObject {
  return {
    nocase,
    negated,
    depth: depth !== null || startsWith || limit !== Infinity,
    offset: offset !== null,
    endswith: endsWith,
  };
}
