// EVE `stats`: all counters as a tree, their names split at the dots.
import { counterNames } from '../../base/counters.ts';
import type { Counters } from '../../base/counters.ts';
import { shownCounters } from '../event-counters.ts';
import { eveTime } from '../text/timestamp.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveRecord } from './record.ts';

type Tree = Map<string, Tree | number>;

export class StatsEvents {
  private readonly record: EveRecord;
  private readonly hasTotals: boolean;
  private readonly hasThreads: boolean;
  private readonly hasDeltas: boolean;
  private readonly hasZeros: boolean;
  private readonly shownName: (name: string) => string | undefined;
  private before = new Float64Array(0);

  constructor(record: EveRecord, node: ConfigNode | undefined) {
    this.record = record;
    this.shownName = shownCounters(node ?? record.settings.node);
    this.hasTotals = node?.bool('totals', true) ?? true;
    this.hasThreads = node?.bool('threads', false) ?? false;
    this.hasDeltas = node?.bool('deltas', false) ?? false;
    this.hasZeros = node?.bool('null-values', true) ?? true;
  }

  /** The record, with its line end. */
  stats(): string {
    const { context } = this.record;
    const { counters, totals = counters, threads = [{ name: 'W#01', counters }] } = context;
    const names = counterTree(totals, this.shownName);
    const engines = this.engines();
    const shown = (values: Counters): string =>
      this.render(names, values).replace('"detect":{', `"detect":{${engines}`);
    const tree = shown(totals);
    const uptime = `"uptime":${String(Math.floor(context.uptime()))}`;
    const sum = this.hasTotals && tree !== '' ? `,${tree}` : '';
    const each = this.hasThreads ? threads.map((thread) => `"${thread.name}":{${shown(thread.counters)}}`) : [];
    const byThread = this.hasThreads ? `,"threads":{${each.join()}}` : '';
    this.before = totals.values.slice();
    return (
      `{"timestamp":"${eveTime(Date.now() * 1000)}","event_type":"stats"${this.record.settings.version}` +
      `,"stats":{${uptime}${sum}${byThread}}${this.record.end()}`
    );
  }

  /** What detection has loaded; rule sets beside one another (tenants) would each be one entry. */
  private engines(): string {
    const { engine } = this.record.context;
    if (engine === undefined) return '';
    const { lastReload, loaded, failed, skipped } = engine;
    return (
      `"engines":[{"id":0,"last_reload":"${eveTime(lastReload)}","rules_loaded":${String(loaded)}` +
      `,"rules_failed":${String(failed)},"rules_skipped":${String(skipped)}}],`
    );
  }

  private render(tree: Tree, counters: Counters): string {
    const parts: string[] = [];
    for (const [name, entry] of tree) {
      if (typeof entry !== 'number') {
        const inner = this.render(entry, counters);
        if (inner !== '') parts.push(`"${name}":{${inner}}`);
        continue;
      }
      const value = counters.get(entry);
      if (value === 0 && !this.hasZeros) continue;
      parts.push(`"${name}":${String(value)}`);
      if (this.hasDeltas) parts.push(`"${name}_delta":${String(value - (this.before[entry] ?? 0))}`);
    }
    return parts.join(',');
  }
}

function counterTree(counters: Counters, shownName: (name: string) => string | undefined): Tree {
  const root: Tree = new Map();
  const names = counterNames();
  const count = Math.min(names.length, counters.values.length);
  for (let id = 0; id < count; id++) {
    const path = shownName(names[id]!)?.split('.');
    if (path === undefined) continue;
    const leaf = path.pop()!;
    let node: Tree | undefined = root;
    for (const part of path) node = node === undefined ? undefined : branch(node, part);
    // a name that is both a counter and a group keeps the group
    if (node !== undefined && typeof (node.get(leaf) ?? 0) === 'number') node.set(leaf, id);
  }
  return root;
}

function branch(node: Tree, part: string): Tree {
  const known = node.get(part);
  if (known !== undefined && typeof known !== 'number') return known;
  const created: Tree = new Map();
  node.set(part, created);
  return created;
}
