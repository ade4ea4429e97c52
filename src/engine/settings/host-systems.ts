// Host systems: which operating system a host is said to run (`host-os-policy`); the longest prefix decides.

import { parseCidr } from '../../base/ip.ts';
import type { Cidr } from '../../base/ip.ts';
import type { ConfigNode } from '../../config/index.ts';

/** Index into `names` of a host, -1 when nothing is said of it. Addresses are four words (IPv4: the first). */
export type HostLookup = (a0: number, a1: number, a2: number, a3: number, version: number) => number;

export interface HostSystems {
  /** As the configuration names them. */
  readonly names: readonly string[];
  readonly lookUp: HostLookup;
}

export interface HostEntry {
  readonly cidr: Cidr;
  readonly system: number;
}

const EVERYWHERE = ['0.0.0.0/0', '::/0'];

export function hostSystems(config: ConfigNode): HostSystems {
  const names: string[] = [];
  const entries: HostEntry[] = [];
  for (const node of config.get('host-os-policy')?.items() ?? []) {
    const system = names.push(node.name.toLowerCase()) - 1;
    for (const text of textsOf(node)) {
      for (const one of text === 'any' || text === 'default' ? EVERYWHERE : [text]) {
        const cidr = parseCidr(one);
        if (cidr === undefined) node.report('config/address', `${node.path}: "${one}" is no address`);
        else entries.push({ cidr, system });
      }
    }
  }
  return { names, lookUp: lookUpIn(entries) };
}

function textsOf(node: ConfigNode): string[] {
  const values = node.children.size > 0 ? node.items().map((item) => item.value ?? '') : [node.value ?? ''];
  return values
    .flatMap((value) => value.replace(/[[\]]/g, '').split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** The number of the longest prefix that covers a host. */
export function lookUpIn(entries: readonly HostEntry[]): HostLookup {
  const sorted = [...entries].sort((a, b) => b.cidr.prefix - a.cidr.prefix);
  const four = sorted.filter((entry) => entry.cidr.family === 4);
  const six = sorted.filter((entry) => entry.cidr.family === 6);
  return (a0, a1, a2, a3, version) => {
    for (const { cidr, system } of version === 4 ? four : six) if (covers(cidr, a0, a1, a2, a3)) return system;
    return -1;
  };
}

function covers(cidr: Cidr, a0: number, a1: number, a2: number, a3: number): boolean {
  return (
    matches(cidr, 0, a0) &&
    (cidr.family === 4 || (matches(cidr, 1, a1) && matches(cidr, 2, a2) && matches(cidr, 3, a3)))
  );
}

function matches(cidr: Cidr, word: number, value: number): boolean {
  const bits = Math.min(32, Math.max(0, cidr.prefix - word * 32));
  const mask = bits === 0 ? 0 : (-1 << (32 - bits)) | 0;
  return ((cidr.words[word]! ^ value) & mask) === 0;
}
