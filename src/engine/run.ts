// Run: one worker with the outputs of the configuration, whatever its packets come from.

import { log } from '../base/log.ts';
import type { Steps } from '../base/steps.ts';
import type { ConfigNode } from '../config/index.ts';
import type { DetectorTables } from '../detect/run/detector-tables.ts';
import type { MakeMatcher } from '../detect/run/pattern-table.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import { datasetsOf } from '../keywords/dataset.ts';
import { flowbitNames } from '../keywords/flowbits.ts';
import { flowintNames } from '../keywords/flowint.ts';
import { OS_POLICIES } from '../stream/index.ts';
import type { OsPolicy } from '../stream/index.ts';
import type { Rejects } from '../respond/rejects.ts';
import type { RunControl } from './control.ts';
import { letGo, readVariables } from './load-rules.ts';
import type { LoadedRules } from './load-rules.ts';
import { OneSided } from './one-sided.ts';
import { openOutputs } from './outputs.ts';
import {
  NO_SIMULATIONS,
  checksumModes,
  decoderOptions,
  defragSettings,
  duplicateWindow,
  exceptionChoices,
  forgivesPickedUp,
  flowOptions,
  hostSystems,
  mpmSettings,
  streamOptions,
} from './settings/index.ts';
import type { ChecksumChecks, Simulations } from './settings/index.ts';
import { Statistics } from './statistics.ts';
import { createWorker, mayDetect } from './worker.ts';
import type { Worker, WorkerOptions, WorkerState } from './worker.ts';
import type { Membership } from './workers/membership.ts';
import { shareOf, shareOfStreams } from './workers/membership.ts';
import { shareRuleState } from './workers/rule-state.ts';

export interface RunOptions {
  readonly config: ConfigNode;
  readonly rules: LoadedRules | null;
  readonly logDirectory: string;
  readonly isInline: boolean;
  /** Everything goes on, whatever is decided. */
  readonly isShadow?: boolean;
  /** Packets are of now: flows time out by the clock. */
  readonly isLive?: boolean;
  /** A flow has one interface for each of its directions: it is not told by them. */
  readonly isBridge?: boolean;
  /** Bytes that a source of packets may fill at a time. */
  readonly captureRegion?: number | undefined;
  /** Who tells the ends of rejected packets; nobody without. */
  readonly rejects?: Rejects | undefined;
  /** `checksum-checks` of interfaces, by their number; those of captures without. */
  readonly checksumChecks?: readonly ChecksumChecks[];
  /** `-k`: all, none or auto. */
  readonly checksums: string | undefined;
  /** Exceptions to play, none without. */
  readonly simulate?: Simulations;
  /** Takes the EVE records; then no other output of the configuration is opened. */
  readonly takeRecords?: (lines: string) => void;
  /** Makes matchers of patterns; compiles them without. */
  readonly makeMatcher?: MakeMatcher | undefined;
  /** One of several workers, each a thread of its own; the only one without. */
  readonly membership?: Membership;
  /** Asked between steps. */
  readonly control?: RunControl;
  /** What is looked up of the rules, made before and used again; the run makes and frees its own without. */
  readonly tables?: DetectorTables | undefined;
  /** Outputs besides those of the configuration. */
  readonly extraOutputs?: (state: WorkerState) => readonly Output[];
}

/** What outputs ask of the source of packets. */
type SourceContext = Pick<OutputContext, 'captureFile' | 'deviceName' | 'isMirror'> & {
  /** Microseconds: of the clock where packets are of now. */
  readonly now?: () => number;
};

export class Run {
  readonly worker: Worker;
  private current: LoadedRules | null;
  private readonly statistics: Statistics;
  private readonly ruleset: RulesetFacts | undefined;
  private readonly membership: Membership | undefined;

  /** Opens everything; packets may come. */
  constructor(options: RunOptions, source: SourceContext) {
    const started = Date.now();
    const { rules } = options;
    this.current = rules;
    this.ruleset = rules === null ? undefined : new RulesetFacts(rules, started);
    this.statistics = new Statistics(options.config, started);
    this.worker = createWorker(workerOptions(options), (state) => [
      ...openOutputs(options.config, {
        ...state,
        logDir: options.logDirectory,
        isInline: options.isInline,
        isShadow: options.isShadow === true,
        mayWait: options.isLive !== true,
        deviceName: source.deviceName,
        isMirror: source.isMirror ?? false,
        captureFile: source.captureFile,
        flowbitName: (id) => (this.current === null ? undefined : flowbitNames(this.current.setup).names[id]),
        flowintName: (id) => (this.current === null ? undefined : flowintNames(this.current.setup).names[id]),
        ...(this.ruleset === undefined ? {} : { engine: this.ruleset }),
        takeRecords: options.takeRecords,
        totals: options.membership?.totals,
        worker: options.membership === undefined ? undefined : options.membership.index + 1,
        threads: options.membership?.threads,
        openShared: options.membership?.openShared,
        uptime: () => Math.floor((Date.now() - started) / 1000),
        now: source.now ?? (() => this.now()),
      }),
      ...(options.takeRecords === undefined ? [new OneSided(state.flows)] : []),
      ...(options.extraOutputs?.(state) ?? []),
    ]);
    this.membership = options.membership;
    if (options.membership !== undefined) this.worker.share(options.membership.journal);
    if (rules !== null && options.membership !== undefined)
      shareRuleState(rules, options.membership.journal, this.worker);
  }

