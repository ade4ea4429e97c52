// `threading.set-cpu-affinity` and `threading.cpu-affinity`: on which processors threads are to run.

import { availableParallelism, cpus } from 'node:os';
import type { ConfigNode } from '../../config/index.ts';

/** Nice values by the names of priorities. */
const NICE = { low: 2, medium: 0, high: -2 } as const;
const PRIORITIES = ['low', 'medium', 'high'] as const;
const MODES = ['balanced', 'exclusive'] as const;
const ALL = 'all';
const SPAN = /^(\d+)(?:-(\d+))?$/;

/** Where threads of one kind run. */
export interface ProcessorSet {
  /** One at least. */
  readonly processors: readonly number[];
  /** Each thread has one processor, in turn; else each may run on all of them. */
  readonly isExclusive: boolean;
  /** Nice values of threads that have one processor, where they are said, and of all others. */
  readonly nice: ReadonlyMap<number, number>;
  readonly otherNice: number;
  /** How many threads there are to be, where it says so. */
  readonly threads: number | undefined;
}

export interface ProcessorSets {
  /** What takes no packets. */
  readonly management: ProcessorSet;
  /** What reads captures for several workers. */
  readonly receive: ProcessorSet;
  readonly worker: ProcessorSet;
  /** Workers of a single interface. */
  readonly byInterface: ReadonlyMap<string, ProcessorSet>;
}

/** Undefined: threads run where the system puts them. */
export function processorSets(config: ConfigNode): ProcessorSets | undefined {
  if (!config.bool('threading.set-cpu-affinity', false)) return undefined;
  const named = setsByName(config.get('threading.cpu-affinity'));
  const worker = named.get('worker-cpu-set');
  const items = worker?.get('interface-specific-cpu-set')?.items() ?? [];
  return {
    management: setOf(named.get('management-cpu-set'), 'balanced'),
    receive: setOf(named.get('receive-cpu-set'), 'balanced'),
    worker: setOf(worker, 'exclusive'),
    byInterface: new Map(items.map((item) => [item.string('interface', ''), setOf(item, 'exclusive')])),
  };
}

/** A mapping; or, as it was written up to Suricata 7, a sequence of mappings of one name each. */
function setsByName(node: ConfigNode | undefined): ReadonlyMap<string, ConfigNode> {
  const found = new Map<string, ConfigNode>();
  for (const { body, item } of node?.entries() ?? []) found.set((body ?? item).name, body ?? item);
  return found;
}

/** Workers that `threads: auto` stands for. */
export function automaticThreads(config: ConfigNode, device: string | undefined): number {
  const sets = processorSets(config);
  if (sets === undefined) return availableParallelism();
  const own = (device === undefined ? undefined : sets.byInterface.get(device)) ?? sets.worker;
  return own.threads ?? own.processors.length;
}

function setOf(node: ConfigNode | undefined, mode: (typeof MODES)[number]): ProcessorSet {
  const processors = processorsAt(node, 'cpu', { reports: true });
  const nice = new Map<number, number>();
  for (const name of PRIORITIES)
    for (const processor of processorsAt(node, `prio.${name}`, { reports: false })) nice.set(processor, NICE[name]);
  return {
    processors: processors.length > 0 ? processors : allProcessors(),
    isExclusive: (node?.choice('mode', MODES, mode) ?? mode) === 'exclusive',
    nice,
    otherNice: NICE[node?.choice('prio.default', PRIORITIES, 'medium') ?? 'medium'],
    threads: node?.get('threads') === undefined ? undefined : node.int('threads', 1, { min: 1 }),
  };
}

function allProcessors(): number[] {
  return cpus().map((_, i) => i);
}

/** `[ 0, "2-5" ]`, or `all`; what is not there, or no number, is left out. */
function processorsAt(
  node: ConfigNode | undefined,
  path: string,
  { reports }: { readonly reports: boolean },
): number[] {
  const all = allProcessors();
  const found = new Set<number>();
  for (const text of node?.strings(path) ?? []) {
    const span = SPAN.exec(text);
    const [first, last] = span === null ? [0, -1] : [Number(span[1]), Number(span[2] ?? span[1])];
    const wanted = text.toLowerCase() === ALL ? all : all.filter((number) => number >= first && number <= last);
    for (const number of wanted) found.add(number);
    const isThere = text.toLowerCase() === ALL || (span !== null && first <= last && last < all.length);
    if (isThere || !reports) continue;
    node!.report(
      'config/bad-value',
      `${node!.path}.${path}: "${text}" names processors that are not here; there are 0 to ${String(all.length - 1)}`,
      path,
    );
  }
  return [...found];
}
