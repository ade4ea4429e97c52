// Counters of each protocol: flows, and errors by kind, under Suricata's names.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import type { AppProtocol } from '../framework/app-protocol.ts';
import type { ProtocolTable } from './protocol-table.ts';
import { FAILED_PROTOCOL } from './protocol-table.ts';

interface Ids {
  readonly tcp: number;
  readonly udp: number;
  readonly gap: number;
  readonly parser: number;
}

/** Suricata tells the transports apart where a protocol has both. */
function names({ name, definition }: AppProtocol): Ids {
  const both = definition.transports.length > 1;
  const flow = (transport: string): number => defineCounter(`app_layer.flow.${name}${both ? `_${transport}` : ''}`);
  const error = (kind: string): number => defineCounter(`app_layer.error.${name}.${kind}`);
  return { tcp: flow('tcp'), udp: flow('udp'), gap: error('gap'), parser: error('parser') };
}

/** Declares the counters of all protocols: before the counters of a worker are made. */
export function declareProtocolCounters(table: ProtocolTable): void {
  for (const protocol of table.all) if (protocol.id > FAILED_PROTOCOL) names(protocol);
}

export class ProtocolCounters {
  private readonly counters: Counters;
  private readonly ids: readonly Ids[];

  constructor(table: ProtocolTable, counters: Counters) {
    this.counters = counters;
    this.ids = table.all.map((protocol) =>
      protocol.id > FAILED_PROTOCOL ? names(protocol) : { tcp: -1, udp: -1, gap: -1, parser: -1 },
    );
  }

  flow({ id }: AppProtocol, transport: number): void {
    this.counters.add(transport === 6 ? this.ids[id]!.tcp : this.ids[id]!.udp);
  }

  gap({ id }: AppProtocol): void {
    this.counters.add(this.ids[id]!.gap);
  }

  parserError({ id }: AppProtocol): void {
    this.counters.add(this.ids[id]!.parser);
  }
}
