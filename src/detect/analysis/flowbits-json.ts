// flowbits.json: which rules set, clear and ask for each flowbit.

import type { Description } from '../../framework/description.ts';
import type { JsonObject } from './matches.ts';
import type { AnalysedRule } from './rule.ts';

const LISTS: readonly (readonly [command: string, list: string])[] = [
  ['set', 'sets'],
  ['isset', 'isset'],
  ['isnotset', 'isnotset'],
  ['unset', 'unset'],
  ['toggle', 'toggles'],
];
const COUNTED = ['set', 'unset', 'toggle', 'isset', 'isnotset'];

/** Null when no rule has a flowbit. */
export function flowbitsObject(rules: readonly AnalysedRule[]): JsonObject | null {
  const uses = new Map<string, Map<string, number[]>>();
  for (const { signature, builder } of rules) {
    for (const description of [...builder.packetDescriptions, ...builder.postDescriptions]) {
      for (const [command, name] of usesOf(description)) {
        if (!uses.has(name)) uses.set(name, new Map());
        const bit = uses.get(name)!;
        bit.set(command, [...(bit.get(command) ?? []), signature.sid]);
      }
    }
  }
  if (uses.size === 0) return null;
  return { flowbits: [...uses].map(([name, bit], i) => ({ name, internal_id: i + 1, ...counts(bit), ...sids(bit) })) };
}

function usesOf({ keyword, details }: Description): [command: string, name: string][] {
  if (keyword !== 'flowbits' || details === undefined) return [];
  const { cmd, names } = details['flowbits'] as { cmd: string; names: string[] };
  return names.map((name) => [cmd, name]);
}

function counts(bit: ReadonlyMap<string, readonly number[]>): JsonObject {
  return Object.fromEntries(COUNTED.map((command) => [`${command}_cnt`, bit.get(command)?.length ?? 0]));
}

function sids(bit: ReadonlyMap<string, readonly number[]>): JsonObject {
  return Object.fromEntries(
    LISTS.flatMap(([command, list]) => {
      const found = bit.get(command);
      return found === undefined ? [] : [[list, found]];
    }),
  );
}
