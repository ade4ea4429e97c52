// Names of application protocols, as rules use them, and the numbers they stand for.

import { PROTOCOLS } from '../app/registry.ts';
import type { ProtocolDefinition, Transport } from '../framework/app-protocol.ts';

/** Numbers 0 and 1 stand for no protocol (ProtocolTable). */
const FIRST = 2;

const byName = new Map<string, number[]>();
PROTOCOLS.forEach(({ name, ruleNames = [] }, i) => {
  for (const one of new Set([name, ...ruleNames])) {
    const known = byName.get(one);
    if (known === undefined) byName.set(one, [FIRST + i]);
    else known.push(FIRST + i);
  }
});

/** Numbers of the protocols that a name covers, undefined when there is none. */
export function protocolIds(name: string): readonly number[] | undefined {
  return byName.get(name);
}

/** The definition that a name stands for: its own, else the first that the name covers. */
export function protocolDefinition(name: string): ProtocolDefinition | undefined {
  const own = PROTOCOLS.find((one) => one.name === name);
  return own ?? PROTOCOLS[(byName.get(name)?.[0] ?? -1) - FIRST];
}

/** The transports of the protocols that a name covers, undefined when there is none. */
export function protocolTransports(name: string): readonly Transport[] | undefined {
  const ids = byName.get(name);
  return ids === undefined ? undefined : [...new Set(ids.flatMap((id) => PROTOCOLS[id - FIRST]!.transports))];
}
