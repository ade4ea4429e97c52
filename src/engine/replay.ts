// Replay: capture files through one worker, in order, then the end of everything that is still open.

import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { log } from '../base/log.ts';
import { openCaptureFile } from '../pcap/index.ts';
import type { PacketFilter } from '../pcap/index.ts';
import { Run } from './run.ts';
import type { RunOptions } from './run.ts';

/** Told how far a replay has come. */
export interface ReplayObserver {
  begin?(path: string): void;
  /** Part of the file that was read, 0 to 1; undefined when its size is not known. */
  progress?(path: string, part: number | undefined): void;
  /** `isGood`: it could be opened, and was read to its end. */
  end?(path: string, isGood: boolean): void;
}

export interface ReplayOptions extends RunOptions {
  /** Undefined stands for none at present: others may come. */
  readonly captures: Iterable<string | undefined>;
  /** Packets to look at; all without one. */
  readonly filter?: PacketFilter | undefined;
  readonly observer?: ReplayObserver;
  /** Told before the first packet. */
  readonly onRun?: (run: Run) => void;
}

export interface ReplayResult {
  readonly packets: number;
  readonly bytes: number;
  readonly alerts: number;
  readonly flows: number;
  /** Captures that were read. */
  readonly files: number;
  /** Captures that could not be opened. */
  readonly failed: number;
  /** Bugs of this program that packets came upon. */
  readonly internalErrors: number;
}

/** Reads all captures before it returns. */
export function replay(options: ReplayOptions): ReplayResult {
  const steps = replaySteps(options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same with turns of the event loop in between, for signals and sockets. */
export async function replayInTurns(options: ReplayOptions): Promise<ReplayResult> {
  const steps = replaySteps(options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (step.value === 'idle') await sleep(IDLE);
    else await setImmediate();
  }
}

/** Milliseconds between two looks for captures to come. */
const IDLE = 50;

/** One step is some batches of packets, in order; or it is idle. */
function* replaySteps(options: ReplayOptions): Generator<'idle' | undefined, ReplayResult> {
  let current: string | undefined;
  const run = new Run(options, { deviceName: () => undefined, captureFile: () => current });
  options.onRun?.(run);
  const isStopping = (): boolean => options.control?.isStopping === true;
  let failed = 0;
  let files = 0;
  for (const path of options.captures) {
    if (isStopping()) break;
    if (path === undefined) {
      run.tellStatistics();
      run.worker.pipeline.flush();
      yield 'idle';
      continue;
    }
    current = path;
    options.observer?.begin?.(path);
    const isGood = yield* replayFile(run, path, options);
    options.observer?.end?.(path, isGood && !isStopping());
    if (isGood) files++;
    else failed++;
  }
  run.finish();
  const { counters, pipeline } = run.worker;
  return {
    packets: pipeline.packets,
    bytes: counters.byName('decoder.bytes'),
    alerts: counters.byName('detect.alert'),
    flows: counters.byName('flow.total'),
    files,
    failed,
    internalErrors: counters.byName('tayra.internal_errors'),
  };
}

const BATCHES_PER_STEP = 64;

function* replayFile(run: Run, path: string, options: ReplayOptions): Generator<undefined, boolean> {
  const { control, filter, observer } = options;
  const { worker } = run;
  const opened = openCaptureFile(path, worker.region);
  if (!opened.ok) {
    log.error('pcap', `${path}: ${opened.problem.message}`);
    return false;
  }
  const { reader } = opened;
  const { batch, pipeline } = worker;
  for (let batches = 1; reader.next(batch) > 0; batches++) {
    filter?.keep(batch);
    pipeline.batch(batch);
    if (batches % BATCHES_PER_STEP !== 0) continue;
    observer?.progress?.(path, reader.progress());
    run.tellStatistics();
    yield;
    if (control === undefined) continue;
    if (control.wantsReopen) pipeline.reopen();
    control.wantsReopen = false;
    if (control.isStopping) break;
  }
  for (const problem of reader.problems) log.warning('pcap', `${path}: ${problem.message}`);
  reader.close();
  return true;
}
