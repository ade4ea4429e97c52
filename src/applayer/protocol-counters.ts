// Counters of each protocol: flows, and errors by kind, under Suricata's names; of those alone that are looked for.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { NOT_COUNTED } from '../framework/anomaly.ts';
import type { AppProtocol, Transport } from '../framework/app-protocol.ts';
import { memoryCounter } from './protocol-memory.ts';
import { FAILED_PROTOCOL, protocolCounter } from './protocol-table.ts';
import type { ProtocolTable } from './protocol-table.ts';

/** What may go wrong in a parser: bytes never came, they are no such protocol. */
type ErrorKind = 'gap' | 'parser';

interface Ids {
  readonly flow: number;
  readonly gap: number;
  readonly parser: number;
  /** Of the exception policy that errors are met with. */
  readonly policy: number;
}

/** The policy that errors are met with, and all there are: each is counted by protocol. */
export interface ErrorPolicies {
  readonly chosen: string;
  readonly all: readonly string[];
}

const NONE: Ids = { flow: NOT_COUNTED, gap: NOT_COUNTED, parser: NOT_COUNTED, policy: NOT_COUNTED };
const EXPECTATIONS = 'app_layer.expectations';

function idsOf(table: ProtocolTable, protocol: AppProtocol, transport: Transport, policies: ErrorPolicies | null): Ids {
  const { definition, id } = protocol;
  if (id <= FAILED_PROTOCOL || !table.isDetected(protocol, transport)) return NONE;
  const flow = protocolCounter(definition, 'flow', transport);
  if (protocol.detectsOnly) return { ...NONE, flow };
  const error = (kind: string): number => protocolCounter(definition, 'error', transport, `.${kind}`);
  // what lies in datagrams has no gaps; memory and bugs are no matter of one protocol here: those stay at 0
  const gap = transport === 'tcp' ? error('gap') : NOT_COUNTED;
  error('alloc');
  const parser = error('parser');
  error('internal');
  const places = (policies?.all ?? []).map((one) => [one, error(`exception_policy.${one}`)] as const);
  return { flow, gap, parser, policy: new Map(places).get(policies?.chosen ?? '') ?? NOT_COUNTED };
}

function allIds(table: ProtocolTable, policies: ErrorPolicies | null): (readonly [tcp: Ids, udp: Ids])[] {
  return table.all.map((one) => [idsOf(table, one, 'tcp', policies), idsOf(table, one, 'udp', policies)]);
}

/** Declares the counters of all protocols: before the counters of a worker are made. */
export function declareProtocolCounters(table: ProtocolTable, policies: ErrorPolicies | null): void {
  allIds(table, policies);
  defineCounter(EXPECTATIONS);
  for (const protocol of table.all) if (protocol.definition.memory !== undefined) memoryCounter(protocol);
}

export class ProtocolCounters {
  private readonly counters: Counters;
  private readonly ids: readonly (readonly [tcp: Ids, udp: Ids])[];
  private readonly expectationsId = defineCounter(EXPECTATIONS);

  constructor(table: ProtocolTable, counters: Counters, policies: ErrorPolicies | null) {
    this.counters = counters;
    this.ids = allIds(table, policies);
  }

  /** @param transport 6 or 17 */
  flow(protocol: AppProtocol, transport: number): void {
    this.add(this.of(protocol, transport).flow);
  }

  error(protocol: AppProtocol, transport: number, kind: ErrorKind): void {
    const ids = this.of(protocol, transport);
    this.add(ids[kind]);
    this.add(ids.policy);
  }

  /** How many connections are announced by now. */
  expectations(count: number): void {
    this.counters.set(this.expectationsId, count);
  }

  private of(protocol: AppProtocol, transport: number): Ids {
    return this.ids[protocol.id]![transport === 6 ? 0 : 1];
  }

  private add(id: number): void {
    if (id !== NOT_COUNTED) this.counters.add(id);
  }
}
