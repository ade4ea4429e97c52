// Defrag settings: `defrag:` of the configuration, and how long and in which system's way fragments are put together.

import { parseCidr } from '../../base/ip.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { DefragOptions } from '../../defrag/defragmenter.ts';
import { DEFAULT_DEFRAG_POLICY, defragPolicyOf } from '../../defrag/policy.ts';
import type { HostLookup, HostSystems } from './host-systems.ts';
import { lookUpIn } from './host-systems.ts';
import type { Simulations } from './simulate.ts';

export type DefragSettings = Pick<
  DefragOptions,
  | 'maxTrackers'
  | 'maxFragments'
  | 'hashSize'
  | 'usesVlan'
  | 'usesRecursion'
  | 'policyOf'
  | 'timeoutOf'
  | 'simulateMemcapAt'
> & { readonly memcap: number };

const DEFAULT_TIMEOUT = 60;

export function defragSettings(config: ConfigNode, hosts: HostSystems, simulate: Simulations): DefragSettings {
  const policies = hosts.names.map((name) => defragPolicyOf(name));
  const timeouts = hostTimeouts(config);
  return {
    memcap: config.size('defrag.memcap', 32 << 20),
    maxTrackers: config.int('defrag.trackers', 65_535, { min: 1 }),
    maxFragments: config.int('defrag.max-frags', 65_535, { min: 1 }),
    hashSize: config.int('defrag.hash-size', 65_536, { min: 1 }),
    usesVlan: config.bool('vlan.use-for-tracking', true),
    usesRecursion: config.bool('decoder.recursion-level.use-for-tracking', true),
    policyOf: (p) => policies[hosts.lookUp(p.dst0, p.dst1, p.dst2, p.dst3, p.ipVersion)] ?? DEFAULT_DEFRAG_POLICY,
    timeoutOf: (p) => timeouts(p.dst0, p.dst1, p.dst2, p.dst3, p.ipVersion),
    simulateMemcapAt: simulate.defragMemcap,
  };
}

/** Seconds by destination: `defrag.host-config` where it says something, else `defrag.timeout`. */
function hostTimeouts(config: ConfigNode): HostLookup {
  const general = config.seconds('defrag.timeout', DEFAULT_TIMEOUT);
  const seconds: number[] = [];
  const entries = [];
  for (const { body } of config.get('defrag.host-config')?.entries() ?? []) {
    const timeout = body?.seconds('timeout', general);
    for (const text of body?.strings('address') ?? []) {
      const cidr = parseCidr(text);
      if (cidr === undefined) body!.report('config/address', `defrag.host-config: "${text}" is no address`, 'address');
      else entries.push({ cidr, system: seconds.push(timeout ?? general) - 1 });
    }
  }
  const lookUp = lookUpIn(entries);
  return (a0, a1, a2, a3, version) => seconds[lookUp(a0, a1, a2, a3, version)] ?? general;
}
