// A live run on several workers, from the side of the thread that starts them: it takes no packets itself, but answers
// commands, loads rules anew, and writes what the workers tell.

import { setTimeout } from 'node:timers/promises';
import { Counters } from '../../base/counters.ts';
import { Flows } from '../../framework/flows.ts';
import type { Steps } from '../../base/steps.ts';
import { configuredFilter } from '../live.ts';
import type { LiveOptions, LiveResult } from '../live.ts';
import { captureMode, shareSource, sourceNames } from '../live-source.ts';
import { letGo } from '../load-rules.ts';
import type { LoadedRules } from '../load-rules.ts';
import { Operation } from '../operation.ts';
import type { OperatedRun } from '../operation.ts';
import { ServiceManager } from '../service-manager.ts';
import { ThreadPlacement } from '../thread-placement.ts';
import type { MemberTask, WorkerRecipe } from './messages.ts';
import { ruleStateOf, shareRuleState } from './rule-state.ts';
import type { RuleState } from './rule-state.ts';
import type { TeamPlan } from './replay.ts';
import { Team } from './team.ts';

/** Milliseconds between two looks at what was asked for; the same while somebody waits for an answer. */
const TURN = 50;
const TURN_IN_USE = 5;

/** @returns the result, or the reason why it did not begin or come to its end */
export async function liveOnTeam(
  options: LiveOptions,
  { count, entry, recipe }: TeamPlan & { readonly recipe: WorkerRecipe },
): Promise<LiveResult | string> {
  const { config, control, rejectDevice, rules, sendsNothing = false, source } = options;
  const filter = options.filter ?? configuredFilter(source);
  if (typeof filter === 'string') return filter;
  const names = sourceNames(source);
  const shared = shareSource(source, count);
  if (typeof shared === 'string') return shared;
  const { parts } = shared;
  const counts = parts.map(
    (part) => new SharedArrayBuffer(sourceNames(part).length * 2 * Float64Array.BYTES_PER_ELEMENT),
  );
  const common = { kind: 'live', filter: filter?.text, rejectDevice, sendsNothing } as const;
  const tasks = parts.map((part, i): MemberTask => ({ ...common, source: part, counts: counts[i]! }));
  const state = (): RuleState | null => (run.rules === null ? null : ruleStateOf(run.rules));
  ThreadPlacement.of(config)?.placeProgram();
  const team = await Team.start({ entry, rules, recipe, config, tasks, mayWait: false, ruleStateOf: state });
  if (typeof team === 'string') {
    shared.close();
    return team;
  }
  const run = new TeamRun(team, rules);
  const countsOf = (name: string): { readonly packets: number; readonly drops: number } | undefined => {
    if (!names.includes(name)) return undefined;
    const sum = { packets: 0, drops: 0 };
    parts.forEach((part, i) => {
      const at = 2 * sourceNames(part).indexOf(name);
      if (at < 0) return;
      const told = new Float64Array(counts[i]!);
      sum.packets += told[at]!;
      sum.drops += told[at + 1]!;
    });
    return sum;
  };
  const operation = await Operation.open(options, run, {
    captureMode: captureMode(source),
    interfaces: names,
    update: () => {
      team.addUp();
    },
    countsOf,
  });
  const problem = typeof operation === 'string' ? operation : (shared.open() ?? options.onReady());
  const service = problem === undefined ? ServiceManager.of(process.env) : undefined;
  service?.ready();
  while (problem === undefined && !control.isStopping && team.failure === undefined) {
    team.journal!.catchUp();
    (operation as Operation).turn();
    service?.beat(Date.now());
    await setTimeout((operation as Operation).isRestless ? TURN_IN_USE : TURN);
  }
  service?.stopping();
  service?.close();
  options.onEnding?.();
  if (operation instanceof Operation) await operation.close();
  team.stop();
  await team.finish();
  shared.close();
  const failure = problem ?? team.failure;
  if (failure !== undefined) return failure;
  const total = (name: string): number => team.totals.byName(name);
  return {
    packets: total('decoder.pkts'),
    bytes: total('decoder.bytes'),
    alerts: total('detect.alert'),
    kernelPackets: total('capture.kernel_packets'),
    kernelDrops: total('capture.kernel_drops'),
  };
}

/** What may be asked of the workers, taken together. */
class TeamRun implements OperatedRun {
  rules: LoadedRules | null;
  lastReload: number;
  readonly worker: OperatedRun['worker'];
  readonly deliver: NonNullable<OperatedRun['deliver']>;
  readonly exclusively: NonNullable<OperatedRun['exclusively']>;
  private readonly team: Team;
  /** No flows are here. */
  private readonly none = { counters: new Counters(), flows: new Flows(1) };

  constructor(team: Team, rules: LoadedRules | null) {
    this.team = team;
    this.rules = rules;
    this.lastReload = Date.now() * 1000;
    this.deliver = (compiled) => team.reload(compiled);
    this.exclusively = (act) => team.exclusively(act);
    this.worker = {
      counters: team.totals,
      team: {
        flow: async (id) => (await team.ask({ about: 'flow', id })).find(({ flow }) => flow !== undefined)?.flow,
        memcaps: () => team.memcaps(),
      },
      pipeline: {
        updateGauges: () => {
          team.addUp();
        },
        reopen: () => {
          team.reopen();
        },
      },
    };
    this.join();
  }

  *replaceRules(rules: LoadedRules): Steps {
    yield;
    if (this.rules !== null) letGo(this.rules);
    this.rules = rules;
    this.lastReload = Date.now() * 1000;
    this.join();
  }

  /** What commands do to the state of rules, the workers do too; and what they do is known here. */
  private join(): void {
    const { journal } = this.team;
    if (this.rules !== null && journal !== null) shareRuleState(this.rules, journal, this.none);
  }
}
