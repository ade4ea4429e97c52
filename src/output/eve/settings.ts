// What an eve-log section asks for besides its types.
import { quote } from '../../base/json-text.ts';
import type { ConfigNode } from '../../config/index.ts';
import { readXff } from './xff.ts';
import type { Xff } from './xff.ts';

/** The version of Suricata's EVE that events announce (`suricata_version`). */
export const EVE_VERSION = '9.0.0';

export interface EveSettings {
  /** The section itself. */
  readonly node: ConfigNode;
  readonly hasCommunityId: boolean;
  readonly communityIdSeed: number;
  readonly hasEther: boolean;
  /** `vni`: networks of tunnels that were taken off; without the key where packets come from mirrors. */
  readonly hasVni: boolean;
  /** `ipv6-compress`: addresses in short form. */
  readonly isIp6Short: boolean;
  readonly hasMetadata: boolean;
  readonly hasPcapFile: boolean;
  /** `,"suricata_version":"9.0.0"` or nothing. */
  readonly version: string;
  /** `,"host":"name"` or nothing. */
  readonly host: string;
  /** Text before every record. */
  readonly prefix: string;
  /** Addresses of clients behind proxies, null: not wanted. */
  readonly xff: Xff | null;
}

export function readEveSettings(
  node: ConfigNode,
  { isMirror = false }: { readonly isMirror?: boolean } = {},
): EveSettings {
  const sensor = rootOf(node).string('sensor-name');
  return {
    node,
    hasCommunityId: node.bool('community-id', false),
    communityIdSeed: node.int('community-id-seed', 0, { min: 0, max: 65_535 }),
    hasEther: node.bool('ethernet', false),
    hasVni: node.bool('vni', isMirror),
    isIp6Short: node.bool('ipv6-compress', false),
    hasMetadata: node.bool('metadata', true),
    hasPcapFile: node.bool('pcap-file', false),
    version: node.bool('suricata-version', false) ? `,"suricata_version":"${EVE_VERSION}"` : '',
    host: sensor === undefined ? '' : `,"host":${quote(sensor)}`,
    prefix: node.string('prefix', ''),
    xff: readXff(node),
  };
}

function rootOf(node: ConfigNode): ConfigNode {
  let root = node;
  while (root.parent !== undefined) root = root.parent;
  return root;
}
