// Commands about the packets under way: counters, one flow, memory.

import { counterNames } from '../../base/counters.ts';
import type { Counters } from '../../base/counters.ts';
import { flowFacts } from '../flow-facts.ts';
import type { FlowFacts } from '../flow-facts.ts';
import type { Memcap } from '../memcaps.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Worker } from '../worker.ts';
import type { CommandArguments } from './arguments.ts';
import { memcapCommands } from './memcap-commands.ts';
import { ok, refused } from './server.ts';
import type { Answer, Command } from './server.ts';

/** What commands ask of a run. */
export interface CommandedRun {
  readonly worker: Pick<Worker, 'counters'> & { readonly pipeline: Pick<Pipeline, 'updateGauges'> } & (
      Pick<Worker, 'flows' | 'memcaps' | 'pipeline'> | { readonly team: AskedTeam }
    );
}

/** Workers that are other threads, asked together. */
export interface AskedTeam {
  flow(id: number): Promise<FlowFacts | undefined>;
  /** None while one of the workers is not there. */
  memcaps(): Promise<readonly Memcap[]>;
}

export interface RunCommandParts {
  /** Undefined while no packets are worked on. */
  readonly run: () => CommandedRun | undefined;
  readonly uptime: () => number;
  /** Brings the counters of the source up to date. */
  readonly update: () => void;
}

export function runCommands({ run, uptime, update }: RunCommandParts): readonly (readonly [string, Command])[] {
  const ofRun =
    (act: (run: CommandedRun, given: CommandArguments) => Answer | Promise<Answer>, otherwise: string): Command =>
    (given) => {
      const current = run();
      return current === undefined ? refused(otherwise) : act(current, given);
    };
  const memory = memcapCommands(() => {
    const worker = run()?.worker;
    if (worker === undefined) return [];
    return 'team' in worker ? worker.team.memcaps() : worker.memcaps;
  });
  return [
    [
      'dump-counters',
      ofRun(({ worker }) => {
        update();
        worker.pipeline.updateGauges();
        return ok({ uptime: uptime(), ...counterTree(worker.counters) });
      }, 'stats not yet synchronized'),
    ],
    ['get-flow-stats-by-id', ofRun(flowStats, 'Not found')],
    ...memory,
  ];
}

async function flowStats({ worker }: CommandedRun, { flow_id: id }: CommandArguments): Promise<Answer> {
  if (typeof id !== 'number' || !Number.isInteger(id)) return refused('flow_id is not an integer');
  const facts = 'team' in worker ? await worker.team.flow(id) : flowFacts(worker, id);
  return facts === undefined ? refused('Not found') : ok(facts);
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
