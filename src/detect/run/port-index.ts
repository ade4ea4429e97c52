// PortIndex: for each port, the signatures that ask for it; ports with the same signatures share one list.

import type { PortSet } from '../../rules/index.ts';

/** A set of more ports than this tells little: its rules are kept apart and checked when they are candidates. */
const NARROW = 2048;
/** Distinct lists beyond this are merged, the shortest first: each costs memory and start-up time. */
const MAX_LISTS = 400;

/** Few enough ports to look a rule up by them. */
export function isNarrow(ports: PortSet): boolean {
  return portCount(ports) <= NARROW;
}

export function portCount({ ranges }: PortSet): number {
  let count = 0;
  for (let i = 0; i < ranges.length; i += 2) count += ranges[i + 1]! - ranges[i]! + 1;
  return count;
}

export class PortIndex {
  /** Number of the list of each port, 0 for none. */
  readonly numbers = new Uint16Array(65_536);
  /** Ascending; list 0 is empty. */
  readonly lists: readonly number[][];

  constructor(entries: readonly (readonly [PortSet, number])[]) {
    const lists = this.distinct(entries);
    this.lists = lists.length <= MAX_LISTS ? lists : this.merged(lists);
  }

  private distinct(entries: readonly (readonly [PortSet, number])[]): number[][] {
    const byPort = new Map<number, number[]>();
    for (const [{ ranges }, iid] of entries) {
      for (let i = 0; i < ranges.length; i += 2) {
        for (let port = ranges[i]!; port <= ranges[i + 1]!; port++) push(byPort, port, iid);
      }
    }
    const lists: number[][] = [[]];
    const known = new Map<string, number>();
    for (const [port, list] of byPort) {
      const key = list.join();
      let number = known.get(key);
      if (number === undefined) known.set(key, (number = lists.push(list) - 1));
      this.numbers[port] = number;
    }
    return lists;
  }

  /** The longest lists stay; the ports of all others get one list of everything in them. */
  private merged(lists: readonly number[][]): number[][] {
    const order = lists.map((_, number) => number).slice(1);
    order.sort((a, b) => lists[b]!.length - lists[a]!.length);
    const kept = order.slice(0, MAX_LISTS - 2);
    const rest = new Set(order.slice(MAX_LISTS - 2).flatMap((number) => lists[number]!));
    const renumbered = new Uint16Array(lists.length).fill(kept.length + 1);
    renumbered[0] = 0;
    kept.forEach((number, i) => (renumbered[number] = i + 1));
    for (let port = 0; port < 65_536; port++) this.numbers[port] = renumbered[this.numbers[port]!]!;
    return [[], ...kept.map((number) => lists[number]!), [...rest].sort((a, b) => a - b)];
  }
}

/** The entries come in evaluation order, so a repeated one is the last. */
function push(byPort: Map<number, number[]>, port: number, iid: number): void {
  const list = byPort.get(port);
  if (list === undefined) byPort.set(port, [iid]);
  else if (list[list.length - 1] !== iid) list.push(iid);
}
