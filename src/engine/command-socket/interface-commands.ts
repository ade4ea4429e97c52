// Commands about the interfaces or queues of a live run.

import type { Counters } from '../../base/counters.ts';
import type { CommandArguments } from './arguments.ts';
import { ok, refused } from './server.ts';
import type { Answer, Command } from './server.ts';

/** Packets of an interface so far. */
export interface InterfaceCounts {
  readonly packets: number;
  readonly drops: number;
}

/** What a source of packets answers for. */
export interface CommandedSource {
  readonly interfaces: readonly string[];
  /** Brings the counters of the source up to date. */
  update(): void;
  /** Undefined for an interface that is none of them. */
  countsOf(name: string): InterfaceCounts | undefined;
}

const LAYERS = ['tcp', 'udp', 'icmpv4', 'icmpv6', 'ipv4'];

export function interfaceCommands(
  source: CommandedSource,
  counters: Counters,
): readonly (readonly [string, Command])[] {
  const { interfaces } = source;
  return [
    ['iface-list', () => ok({ count: interfaces.length, ifaces: interfaces })],
    ['iface-stat', (given) => interfaceStat(source, counters, given)],
    // nothing is handed over to the kernel or the card to let pass
    ['iface-bypassed-stat', () => refused('No interface using bypass')],
    ['ebpf-bypassed-stat', () => refused('No interface using eBPF bypass')],
  ];
}

function interfaceStat(source: CommandedSource, counters: Counters, { iface }: CommandArguments): Answer {
  if (typeof iface !== 'string') return refused('iface is not a string');
  source.update();
  const counts = source.countsOf(iface);
  if (counts === undefined) return refused('Iface does not exist');
  const invalid = source.interfaces.length === 1 ? invalidChecksums(counters) : 0;
  return ok({ pkts: counts.packets, 'invalid-checksums': invalid, drop: counts.drops, bypassed: 0 });
}

function invalidChecksums(counters: Counters): number {
  return LAYERS.reduce((sum, layer) => sum + counters.byName(`${layer}.invalid_checksum`), 0);
}
