// Workers: how many threads process packets (`runmode`, `threading.workers`).

import { availableParallelism } from 'node:os';
import type { ConfigNode } from '../../config/index.ts';

const RUN_MODES: readonly string[] = ['single', 'workers', 'autofp'];

const MOST = 32;

/** @returns why there is no such mode (`--runmode`, or `runmode` of the configuration) */
export function runModeProblem(mode: string | undefined): string | undefined {
  if (mode === undefined || RUN_MODES.includes(mode)) return undefined;
  return `run mode "${mode}" is not known: ${RUN_MODES.join(', ')}`;
}

/**
 * Workers that captures are read with: one, which gives the same events in the same order each time, unless the run mode
 * asks for more; then `threading.workers`, as many as there are processors without it.
 * @param given `--runmode`
 * @returns a text that says what is wrong
 */
export function replayWorkers(config: ConfigNode, given: string | undefined): number | string {
  const mode = given ?? config.string('runmode');
  if (mode === undefined || mode === 'single') return 1;
  const problem = runModeProblem(mode);
  if (problem !== undefined) return problem;
  const workers = config.string('threading.workers', 'auto');
  if (workers === 'auto') return Math.min(MOST, availableParallelism());
  return config.int('threading.workers', 1, { min: 1, max: MOST });
}
