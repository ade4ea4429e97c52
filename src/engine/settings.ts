// Settings: the sections of the configuration in the form the mechanisms want.

import { DEFAULT_FLOW_OPTIONS } from '../flow/options.ts';
import type { FlowOptions } from '../flow/options.ts';
import { DEFAULT_TIMEOUTS, TIMEOUT_PROTOCOLS } from '../flow/timeouts.ts';
import type { FlowTimeouts, ProtocolTimeouts, TimeoutProtocol } from '../flow/timeouts.ts';
import type { ConfigNode } from '../config/index.ts';
import { defaultStreamOptions } from '../stream/index.ts';
import type { StreamOptions } from '../stream/index.ts';

const TIMEOUT_KEYS: Readonly<Record<keyof ProtocolTimeouts, string>> = {
  new: 'new',
  established: 'established',
  closed: 'closed',
  bypassed: 'bypassed',
  emergencyNew: 'emergency-new',
  emergencyEstablished: 'emergency-established',
  emergencyClosed: 'emergency-closed',
  emergencyBypassed: 'emergency-bypassed',
};

export function flowOptions(config: ConfigNode): FlowOptions {
  return {
    ...DEFAULT_FLOW_OPTIONS,
    usesVlan: config.bool('vlan.use-for-tracking', true),
    usesDevice: config.bool('livedev.use-for-tracking', true),
    usesRecursion: config.bool('decoder.recursion-level.use-for-tracking', true),
    memcap: config.size('flow.memcap', DEFAULT_FLOW_OPTIONS.memcap),
    emergencyRecovery: config.int('flow.emergency-recovery', 30, { min: 1, max: 100 }),
    idleAbove: config.int('flow.prealloc', 10_000, { min: 0 }),
    timeouts: flowTimeouts(config),
  };
}

function flowTimeouts(config: ConfigNode): FlowTimeouts {
  const entries = TIMEOUT_PROTOCOLS.map((protocol) => [protocol, timeoutsOf(config, protocol)] as const);
  return Object.fromEntries(entries) as Record<TimeoutProtocol, ProtocolTimeouts>;
}

function timeoutsOf(config: ConfigNode, protocol: TimeoutProtocol): ProtocolTimeouts {
  const result = { ...DEFAULT_TIMEOUTS[protocol] } as Record<keyof ProtocolTimeouts, number>;
  for (const [field, key] of Object.entries(TIMEOUT_KEYS) as [keyof ProtocolTimeouts, string][]) {
    result[field] = config.seconds(`flow-timeouts.${protocol}.${key}`, result[field]);
  }
  return result;
}

/** @param checksums what `-k` says, undefined without it */
export function streamOptions(
  config: ConfigNode,
  use: { readonly isInline: boolean; readonly hasRules: boolean; readonly checksums: string | undefined },
): StreamOptions {
  const defaults = defaultStreamOptions();
  const r = defaults.reassembly;
  return {
    ...defaults,
    memcap: config.size('stream.memcap', defaults.memcap),
    checksumValidation: use.checksums !== 'none' && config.bool('stream.checksum-validation', true),
    inline: use.isInline,
    midstream: config.bool('stream.midstream', false),
    asyncOneside: config.bool('stream.async-oneside', false),
    dropInvalid: config.bool('stream.drop-invalid', true),
    bypass: config.bool('stream.bypass', false),
    rawInspection: use.hasRules,
    reassembly: {
      ...r,
      memcap: config.size('stream.reassembly.memcap', r.memcap),
      depth: config.size('stream.reassembly.depth', r.depth),
      toserverChunkSize: config.size('stream.reassembly.toserver-chunk-size', r.toserverChunkSize),
      toclientChunkSize: config.size('stream.reassembly.toclient-chunk-size', r.toclientChunkSize),
      checkOverlapDifferentData: config.bool('stream.reassembly.check-overlap-different-data', true),
    },
  };
}
