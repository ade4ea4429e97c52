// Run: one worker with the outputs of the configuration, whatever its packets come from.

import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import { datasetsOf } from '../keywords/dataset.ts';
import { flowbitNames } from '../keywords/flowbits.ts';
import { flowintNames } from '../keywords/flowint.ts';
import { OS_POLICIES } from '../stream/index.ts';
import type { OsPolicy } from '../stream/index.ts';
import type { RunControl } from './control.ts';
import { readVariables } from './load-rules.ts';
import type { LoadedRules } from './load-rules.ts';
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

export interface RunOptions {
  readonly config: ConfigNode;
  readonly rules: LoadedRules | null;
  readonly logDirectory: string;
  readonly isInline: boolean;
  /** Packets are of now: flows time out by the clock. */
  readonly isLive?: boolean;
  /** Bytes that a source of packets may fill at a time. */
  readonly captureRegion?: number | undefined;
  /** `-k`: all, none or auto. */
  readonly checksums: string | undefined;
  /** Exceptions to play, none without. */
  readonly simulate?: Simulations;
  /** Takes the EVE records; then no other output of the configuration is opened. */
  readonly takeRecords?: (lines: string) => void;
  /** Asked between steps. */
  readonly control?: RunControl;
  /** Outputs besides those of the configuration. */
  readonly extraOutputs?: (state: WorkerState) => readonly Output[];
}

/** What outputs ask of the source of packets. */
type SourceContext = Pick<OutputContext, 'captureFile' | 'deviceName'> & {
  /** Microseconds: of the clock where packets are of now. */
  readonly now?: () => number;
};

export class Run {
  readonly worker: Worker;
  private readonly rules: LoadedRules | null;
  private readonly statistics: Statistics;

  /** Opens everything; packets may come. */
  constructor(options: RunOptions, source: SourceContext) {
    const started = Date.now();
    const { rules } = options;
    this.rules = rules;
    this.statistics = new Statistics(options.config, started);
    this.worker = createWorker(workerOptions(options), (state) => [
      ...openOutputs(options.config, {
        ...state,
        logDir: options.logDirectory,
        isInline: options.isInline,
        mayWait: options.isLive !== true,
        deviceName: source.deviceName,
        captureFile: source.captureFile,
        flowbitName: (id) => (rules === null ? undefined : flowbitNames(rules.setup).names[id]),
        flowintName: (id) => (rules === null ? undefined : flowintNames(rules.setup).names[id]),
        ...(rules === null ? {} : { engine: engineOf(rules, started) }),
        takeRecords: options.takeRecords,
        uptime: () => Math.floor((Date.now() - started) / 1000),
        now: source.now ?? (() => this.now()),
      }),
      ...(options.extraOutputs?.(state) ?? []),
    ]);
  }

  /** Microseconds of the latest packet, 0 before the first. */
  private now(): number {
    // outputs may ask while the worker is being made
    const worker = this.worker as Worker | undefined;
    return worker?.pipeline.now ?? 0;
  }

  /** Tells statistics when they are due. @param before called then, for counts that are fetched */
  tellStatistics(before?: () => void): void {
    if (!this.statistics.isDue()) return;
    before?.();
    this.worker.pipeline.tellStatistics();
  }

  /** No more packets: flows end, outputs are closed, what is kept between runs is written. */
  finish(): void {
    this.worker.pipeline.finish();
    this.worker.release();
    if (this.rules === null) return;
    for (const problem of datasetsOf(this.rules.setup).save()) log.error('dataset', problem);
  }
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

function workerOptions(options: RunOptions): WorkerOptions {
  const { config, isInline, rules } = options;
  const checksums = checksumMode(options.checksums, config);
  const simulate = options.simulate ?? NO_SIMULATIONS;
  const hosts = hostSystems(config);
  const policies = hosts.names.map((name) => OS_POLICIES.indexOf(name as OsPolicy));
  return {
    decoder: decoderOptions(config, readVariables(config)),
    defrag: defragSettings(config, hosts, simulate),
    flow: options.isLive === true ? { ...flowOptions(config, simulate), idleAbove: 0 } : flowOptions(config, simulate),
    isLive: options.isLive === true,
    captureRegion: options.captureRegion,
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
