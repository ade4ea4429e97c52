// Port groups: ranges of ports that the same rules can match, those with most rules first.

import type { PortSet } from '../../rules/index.ts';

/** Rules are numbers, ascending. */
export interface PortGroup {
  readonly low: number;
  readonly high: number;
  readonly rules: readonly number[];
}

export interface GroupLimits {
  /** Ports that come first, whatever their rules. */
  readonly preferred: PortSet;
  /** The ranges after these are joined to one. */
  readonly max: number;
}

type Segment = Readonly<{ low: number; high: number; own: readonly number[] }>;

/** @param rules the ports of each rule, in evaluation order */
export function portGroups(rules: readonly PortSet[], limits: GroupLimits): PortGroup[] {
  const everywhere: number[] = [];
  const narrow: number[] = [];
  rules.forEach((ports, rule) => (ports.isAny ? everywhere : narrow).push(rule));
  const segments = segmentsOf(rules, narrow).filter(({ own }) => own.length + everywhere.length > 0);
  const isPreferred = ({ low, high }: Segment): boolean => low === high && limits.preferred.contains(low);
  segments.sort(
    (a, b) => Number(isPreferred(b)) - Number(isPreferred(a)) || b.own.length - a.own.length || a.low - b.low,
  );
  const groups = segments
    .slice(0, limits.max)
    .map(({ low, high, own }) => ({ low, high, rules: union([everywhere, own]) }));
  const rest = segments.slice(limits.max);
  if (rest.length > 0) {
    groups.push({ low: 0, high: 65_535, rules: union([everywhere, ...rest.map(({ own }) => own)]) });
  }
  return groups;
}

/** All ports cut where a rule begins or ends; neighbours with the same rules are one. */
function segmentsOf(rules: readonly PortSet[], narrow: readonly number[]): Segment[] {
  const changes = new Map<number, number[]>([[0, []]]);
  const note = (port: number, rule: number): void => {
    const list = changes.get(port);
    if (list === undefined) changes.set(port, [rule]);
    else list.push(rule);
  };
  for (const rule of narrow) {
    const { ranges } = rules[rule]!;
    for (let i = 0; i < ranges.length; i += 2) {
      note(ranges[i]!, rule);
      if (ranges[i + 1]! < 65_535) note(ranges[i + 1]! + 1, rule);
    }
  }
  const starts = [...changes].sort(([a], [b]) => a - b);
  const active = new Set<number>();
  const segments: Segment[] = [];
  starts.forEach(([low, toggled], i) => {
    for (const rule of toggled) if (!active.delete(rule)) active.add(rule);
    const high = (starts[i + 1]?.[0] ?? 65_536) - 1;
    const own = [...active].sort((a, b) => a - b);
    const last = segments.at(-1);
    if (last !== undefined && last.own.join() === own.join()) segments[segments.length - 1] = { ...last, high };
    else segments.push({ low, high, own });
  });
  return segments;
}

function union(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}
