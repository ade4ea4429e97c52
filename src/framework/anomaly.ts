// Anomalies: the named irregularities of traffic. Each file that can raise some declares them here by name.

import { defineCounter } from '../base/counters.ts';

/** Where an anomaly comes from; it decides the EVE `anomaly.type` and the rule keyword that matches it. */
export type AnomalyKind = 'decode' | 'stream' | 'applayer';

interface Declared {
  readonly kind: AnomalyKind;
  /** As rules name it: `ipv4.pkt_too_small` (decode-event), `pkt_invalid_ack` (stream-event). */
  readonly name: string;
  readonly counter: number;
  /** False: rules may name it, and nothing raises it. */
  readonly isRaised: boolean;
}

/** No counter goes with it. */
export const NOT_COUNTED = -1;

const declared: Declared[] = [];
const byName = new Map<string, number>();

/**
 * Declares anomalies under a dotted prefix ('' for stream events) and returns their ids by local name.
 * Counters follow Suricata's stats: `decoder.event.<prefix>.<name>` (`decoder.<name>` without prefix), `stream.<name>`.
 */
export function defineAnomalies<const N extends string>(
  kind: AnomalyKind,
  prefix: string,
  names: readonly N[],
  { isCounted = kind !== 'applayer' }: { readonly isCounted?: boolean } = {},
): Readonly<Record<N, number>> {
  const result = {} as Record<N, number>;
  for (const local of names) {
    const name = prefix === '' ? local : `${prefix}.${local}`;
    const key = `${kind}/${name}`;
    const known = byName.get(key);
    const counter = isCounted ? defineCounter(counterPrefix(kind, prefix) + name) : NOT_COUNTED;
    const id = known ?? declared.push({ kind, name, counter, isRaised: true }) - 1;
    byName.set(key, id);
    result[local] = id;
  }
  return result;
}

/** Names of Suricata's that nothing here raises: a rule on one loads, and never matches. */
export function reserveAnomalies(kind: AnomalyKind, prefix: string, names: readonly string[]): void {
  for (const local of names) {
    const name = `${prefix}.${local}`;
    const id = declared.push({ kind, name, counter: NOT_COUNTED, isRaised: false }) - 1;
    byName.set(`${kind}/${name}`, id);
  }
}

/** Decoder events without a layer (`too_many_layers`) are counted beside the layers, not among the events. */
function counterPrefix(kind: AnomalyKind, prefix: string): string {
  if (kind === 'stream') return 'stream.';
  return prefix === '' ? 'decoder.' : 'decoder.event.';
}

/** The id of an anomaly by the name rules use, or undefined. */
export function anomalyId(kind: AnomalyKind, name: string): number | undefined {
  return byName.get(`${kind}/${name}`);
}

export function anomalyKind(id: number): AnomalyKind {
  return declared[id]!.kind;
}

/** The name as rules write it. */
export function anomalyName(id: number): string {
  return declared[id]!.name;
}

/** The counter raised with it; NOT_COUNTED for those of application layers, which statistics do not list. */
export function anomalyCounter(id: number): number {
  return declared[id]!.counter;
}

/** Lets rules name an anomaly, declared before, otherwise too (older rule sets do). */
export function aliasAnomaly(kind: AnomalyKind, alias: string, name: string): void {
  byName.set(`${kind}/${alias}`, byName.get(`${kind}/${name}`)!);
}

/** Every name of a kind that may be raised, for documentation and "did you mean". */
export function anomalyNames(kind: AnomalyKind): string[] {
  return declared.filter((entry) => entry.kind === kind && entry.isRaised).map((entry) => entry.name);
}

/** Whether anything raises it. */
export function isAnomalyRaised(id: number): boolean {
  return declared[id]!.isRaised;
}

/** How many are declared; ids are below it. */
export function anomalyCount(): number {
  return declared.length;
}
