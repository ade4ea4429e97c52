// Counters of each protocol: flows, and errors by kind, under Suricata's names.

import type { Counters } from '../base/counters.ts';
import { NOT_COUNTED } from '../framework/anomaly.ts';
import type { AppProtocol, Transport } from '../framework/app-protocol.ts';
import { FAILED_PROTOCOL, protocolCounter } from './protocol-table.ts';
import type { ProtocolTable } from './protocol-table.ts';

type Kind = 'flow' | 'gap' | 'parser';
type Ids = Readonly<Record<Transport, Readonly<Record<Kind, number>>>>;

const NONE = { flow: NOT_COUNTED, gap: NOT_COUNTED, parser: NOT_COUNTED };

function idsOf({ id, definition }: AppProtocol): Ids {
  if (id <= FAILED_PROTOCOL) return { tcp: NONE, udp: NONE };
  const of = (transport: Transport): Readonly<Record<Kind, number>> => ({
    flow: protocolCounter(definition, 'flow', transport),
    gap: protocolCounter(definition, 'error', transport, '.gap'),
    parser: protocolCounter(definition, 'error', transport, '.parser'),
  });
  return { tcp: of('tcp'), udp: of('udp') };
}

/** Declares the counters of all protocols: before the counters of a worker are made. */
export function declareProtocolCounters(table: ProtocolTable): void {
  for (const protocol of table.all) idsOf(protocol);
}

export class ProtocolCounters {
  private readonly counters: Counters;
  private readonly ids: readonly Ids[];

  constructor(table: ProtocolTable, counters: Counters) {
    this.counters = counters;
    this.ids = table.all.map(idsOf);
  }

  /** @param transport 6 or 17 */
  count(protocol: AppProtocol, transport: number, kind: Kind): void {
    this.counters.add(this.ids[protocol.id]![transport === 6 ? 'tcp' : 'udp'][kind]);
  }
}
