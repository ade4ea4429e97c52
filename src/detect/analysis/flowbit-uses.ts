// flowbitUses: which rules set, clear and ask for each flowbit.

import type { Description } from '../../framework/description.ts';
import type { AnalysedRule } from './rule.ts';

/** What flowbits do (`set`, `isset` ...), and the rules that do it, in their order. */
export type FlowbitUse = ReadonlyMap<string, readonly AnalysedRule[]>;

/** By name, in the order in which rules first name them. */
export function flowbitUses(rules: readonly AnalysedRule[]): ReadonlyMap<string, FlowbitUse> {
  const uses = new Map<string, Map<string, AnalysedRule[]>>();
  for (const rule of rules) {
    const { packetDescriptions, postDescriptions } = rule.builder;
    for (const description of [...packetDescriptions, ...postDescriptions]) {
      for (const [command, name] of usesOf(description)) {
        if (!uses.has(name)) uses.set(name, new Map());
        const bit = uses.get(name)!;
        bit.set(command, [...(bit.get(command) ?? []), rule]);
      }
    }
  }
  return uses;
}

function usesOf({ keyword, details }: Description): [command: string, name: string][] {
  if (keyword !== 'flowbits' || details === undefined) return [];
  const { cmd, names } = details['flowbits'] as { cmd: string; names: string[] };
  return names.map((name) => [cmd, name]);
}
