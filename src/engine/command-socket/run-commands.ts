// Commands about the packets under way: counters, one flow, memory.

import { counterNames } from '../../base/counters.ts';
import type { Counters } from '../../base/counters.ts';
import { F } from '../../framework/flows.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Worker } from '../worker.ts';
import type { CommandArguments } from './arguments.ts';
import { memcapCommands } from './memcap-commands.ts';
import { ok, refused } from './server.ts';
import type { Answer, Command } from './server.ts';

/** What commands ask of a run. */
export interface CommandedRun {
  /** Flows and memory are there where there is one worker, which is this thread. */
  readonly worker: Pick<Worker, 'counters'> &
    Partial<Pick<Worker, 'flows' | 'memcaps'>> & {
      readonly pipeline: Pick<Pipeline, 'updateGauges'> & Partial<Pick<Pipeline, 'tracker'>>;
    };
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
    (act: (run: CommandedRun, given: CommandArguments) => Answer, otherwise: string): Command =>
    (given) => {
      const current = run();
      return current === undefined ? refused(otherwise) : act(current, given);
    };
  const memory = memcapCommands(() => run()?.worker.memcaps);
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

function flowStats({ worker }: CommandedRun, { flow_id: id }: CommandArguments): Answer {
  if (typeof id !== 'number' || !Number.isInteger(id)) return refused('flow_id is not an integer');
  const { flows, pipeline } = worker;
  const f = pipeline.tracker?.byId(id) ?? -1;
  if (f < 0 || flows === undefined) return refused('Not found');
  return ok({
    pkts_toclient: flows.word(f, F.packetsToClient),
    pkts_toserver: flows.word(f, F.packetsToServer),
    bytes_toclient: flows.double(f, F.bytesToClient),
    bytes_toserver: flows.double(f, F.bytesToServer),
    age: Math.floor((flows.double(f, F.lastTs) - flows.double(f, F.startTs)) / 1e6),
  });
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