  /** The rules in force; null without detection. */
  get rules(): LoadedRules | null {
    return this.current;
  }

  /** Microseconds since the epoch at which they were loaded, 0 without detection. */
  get lastReload(): number {
    return this.ruleset?.lastReload ?? 0;
  }

  /** Puts other rules in the place of those in force, in steps, between which packets may go on. */
  *replaceRules(rules: LoadedRules, makeMatcher: MakeMatcher): Steps {
    const putInForce = yield* this.worker.readyRules(rules, makeMatcher);
    putInForce();
    if (this.current !== null) letGo(this.current);
    this.current = rules;
    if (this.membership !== undefined) shareRuleState(rules, this.membership.journal, this.worker);
    this.ruleset?.update(rules, Date.now());
    for (const problem of datasetsOf(rules.setup).takeForce()) log.error('dataset', problem);
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
    if (this.membership?.index === 0) this.membership.addUp();
    this.worker.pipeline.tellStatistics();
  }

  /** No more packets: flows end, outputs are closed, what is kept between runs is written. */
  finish(): void {
    const { membership, worker } = this;
    worker.pipeline.endFlows();
    worker.pipeline.updateGauges();
    membership?.waitForOthers();
    worker.pipeline.close();
    worker.release();
    if (this.current === null || (membership?.index ?? 0) > 0) return;
    for (const problem of datasetsOf(this.current.setup).save()) log.error('dataset', problem);
  }
}

/** What statistics say of the rules in force. */
class RulesetFacts implements NonNullable<OutputContext['engine']> {
  lastReload = 0;
  loaded = 0;
  failed = 0;
  skipped = 0;

  constructor(rules: LoadedRules, now: number) {
    this.update(rules, now);
  }

  /** @param now milliseconds */
  update({ ruleset }: LoadedRules, now: number): void {
    this.lastReload = now * 1000;
    this.loaded = ruleset.outlines.length;
    this.failed = ruleset.failed;
    this.skipped = ruleset.skipped;
  }
}

function workerOptions(options: RunOptions): WorkerOptions {
  const { config, isBridge = false, isInline, rules } = options;
  const checksums = checksumModes(options.checksums, config, options.checksumChecks);
  const simulate = options.simulate ?? NO_SIMULATIONS;
  const hosts = hostSystems(config);
  const policies = hosts.names.map((name) => OS_POLICIES.indexOf(name as OsPolicy));
  const { membership } = options;
  const flow = { ...shareOf(flowOptions(config, simulate), membership), others: membership?.others };
  return {
    counterMemory: membership?.memory,
    tellsStatistics: (membership?.index ?? 0) === 0,
    config,
    decoder: decoderOptions(config, readVariables(config)),
    defrag: shareOf(defragSettings(config, hosts, simulate), membership),
    flow: options.isLive === true ? { ...flow, idleAbove: 0, usesDevice: flow.usesDevice && !isBridge } : flow,
    isLive: options.isLive === true,
    captureRegion: options.captureRegion,
    stream: shareOfStreams(
      streamOptions(config, {
        isInline,
        hasRules: mayDetect({ rules, isLive: options.isLive === true }),
        checksums: options.checksums,
        simulate,
      }),
      membership,
    ),
    hostPolicy: (a0, a1, a2, a3, version) => {
      const host = hosts.lookUp(a0, a1, a2, a3, version);
      return host < 0 ? 0 : policies[host]!;
    },
    exceptions: exceptionChoices(config, isInline),
    forgivesPickedUp: options.isLive === true && forgivesPickedUp(config),
    countsErrorPolicies: config.bool('stats.exception-policy.per-app-proto-errors', false),
    appErrorsAt: [simulate.appErrorToServer, simulate.appErrorToClient],
    rules,
    tables: options.tables,
    isInline,
    duplicateWindow: isInline ? 0 : duplicateWindow(config),
    rejects: options.rejects,
    appProtocols: config.get('app-layer.protocols'),
    mpm: mpmSettings(config),
    makeMatcher: options.makeMatcher,
    checksums,
    guessesTx: config.bool('detect.guess-applayer-tx', false),
    isAlertQueueFixed: simulate.alertQueueFailure,
    maxTxAlerts: config.int('detect.stream-tx-log-limit', 4, { min: 0, max: 255 }),
    maxAlerts: config.int('packet-alert-max', 15, { min: 0, max: 255 }) || 15,
  };
}
