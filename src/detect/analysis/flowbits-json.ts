// flowbits.json: which rules set, clear and ask for each flowbit.

import { flowbitUses } from './flowbit-uses.ts';
import type { FlowbitUse } from './flowbit-uses.ts';
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
  const uses = flowbitUses(rules);
  if (uses.size === 0) return null;
  return { flowbits: [...uses].map(([name, bit], i) => ({ name, internal_id: i + 1, ...counts(bit), ...sids(bit) })) };
}

function counts(bit: FlowbitUse): JsonObject {
  return Object.fromEntries(COUNTED.map((command) => [`${command}_cnt`, bit.get(command)?.length ?? 0]));
}

function sids(bit: FlowbitUse): JsonObject {
  return Object.fromEntries(
    LISTS.flatMap(([command, list]) => {
      const found = bit.get(command);
      return found === undefined ? [] : [[list, found.map(({ signature }) => signature.sid)]];
    }),
  );
}
