// Replay: capture files through one worker, in order, then the end of everything that is still open.

import { setImmediate } from 'node:timers/promises';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import { openCaptureFile } from '../pcap/index.ts';
import { datasetsOf } from '../keywords/dataset.ts';
import { flowbitNames } from '../keywords/flowbits.ts';
import { flowintNames } from '../keywords/flowint.ts';
import { OS_POLICIES } from '../stream/index.ts';
import type { OsPolicy } from '../stream/index.ts';
import { readVariables } from './load-rules.ts';
import type { PacketFilter } from '../pcap/index.ts';
import type { LoadedRules } from './load-rules.ts';
import type { RunControl } from './control.ts';
import { openOutputs } from './outputs.ts';
import {
  NO_SIMULATIONS,
  checksumMode,
  decoderOptions,
  defragSettings,
  exceptionChoices,
  flowOptions,
  hostSystems,
  mpmSettings,
  streamOptions,
} from './settings/index.ts';
import type { Simulations } from './settings/index.ts';
import { createWorker } from './worker.ts';
import type { Worker, WorkerOptions, WorkerState } from './worker.ts';

/** Told how far a replay has come. */
export interface ReplayObserver {
  begin?(path: string): void;
  /** Part of the file that was read, 0 to 1; undefined when its size is not known. */
  progress?(path: string, part: number | undefined): void;
  /** `isGood`: it could be opened and read. */
  end?(path: string, isGood: boolean): void;
}

export interface ReplayOptions {
  readonly config: ConfigNode;
  readonly captures: readonly string[];
  readonly rules: LoadedRules | null;
  readonly logDirectory: string;
  readonly isInline: boolean;
  /** `-k`: all, none or auto. */
  readonly checksums: string | undefined;
  /** Exceptions to play, none without. */
  readonly simulate?: Simulations;
  /** Takes the EVE records; then no other output of the configuration is opened. */
  readonly takeRecords?: (lines: string) => void;
  /** Packets to look at; all without one. */
  readonly filter?: PacketFilter | undefined;
  readonly observer?: ReplayObserver;
  /** Asked between steps. */
  readonly control?: RunControl;
  /** Outputs besides those of the configuration. */
  readonly extraOutputs?: (state: WorkerState) => readonly Output[];
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
    await setImmediate();
  }
}

/** One step is some batches of packets, in order. */
function* replaySteps(options: ReplayOptions): Generator<undefined, ReplayResult> {
  const started = Date.now();
  const { rules } = options;
  const run: { current: string | undefined; worker: Worker | undefined } = { current: undefined, worker: undefined };
  const worker = createWorker(workerOptions(options), (state) => [
    ...openOutputs(options.config, {
      ...state,
      logDir: options.logDirectory,
      isInline: options.isInline,
      mayWait: true,
      deviceName: () => undefined,
      captureFile: () => run.current,
      flowbitName: (id) => (rules === null ? undefined : flowbitNames(rules.setup).names[id]),
      flowintName: (id) => (rules === null ? undefined : flowintNames(rules.setup).names[id]),
      ...(rules === null ? {} : { engine: engineOf(rules, started) }),
      takeRecords: options.takeRecords,
      uptime: () => Math.floor((Date.now() - started) / 1000),
      now: () => run.worker?.pipeline.now ?? 0,
    }),
    ...(options.extraOutputs?.(state) ?? []),
  ]);
  run.worker = worker;
  let failed = 0;
  let files = 0;
  const statistics = new Statistics(options.config, started);
  for (const path of options.captures) {
    if (options.control?.isStopping === true) break;
    run.current = path;
    options.observer?.begin?.(path);
    const isGood = yield* replayFile(worker, path, { ...options, statistics });
    options.observer?.end?.(path, isGood);
    if (isGood) files++;
    else failed++;
  }
  worker.pipeline.finish();
  worker.release();
  if (rules !== null) for (const problem of datasetsOf(rules.setup).save()) log.error('dataset', problem);
  const { counters } = worker;
  return {
    packets: worker.pipeline.packets,
    bytes: counters.byName('decoder.bytes'),
    alerts: counters.byName('detect.alert'),
    flows: counters.byName('flow.total'),
    files,
    failed,
  };
}

/** When statistics are due: every `stats.interval` seconds of the clock on the wall. */
class Statistics {
  private readonly interval: number;
  private next: number;

  constructor(config: ConfigNode, started: number) {
    this.interval = config.seconds('stats.interval', 8) * 1000;
    this.next = started + this.interval;
  }

  isDue(): boolean {
    const now = Date.now();
    if (this.interval <= 0 || now < this.next) return false;
    this.next = now + this.interval;
    return true;
  }
}

function engineOf(rules: LoadedRules, started: number): NonNullable<OutputContext['engine']> {
  const { outlines, failed, skipped } = rules.ruleset;
  return { lastReload: started * 1000, loaded: outlines.length, failed, skipped };
}

function workerOptions(options: ReplayOptions): WorkerOptions {
  const { config, isInline, rules } = options;
  const checksums = checksumMode(options.checksums, config);
  const simulate = options.simulate ?? NO_SIMULATIONS;
  const hosts = hostSystems(config);
  const policies = hosts.names.map((name) => OS_POLICIES.indexOf(name as OsPolicy));
  return {
    decoder: decoderOptions(config, readVariables(config)),
    defrag: defragSettings(config, hosts, simulate),
    flow: flowOptions(config, simulate),
    stream: streamOptions(config, {
      isInline,
      hasRules: rules !== null && rules.ruleset.outlines.length > 0,
      checksums,
      simulate,
    }),
    hostPolicy: (a0, a1, a2, a3, version) => {
      const host = hosts.lookUp(a0, a1, a2, a3, version);
      return host < 0 ? 0 : policies[host]!;
    },
    exceptions: exceptionChoices(config, isInline),
    countsErrorPolicies: config.bool('stats.exception-policy.per-app-proto-errors', false),
    appErrorsAt: [simulate.appErrorToServer, simulate.appErrorToClient],
    rules,
    isInline,
    appProtocols: config.get('app-layer.protocols'),
    mpm: mpmSettings(config),
    checksums,
    guessesTx: config.bool('detect.guess-applayer-tx', false),
    isAlertQueueFixed: simulate.alertQueueFailure,
    maxTxAlerts: config.int('detect.stream-tx-log-limit', 4, { min: 0, max: 255 }),
    maxAlerts: config.int('packet-alert-max', 15, { min: 0, max: 255 }) || 15,
  };
}

const BATCHES_PER_STEP = 64;

type FileOptions = ReplayOptions & { readonly statistics: Statistics };

function* replayFile(worker: Worker, path: string, options: FileOptions): Generator<undefined, boolean> {
  const { control, filter, observer, statistics } = options;
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
    if (statistics.isDue()) pipeline.tellStatistics();
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
