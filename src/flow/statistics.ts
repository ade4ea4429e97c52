// Counters of flows, under Suricata's names.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { FLOW_STATES, FlowFlag } from '../framework/flows.ts';

const TOTAL = defineCounter('flow.total');
const TCP = defineCounter('flow.tcp');
const UDP = defineCounter('flow.udp');
const ICMPV4 = defineCounter('flow.icmpv4');
const ICMPV6 = defineCounter('flow.icmpv6');
const ELEPHANT = defineCounter('flow.elephant');
const ELEPHANT_TO_SERVER = defineCounter('flow.elephant_toserver');
const ELEPHANT_TO_CLIENT = defineCounter('flow.elephant_toclient');
const ELEPHANT_FLAGS = FlowFlag.elephantToServer | FlowFlag.elephantToClient;
const END_STATES = FLOW_STATES.map((state) =>
  defineCounter(`flow.end.state.${state === 'bypassed' ? 'local_bypassed' : state}`),
);

export function countFlow(counters: Counters, proto: number): void {
  counters.add(TOTAL);
  if (proto === 6) counters.add(TCP);
  else if (proto === 17) counters.add(UDP);
  else if (proto === 1) counters.add(ICMPV4);
  else if (proto === 58) counters.add(ICMPV6);
}

export function countFlowEnd(counters: Counters, state: number): void {
  counters.add(END_STATES[state]!);
}

/** @param flags of the flow, before it is known to be an elephant in that direction */
export function countElephant(counters: Counters, flags: number, direction: 0 | 1): void {
  if ((flags & ELEPHANT_FLAGS) === 0) counters.add(ELEPHANT);
  counters.add(direction === 0 ? ELEPHANT_TO_SERVER : ELEPHANT_TO_CLIENT);
}
