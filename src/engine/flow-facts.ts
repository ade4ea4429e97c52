// What is told of one flow on demand (`get-flow-stats-by-id`).

import { F } from '../framework/flows.ts';
import type { Worker } from './worker.ts';

export interface FlowFacts {
  readonly pkts_toclient: number;
  readonly pkts_toserver: number;
  readonly bytes_toclient: number;
  readonly bytes_toserver: number;
  /** Seconds between its first and its latest packet. */
  readonly age: number;
}

/** Of the flow with that `flow_id`; undefined where the worker has none. */
export function flowFacts({ flows, pipeline }: Pick<Worker, 'flows' | 'pipeline'>, id: number): FlowFacts | undefined {
  const f = pipeline.tracker?.byId(id) ?? -1;
  if (f < 0) return undefined;
  return {
    pkts_toclient: flows.word(f, F.packetsToClient),
    pkts_toserver: flows.word(f, F.packetsToServer),
    bytes_toclient: flows.double(f, F.bytesToClient),
    bytes_toserver: flows.double(f, F.bytesToServer),
    age: Math.floor((flows.double(f, F.lastTs) - flows.double(f, F.startTs)) / 1e6),
  };
}
