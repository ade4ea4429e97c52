// Timeouts of flows by protocol and state, in seconds, normal and in emergency mode (`flow-timeouts:`).

import { FlowStateId } from '../framework/flows.ts';

export interface ProtocolTimeouts {
  readonly new: number;
  readonly established: number;
  readonly closed: number;
  readonly bypassed: number;
  readonly emergencyNew: number;
  readonly emergencyEstablished: number;
  readonly emergencyClosed: number;
  readonly emergencyBypassed: number;
}

export const TIMEOUT_PROTOCOLS = ['default', 'tcp', 'udp', 'icmp'] as const;
export type TimeoutProtocol = (typeof TIMEOUT_PROTOCOLS)[number];
export type FlowTimeouts = Readonly<Record<TimeoutProtocol, ProtocolTimeouts>>;

function timeouts(
  values: readonly [number, number, number, number],
  emergency: readonly [number, number, number, number],
): ProtocolTimeouts {
  const [fresh, established, closed, bypassed] = values;
  const [emergencyNew, emergencyEstablished, emergencyClosed, emergencyBypassed] = emergency;
  return {
    new: fresh,
    established,
    closed,
    bypassed,
    emergencyNew,
    emergencyEstablished,
    emergencyClosed,
    emergencyBypassed,
  };
}

/** What Suricata uses when the configuration says nothing. */
export const DEFAULT_TIMEOUTS: FlowTimeouts = {
  default: timeouts([30, 300, 0, 100], [10, 100, 0, 50]),
  tcp: timeouts([30, 300, 10, 100], [5, 100, 10, 50]),
  udp: timeouts([30, 300, 0, 100], [10, 100, 0, 50]),
  icmp: timeouts([30, 300, 0, 100], [10, 100, 0, 50]),
};

/** Seconds by protocol number and state, ready for the packet path. */
export class TimeoutTable {
  /** [emergency][protocol class][state] */
  private readonly seconds = new Float64Array(2 * 4 * 5);

  constructor(config: FlowTimeouts) {
    TIMEOUT_PROTOCOLS.forEach((name, index) => {
      const t = config[name];
      this.fill(index * 5, [t.new, t.established, t.closed, t.bypassed]);
      this.fill(20 + index * 5, [t.emergencyNew, t.emergencyEstablished, t.emergencyClosed, t.emergencyBypassed]);
    });
  }

  private fill(at: number, [fresh, established, closed, bypassed]: readonly [number, number, number, number]): void {
    this.seconds[at + FlowStateId.new] = fresh;
    this.seconds[at + FlowStateId.established] = established;
    this.seconds[at + FlowStateId.closed] = closed;
    this.seconds[at + FlowStateId.bypassed] = bypassed;
    this.seconds[at + FlowStateId.captureBypassed] = bypassed;
  }

  /** @param emergency 0 or 1 */
  of(proto: number, state: number, emergency: number): number {
    const row = proto === 6 ? 1 : proto === 17 ? 2 : proto === 1 || proto === 58 ? 3 : 0;
    return this.seconds[emergency * 20 + row * 5 + state]!;
  }
}
