// CaptureQueue: captures that clients of the command socket ask for, one after another, with rules loaded once
// (`--unix-socket`).

import { rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../base/log.ts';
import type { Steps } from '../base/steps.ts';
import { comingCaptures, listCaptures } from '../pcap/index.ts';
import { tagsOf } from '../keywords/tag.ts';
import type { DetectorTables } from '../detect/run/detector-tables.ts';
import type { MakeMatcher } from '../detect/run/pattern-table.ts';
import { datasetsOf } from '../keywords/dataset.ts';
import type { CommandedCaptures } from './command-socket/capture-commands.ts';
import { RunControl } from './control.ts';
import { replayInTurns } from './replay.ts';
import type { ReplayOptions } from './replay.ts';
import type { LoadedRules } from './load-rules.ts';
import type { Run } from './run.ts';
import { workerTableSteps, workerTables } from './worker.ts';
import { mpmSettings } from './settings/index.ts';

export interface QueuedCapture {
  /** A file, or a folder of them. */
  readonly path: string;
  readonly outputDirectory: string;
  readonly isContinuous: boolean;
  readonly isDeleted: boolean;
  /** Milliseconds between two looks for new files, and that a file must have been left alone. */
  readonly pollInterval: number;
  readonly delay: number;
}

export type CaptureQueueOptions = Omit<
  ReplayOptions,
  'captures' | 'logDirectory' | 'control' | 'onRun' | 'observer' | 'tables'
>;

/** Milliseconds between two looks at what is to be done. */
const IDLE = 20;

export class CaptureQueue implements CommandedCaptures {
  private readonly options: CaptureQueueOptions;
  private readonly control: RunControl;
  private readonly queue: QueuedCapture[] = [];
  private underWay: { readonly capture: QueuedCapture; readonly control: RunControl } | undefined;
  private currentRun: Run | undefined;
  private currentRules: LoadedRules | null;
  private tables: DetectorTables | undefined;
  /** Of rules that were replaced while a capture was read with them. */
  private retired: DetectorTables[] = [];
  /** Microseconds since the epoch. */
  lastReload = Date.now() * 1000;
  /** Milliseconds since the epoch: when the capture that was read last was last changed. */
  lastProcessed = 0;

  constructor(options: CaptureQueueOptions, control: RunControl) {
    this.options = options;
    this.control = control;
    this.currentRules = options.rules;
    if (options.rules !== null) this.tables = workerTables(options.rules, mpmSettings(options.config));
  }

  /** Those that the next capture is read with; null without detection. */
  get rules(): LoadedRules | null {
    return this.currentRules;
  }

  /** Other rules from the next capture on. */
  *replaceRules(rules: LoadedRules, makeMatcher: MakeMatcher): Steps {
    const tables = yield* workerTableSteps(rules, makeMatcher);
    if (this.tables !== undefined) this.retired.push(this.tables);
    this.tables = tables;
    this.currentRules = rules;
    this.lastReload = Date.now() * 1000;
    for (const problem of datasetsOf(rules.setup).takeForce()) log.error('dataset', problem);
    if (this.underWay === undefined) this.freeRetired();
  }

  get run(): Run | undefined {
    return this.currentRun;
  }

  get current(): string | undefined {
    return this.underWay?.capture.path;
  }

  get waiting(): readonly string[] {
    return this.queue.map(({ path }) => path);
  }

  add(capture: QueuedCapture): void {
    this.queue.push(capture);
  }

  interrupt(): void {
    if (this.underWay !== undefined) this.underWay.control.isStopping = true;
  }

  /** Until the end is asked for. */
  async work(): Promise<void> {
    while (!this.control.isStopping) {
      const capture = this.queue.shift();
      if (capture === undefined) await sleep(IDLE);
      else await this.read(capture);
      this.freeRetired();
    }
    this.tables?.free();
  }

  private freeRetired(): void {
    for (const tables of this.retired.splice(0)) tables.free();
  }

  private async read(capture: QueuedCapture): Promise<void> {
    const control = new RunControl(this.control);
    this.underWay = { capture, control };
    log.info('unix-socket', `Starting run for '${capture.path}'`);
    const result = await replayInTurns({
      ...this.options,
      rules: this.freshRules(),
      tables: this.tables,
      captures: capturesOf(capture),
      logDirectory: capture.outputDirectory,
      control,
      onRun: (run) => (this.currentRun = run),
      observer: {
        end: (path) => {
          this.lastProcessed = changedAt(path) ?? this.lastProcessed;
          if (capture.isDeleted) rmSync(path, { force: true });
        },
      },
    });
    this.underWay = this.currentRun = undefined;
    log.notice('pcap', `read ${result.files} files, ${result.packets} packets, ${result.bytes} bytes`);
  }

  /** The rules without what they counted and tagged in the capture before; marks that clients set on hosts stay. */
  private freshRules(): LoadedRules | null {
    const { rules } = this;
    if (rules === null) return null;
    tagsOf(rules.setup).clear();
    return { ...rules, thresholds: rules.thresholds.fresh() };
  }
}

function capturesOf({ path, isContinuous, delay, pollInterval }: QueuedCapture): Iterable<string | undefined> {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  return isContinuous ? comingCaptures(path, { delay, interval: pollInterval }) : listCaptures(path);
}

/** Milliseconds since the epoch, whole; undefined for a file that is away. */
function changedAt(path: string): number | undefined {
  const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return time === undefined ? undefined : Math.floor(time);
}
