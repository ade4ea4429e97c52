// FlowOptions: what the configuration says about flow tracking (`flow:`, `flow-timeouts:`, `vlan:`, `livedev:`).

import type { Counters } from '../base/counters.ts';
import { DEFAULT_TIMEOUTS } from './timeouts.ts';
import type { FlowTimeouts } from './timeouts.ts';
import type { FlowKeyOptions } from './key.ts';
import type { RateLimit } from './rate-tracker.ts';

export interface FlowOptions extends FlowKeyOptions {
  /** Bytes that flow records may take. */
  readonly memcap: number;
  /** Emergency mode ends when that share of the records is free again, percent. */
  readonly emergencyRecovery: number;
  readonly timeouts: FlowTimeouts;
  /**
   * Flows that may be open before idle ones are looked for (`flow.prealloc` in replay, 0 live). A capture with
   * fewer ends all of them at its end, reason `shutdown`, as Suricata does with captures it reads in a moment.
   */
  readonly idleAbove: number;
  /** Counters of the other workers: their flows count for `idleAbove` too. */
  readonly others?: readonly Counters[] | undefined;
  /** Makes the hash unpredictable; replay keeps it at 0 for equal output of equal input. */
  readonly seed: number;
  /** Number of the packet for which memory is to be found exhausted (`--simulate-packet-flow-memcap`). */
  readonly simulateMemcapAt?: number;
  /** What makes a flow an elephant (`flow.rate-tracking`); nothing without it. */
  readonly elephants?: RateLimit | undefined;
}

export const DEFAULT_FLOW_OPTIONS: FlowOptions = {
  usesVlan: true,
  usesDevice: true,
  usesRecursion: true,
  memcap: 128 << 20,
  emergencyRecovery: 30,
  timeouts: DEFAULT_TIMEOUTS,
  idleAbove: 0,
  seed: 0,
};
