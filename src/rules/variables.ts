// The vars section: address and port variables, and the sets that texts with them mean.
import { parseAddresses } from './address.ts';
import { AddressSet } from './address-set.ts';
import type { ArgumentError, Parsed } from './argument-error.ts';
import { parsePorts } from './port.ts';
import { PortSet } from './port-set.ts';
import type { VariableKind, VariableLookup } from './variable-lookup.ts';

export { AddressSet, PortSet };

/** `{ HOME_NET: '[192.168.0.0/16]', ... }` as in `vars.address-groups` and `vars.port-groups`. */
export type VariableGroup = Readonly<Record<string, string>>;

export interface VariableProblem {
  readonly kind: VariableKind;
  readonly name: string;
  readonly error: ArgumentError;
}

/** Immutable; equal texts give the same set object, so sets compare by identity. */
export class Variables {
  readonly #lookup: VariableLookup;
  readonly #addresses = new Map<string, Parsed<AddressSet>>();
  readonly #ports = new Map<string, Parsed<PortSet>>();
  readonly #addressSets = new Map<string, AddressSet>();
  readonly #portSets = new Map<string, PortSet>();

  constructor(addressGroups: VariableGroup = {}, portGroups: VariableGroup = {}) {
    const map = (group: VariableGroup): Map<string, string> =>
      new Map(Object.entries(group).map(([name, text]) => [name, text.trim()]));
    this.#lookup = { address: map(addressGroups), port: map(portGroups), open: [] };
  }

  /** The addresses a text of a rule's header means. */
  addresses(text: string): Parsed<AddressSet> {
    return remember(this.#addresses, text, () => share(parseAddresses(text, this.#lookup), this.#addressSets));
  }

  /** The ports a text of a rule's header means. */
  ports(text: string): Parsed<PortSet> {
    return remember(this.#ports, text, () => share(parsePorts(text, this.#lookup), this.#portSets));
  }

  /** A text of a rule's header, or a variable in it, says what is not meant. */
  hasNegation(text: string, open: readonly string[] = []): boolean {
    if (text.includes('!')) return true;
    const names = [...text.matchAll(/\$([\w-]+)/g)].map((match) => match[1]!);
    return names.some((name) => {
      const value = open.includes(name) ? undefined : this.#lookup.address.get(name);
      return value !== undefined && this.hasNegation(value, [...open, name]);
    });
  }

  /** Every variable whose value is faulty, in order of definition: what `-T` reports. */
  check(): VariableProblem[] {
    const problems: VariableProblem[] = [];
    for (const kind of ['address', 'port'] as const) {
      for (const name of this.#lookup[kind].keys()) {
        const result = kind === 'address' ? this.addresses(`$${name}`) : this.ports(`$${name}`);
        if (!result.ok) problems.push({ kind, name, error: result.error });
      }
    }
    return problems;
  }
}

function remember<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}

function share<T extends { toString(): string }>(result: Parsed<T>, sets: Map<string, T>): Parsed<T> {
  if (!result.ok) return result;
  const set = remember(sets, result.value.toString(), () => result.value);
  return set === result.value ? result : { ok: true, value: set };
}
