// ProtocolMemory: what the transactions of protocols keep, where a protocol says it; looked up when statistics are due.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import type { AppFlow } from '../framework/app-flow.ts';
import type { AppProtocol } from '../framework/app-protocol.ts';
import type { ProtocolTable } from './protocol-table.ts';

/** `ftp.memuse`, declared. */
export function memoryCounter({ name }: AppProtocol): number {
  return defineCounter(`${name}.memuse`);
}

export class ProtocolMemory {
  private readonly counters: Counters;
  /** Counters by number of the protocol; -1 for those that say nothing. */
  private readonly ids: readonly number[];

  constructor(table: ProtocolTable, counters: Counters) {
    this.counters = counters;
    this.ids = table.all.map((protocol) => (protocol.definition.memory === undefined ? -1 : memoryCounter(protocol)));
  }

  update(apps: readonly (AppFlow | null)[]): void {
    for (const id of this.ids) if (id >= 0) this.counters.set(id, 0);
    for (const app of apps) if (app !== null && this.ids[app.protocol.id]! >= 0) this.add(app);
  }

  private add({ protocol, transactions }: AppFlow): void {
    const memory = protocol.definition.memory as (tx: unknown) => number;
    let bytes = 0;
    for (const { tx } of transactions) bytes += memory(tx);
    this.counters.addBy(this.ids[protocol.id]!, bytes);
  }
}
