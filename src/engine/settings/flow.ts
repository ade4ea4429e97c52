// Flow settings: `flow:`, `flow-timeouts:` and what decides which packets belong together.

import { DEFAULT_FLOW_OPTIONS } from '../../flow/options.ts';
import type { FlowOptions } from '../../flow/options.ts';
import { DEFAULT_TIMEOUTS, TIMEOUT_PROTOCOLS } from '../../flow/timeouts.ts';
import type { RateLimit } from '../../flow/rate-tracker.ts';
import type { FlowTimeouts, ProtocolTimeouts, TimeoutProtocol } from '../../flow/timeouts.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { Simulations } from './simulate.ts';

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

/** @param simulate numbers of packets for which an exception is to be played */
export function flowOptions(config: ConfigNode, simulate: Simulations): FlowOptions {
  return {
    ...DEFAULT_FLOW_OPTIONS,
    usesVlan: config.bool('vlan.use-for-tracking', true),
    usesDevice: config.bool('livedev.use-for-tracking', true),
    usesRecursion: config.bool('decoder.recursion-level.use-for-tracking', true),
    memcap: config.size('flow.memcap', DEFAULT_FLOW_OPTIONS.memcap),
    emergencyRecovery: config.int('flow.emergency-recovery', 30, { min: 1, max: 100 }),
    idleAbove: config.int('flow.prealloc', 10_000, { min: 0 }),
    timeouts: flowTimeouts(config),
    simulateMemcapAt: simulate.flowMemcap,
    elephants: rateLimit(config.get('flow.rate-tracking')),
  };
}

/** The start refuses settings that are not whole (config/checks.ts). */
function rateLimit(node: ConfigNode | undefined): RateLimit | undefined {
  if (node === undefined) return undefined;
  return { bytes: node.size('bytes', 0), interval: node.int('interval', 1, { min: 1 }) };
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
