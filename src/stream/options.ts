// Settings of the TCP engine (`stream:` of the configuration) and the overlap policies' numbers.

/** How an operating system treats overlapping segments; the index is the policy's number in sessions. */
export const OS_POLICIES = [
  'bsd',
  'bsd-right',
  'old-linux',
  'linux',
  'old-solaris',
  'solaris',
  'hpux10',
  'hpux11',
  'irix',
  'macos',
  'windows',
  'vista',
  'windows2k3',
  'first',
  'last',
] as const;
export type OsPolicy = (typeof OS_POLICIES)[number];
export const osPolicyId = (name: OsPolicy): number => OS_POLICIES.indexOf(name);

/** What becomes of urgent data, and of more of it than one stream may have out of band. */
export const URGENT_POLICIES = ['oob', 'inline', 'drop', 'gap'] as const;
export type UrgentPolicy = (typeof URGENT_POLICIES)[number];
export const URGENT_LIMIT_POLICIES = ['drop', 'inline', 'gap'] as const;
export type UrgentLimitPolicy = (typeof URGENT_LIMIT_POLICIES)[number];

/** Sizes are bytes; 0 as a limit means none. */
export interface StreamOptions {
  memcap: number;
  checksumValidation: boolean;
  inline: boolean;
  midstream: boolean;
  asyncOneside: boolean;
  dropInvalid: boolean;
  maxSynQueued: number;
  maxSynAckQueued: number;
  /** Stop looking at a flow of which a direction reached the depth. */
  bypass: boolean;
  /** Judge timestamps as Linux does, whatever the host. */
  liberalTimestamps: boolean;
  /** Raw blocks are wanted; without it data only moves on. */
  rawInspection: boolean;
  /** Packets for which memory is to be found exhausted (`--simulate-packet-tcp-*-memcap`), 0 for none. */
  simulateSessionMemcapAt: number;
  simulateReassemblyMemcapAt: number;
  reassembly: {
    memcap: number;
    depth: number;
    toserverChunkSize: number;
    toclientChunkSize: number;
    /** Percent by which chunk sizes differ from flow to flow, by the flow's hash: no evasion by known chunk ends. */
    chunkVariation: number;
    checkOverlapDifferentData: boolean;
    urgentPolicy: UrgentPolicy;
    urgentOobLimitPolicy: UrgentLimitPolicy;
    /** Areas of one direction far from each other. */
    maxRegions: number;
    maxSegments: number;
  };
}

/** A configuration of every setting, as Suricata's defaults but for the random chunk sizes. */
export function defaultStreamOptions(): StreamOptions {
  return {
    memcap: 64 << 20,
    checksumValidation: true,
    inline: false,
    midstream: false,
    asyncOneside: false,
    dropInvalid: true,
    maxSynQueued: 10,
    maxSynAckQueued: 5,
    bypass: false,
    liberalTimestamps: false,
    rawInspection: true,
    simulateSessionMemcapAt: 0,
    simulateReassemblyMemcapAt: 0,
    reassembly: {
      memcap: 256 << 20,
      depth: 0, // the whole stream, as Suricata when nothing is configured
      toserverChunkSize: 2560,
      toclientChunkSize: 2560,
      chunkVariation: 0,
      checkOverlapDifferentData: false,
      urgentPolicy: 'oob',
      urgentOobLimitPolicy: 'drop',
      maxRegions: 8,
      maxSegments: 4096,
    },
  };
}
