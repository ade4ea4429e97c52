// Dependencies: rules that ask packets or streams for a flowbit that only rules on transactions set, later than they look.

import type { Signature } from '../../framework/signature.ts';
import { flowbitUses } from './flowbit-uses.ts';
import type { JsonObject } from './matches.ts';
import type { AnalysedRule } from './rule.ts';

/** The rules and flowbits that a rule waits for. */
interface Upstream {
  readonly sids: Set<number>;
  readonly names: Set<string>;
}

/** `dependencies` of each rule that has some (rules.json). */
export function dependenciesOf(rules: readonly AnalysedRule[]): ReadonlyMap<Signature, JsonObject> {
  const found = new Map<Signature, Upstream>();
  for (const [name, use] of flowbitUses(rules)) {
    const setters = use.get('set') ?? [];
    const askers = use.get('isset') ?? [];
    // where transactions ask as well, the flowbit is of use to them
    if (!setters.some(isOnTransactions) || askers.some(isOnTransactions)) continue;
    for (const { signature } of askers) {
      const upstream = found.get(signature) ?? { sids: new Set(), names: new Set() };
      for (const setter of setters) upstream.sids.add(setter.signature.sid);
      upstream.names.add(name);
      found.set(signature, upstream);
    }
  }
  return new Map([...found].map(([signature, upstream]) => [signature, dependency(upstream)]));
}

function isOnTransactions({ signature }: AnalysedRule): boolean {
  return signature.type === 'app_tx';
}

function dependency({ sids, names }: Upstream): JsonObject {
  return { flowbits: { upstream: { state_modifying_rules: { sids: [...sids], names: [...names] } } } };
}
