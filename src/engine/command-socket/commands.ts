// The commands of the socket, by Suricata's names, with its answers (manual, "Interacting via Unix Socket").

import { counterNames } from '../../base/counters.ts';
import type { Counters } from '../../base/counters.ts';
import type { ConfigNode } from '../../config/index.ts';
import { eveTime } from '../../output/text/timestamp.ts';
import type { RunControl } from '../control.ts';
import type { LoadedRules } from '../load-rules.ts';
import type { RuleReloader } from '../reload/reloader.ts';
import type { Run } from '../run.ts';
import { compatibleVersion } from '../version.ts';
import type { Worker } from '../worker.ts';
import { ok, refused } from './server.ts';
import type { Answer, Command } from './server.ts';

/** Packets of an interface so far. */
export interface InterfaceCounts {
  readonly packets: number;
  readonly drops: number;
}

/** What commands ask of a run. */
export interface CommandedRun extends Pick<Run, 'rules' | 'lastReload'> {
  readonly worker: Pick<Worker, 'counters'> & { readonly pipeline: Pick<Worker['pipeline'], 'updateGauges'> };
}

export interface CommandTarget {
  readonly config: ConfigNode;
  readonly control: RunControl;
  readonly run: CommandedRun;
  /** Absent where rules cannot be loaded anew. */
  readonly reloader?: Pick<RuleReloader, 'reload' | 'isBusy'> | undefined;
  /** In Suricata's words. */
  readonly captureMode: string;
  /** Milliseconds of the clock. */
  readonly started: number;
  readonly interfaces: readonly string[];
  /** Brings the counters of the source up to date. */
  update(): void;
  /** Undefined for an interface that is none of them. */
  countsOf(name: string): InterfaceCounts | undefined;
}

export function createCommands(target: CommandTarget): ReadonlyMap<string, Command> {
  const { config, control, interfaces, run } = target;
  const { counters } = run.worker;
  const uptime = (): number => Math.floor((Date.now() - target.started) / 1000);
  const commands = new Map<string, Command>([
    [
      'shutdown',
      () => {
        control.isStopping = true;
        return ok('Closing Suricata');
      },
    ],
    ['version', () => ok(compatibleVersion().join('.'))],
    ['uptime', () => ok(uptime())],
    ['running-mode', () => ok('single')],
    ['capture-mode', () => ok(target.captureMode)],
    ['conf-get', ({ variable }) => confGet(config, variable)],
    [
      'dump-counters',
      () => {
        target.update();
        run.worker.pipeline.updateGauges();
        return ok({ uptime: uptime(), ...counterTree(counters) });
      },
    ],
    ['ruleset-stats', () => ok(run.rules === null ? [] : [statsOf(run.rules)])],
    ['ruleset-failed-rules', () => ok(run.rules === null ? [] : failedRules(run.rules))],
    ['ruleset-reload-time', () => ok([{ id: 0, last_reload: eveTime(run.lastReload) }])],
    ['reload-rules', () => reloadRules(target, { waits: true })],
    ['ruleset-reload-rules', () => reloadRules(target, { waits: true })],
    ['ruleset-reload-nonblocking', () => reloadRules(target, { waits: false })],
    [
      'reopen-log-files',
      () => {
        control.wantsReopen = true;
        return ok('done');
      },
    ],
    ['iface-list', () => ok({ count: interfaces.length, ifaces: interfaces })],
    ['iface-stat', ({ iface }) => interfaceStat(target, iface)],
  ]);
  const list: Command = () => ok({ count: commands.size, commands: [...commands.keys()] });
  return commands.set('command-list', list).set('help', list);
}

/** Suricata answers `done` whatever came of it; a client should know. */
function reloadRules({ reloader }: CommandTarget, { waits }: { readonly waits: boolean }): Answer | Promise<Answer> {
  if (reloader === undefined) return refused('Live rule reload not possible: detection is disabled');
  if (reloader.isBusy) return refused('Reload already in progress');
  const reload = reloader.reload();
  return waits ? reload.then((problem) => (problem === undefined ? ok('done') : refused(problem))) : ok('done');
}

function confGet(config: ConfigNode, variable: unknown): Answer {
  if (typeof variable !== 'string') return refused('variable is not a string');
  const value = config.get(variable)?.value;
  return value === undefined ? refused('Unable to get value') : ok(value);
}

function interfaceStat(target: CommandTarget, name: unknown): Answer {
  if (typeof name !== 'string') return refused('iface is not a string');
  target.update();
  const counts = target.countsOf(name);
  if (counts === undefined) return refused('Iface does not exist');
  const invalid = target.interfaces.length === 1 ? invalidChecksums(target.run.worker.counters) : 0;
  return ok({ pkts: counts.packets, 'invalid-checksums': invalid, drop: counts.drops, bypassed: 0 });
}

function invalidChecksums(counters: Counters): number {
  return ['tcp', 'udp', 'icmpv4', 'icmpv6', 'ipv4'].reduce(
    (sum, layer) => sum + counters.byName(`${layer}.invalid_checksum`),
    0,
  );
}

function statsOf({ ruleset }: LoadedRules): object {
  const { outlines, failed, skipped } = ruleset;
  return { id: 0, rules_loaded: outlines.length, rules_failed: failed, rules_skipped: skipped };
}

/** The rules that were refused, each once. */
function failedRules({ diagnostics }: LoadedRules): object[] {
  const found = new Map<string, object>();
  for (const { severity, rule, file, span, message } of diagnostics) {
    if (severity !== 'error' || rule === undefined) continue;
    const place = `${file}:${String(span.line)}`;
    if (!found.has(place)) found.set(place, { tenant_id: 0, rule, filename: file, line: span.line, error: message });
  }
  return [...found.values()];
}

interface Tree {
  [name: string]: Tree | number;
}

/** All counters, their names split at the dots. */
function counterTree(counters: Counters): Tree {
  const root: Tree = {};
  counterNames().forEach((name, id) => {
    const path = name.split('.');
    const leaf = path.pop()!;
    let node = root;
    for (const part of path) {
      const next = node[part];
      if (typeof next === 'object') node = next;
      else node = node[part] = {};
    }
    // a name that is both a counter and a group keeps the group
    if (typeof node[leaf] !== 'object') node[leaf] = counters.get(id);
  });
  return root;
}
