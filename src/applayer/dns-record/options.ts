// What `types: - dns:` of an EVE output may say.

import type { ConfigNode } from '../../config/index.ts';
import { dnsTypeNumber } from '../../wire/dns-names.ts';

export interface DnsEveOptions {
  readonly version: 2 | 3;
  readonly requests: boolean;
  readonly responses: boolean;
  /** Record types asked for that are told of; null: all. */
  readonly types: ReadonlySet<number> | null;
  /** `formats`: each answer, and the data of the answers by type. */
  readonly isDetailed: boolean;
  readonly isGrouped: boolean;
}

/** The version where the configuration has none. */
const VERSION_VARIABLE = 'SURICATA_EVE_DNS_VERSION';

export function readDnsEveOptions(node: ConfigNode | undefined): DnsEveOptions {
  const formats = listOf(node, 'formats');
  const types = listOf(node, 'types');
  const version = node?.string('version') ?? process.env[VERSION_VARIABLE];
  return {
    version: version === '2' ? 2 : 3,
    requests: node?.bool('requests', true) ?? true,
    responses: node?.bool('responses', true) ?? true,
    types: types === null ? null : new Set(types.map(dnsTypeNumber).filter((one) => one !== undefined)),
    isDetailed: formats?.includes('detailed') ?? true,
    isGrouped: formats?.includes('grouped') ?? true,
  };
}

/** Words of a list, lower case; null without one. */
function listOf(node: ConfigNode | undefined, key: string): string[] | null {
  const list = node?.get(key);
  if (list === undefined) return null;
  return list.items().map(({ value }) => String(value).toLowerCase());
}
