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

export type UrgentPolicy = 'oob' | 'inline' | 'drop' | 'gap';

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
  /** Stop looking at a flow whose both directions reached the depth. */
  bypass: boolean;
  /** Accept data on a SYN (TCP fast open). */
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
    /** 0 keeps the chunk sizes as they are; 10 varies them by ten percent per engine. */
    randomizeChunkRange: number;
    checkOverlapDifferentData: boolean;
    urgentPolicy: UrgentPolicy;
    urgentOobLimitPolicy: 'inline' | 'drop' | 'gap';
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
      depth: 1 << 20,
      toserverChunkSize: 2560,
      toclientChunkSize: 2560,
      randomizeChunkRange: 0,
      checkOverlapDifferentData: false,
      urgentPolicy: 'oob',
      urgentOobLimitPolicy: 'drop',
      maxSegments: 4096,
    },
  };
}
