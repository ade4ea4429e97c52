// Replay: capture files through one worker, in order, then the end of everything that is still open.

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
import type { LoadedRules } from './load-rules.ts';
import { openOutputs } from './outputs.ts';
import {
  NO_SIMULATIONS,
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
  /** Outputs besides those of the configuration. */
  readonly extraOutputs?: (state: WorkerState) => readonly Output[];
}

export interface ReplayResult {
  readonly packets: number;
  readonly bytes: number;
  readonly alerts: number;
  readonly flows: number;
  /** Captures that could not be opened. */
  readonly failed: number;
}

export function replay(options: ReplayOptions): ReplayResult {
  const started = Date.now();
  const { rules } = options;
  const run: { current: string | undefined; worker: Worker | undefined } = { current: undefined, worker: undefined };
  const worker = createWorker(workerOptions(options), (state) => [
    ...openOutputs(options.config, {
      ...state,
      logDir: options.logDirectory,
      isInline: options.isInline,
      deviceName: () => undefined,
      captureFile: () => run.current,
      appProtocolName: () => '',
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
  for (const path of options.captures) {
    run.current = path;
    if (!replayFile(worker, path)) failed++;
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
    failed,
  };
}

function engineOf(rules: LoadedRules, started: number): NonNullable<OutputContext['engine']> {
  const { signatures, failed, skipped } = rules.ruleset;
  return { lastReload: started * 1000, loaded: signatures.length, failed, skipped };
}

function workerOptions(options: ReplayOptions): WorkerOptions {
  const { config, isInline, rules, checksums } = options;
  const simulate = options.simulate ?? NO_SIMULATIONS;
  const hosts = hostSystems(config);
  const policies = hosts.names.map((name) => OS_POLICIES.indexOf(name as OsPolicy));
  return {
    decoder: decoderOptions(config, readVariables(config)),
    defrag: defragSettings(config, hosts, simulate),
    flow: flowOptions(config, simulate),
    stream: streamOptions(config, { isInline, hasRules: rules !== null, checksums, simulate }),
    hostPolicy: (a0, a1, a2, a3, version) => policies[hosts.lookUp(a0, a1, a2, a3, version)] ?? 0,
    exceptions: exceptionChoices(config, isInline),
    rules,
    isInline,
    mpm: mpmSettings(config),
    checksums: checksums === 'none' || checksums === 'all' ? checksums : 'auto',
    maxAlerts: config.int('packet-alert-max', 15, { min: 0, max: 255 }) || 15,
  };
}

function replayFile(worker: Worker, path: string): boolean {
  const opened = openCaptureFile(path, worker.region);
  if (!opened.ok) {
    log.error('pcap', `${path}: ${opened.problem.message}`);
    return false;
  }
  const { reader } = opened;
  while (reader.next(worker.batch) > 0) worker.pipeline.batch(worker.batch);
  for (const problem of reader.problems) log.warning('pcap', `${path}: ${problem.message}`);
  reader.close();
  return true;
}
