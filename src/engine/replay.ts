// Replay: capture files through one worker, in order, then the end of everything that is still open.

import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import { chooseMpm } from '../detect/mpm/index.ts';
import type { MpmAlgorithm } from '../detect/mpm/index.ts';
import type { Output } from '../framework/output.ts';
import { openCaptureFile } from '../pcap/index.ts';
import type { LoadedRules } from './load-rules.ts';
import { openOutputs } from './outputs.ts';
import { flowOptions, streamOptions } from './settings.ts';
import { createWorker } from './worker.ts';
import type { Worker, WorkerState } from './worker.ts';

export interface ReplayOptions {
  readonly config: ConfigNode;
  readonly captures: readonly string[];
  readonly rules: LoadedRules | null;
  readonly logDirectory: string;
  readonly isInline: boolean;
  /** `-k`: all, none or auto. */
  readonly checksums: string | undefined;
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
  let current: string | undefined;
  let worker: Worker | undefined;
  const { config, isInline } = options;
  worker = createWorker(
    {
      flow: flowOptions(config),
      stream: streamOptions(config, { isInline, hasRules: options.rules !== null, checksums: options.checksums }),
      defragMemcap: config.size('defrag.memcap', 32 << 20),
      rules: options.rules,
      isInline,
      mpm: mpmAlgorithm(config),
      checksums: options.checksums === 'none' || options.checksums === 'all' ? options.checksums : 'auto',
      maxAlerts: config.int('packet-alert-max', 15, { min: 0, max: 255 }) || 15,
    },
    (state) => [
      ...openOutputs(config, {
        ...state,
        logDir: options.logDirectory,
        isInline,
        deviceName: () => undefined,
        captureFile: () => current,
        appProtocolName: () => '',
        flowbitName: () => undefined,
        flowintName: () => undefined,
        uptime: () => Math.floor((Date.now() - started) / 1000),
        now: () => worker?.pipeline.now ?? 0,
      }),
      ...(options.extraOutputs?.(state) ?? []),
    ],
  );
  let failed = 0;
  for (const path of options.captures) {
    current = path;
    if (!replayFile(worker, path)) failed++;
  }
  worker.pipeline.finish();
  const { counters } = worker;
  return {
    packets: worker.pipeline.packets,
    bytes: counters.byName('decoder.bytes'),
    alerts: counters.byName('detect.alert'),
    flows: counters.byName('flow.total'),
    failed,
  };
}

/** `mpm-algo`; says so when another one has to serve. */
function mpmAlgorithm(config: ConfigNode): MpmAlgorithm {
  const choice = chooseMpm(config.string('mpm-algo', 'auto') ?? 'auto');
  if (choice.reason !== '') log.info('mpm', `mpm-algo is ${choice.algorithm}: ${choice.reason}`);
  return choice.algorithm;
}

function replayFile(worker: Worker, path: string): boolean {
  const opened = openCaptureFile(path, worker.region);
  if (!opened.ok) {
    log.error('pcap', opened.problem.message);
    return false;
  }
  const { reader } = opened;
  while (reader.next(worker.batch) > 0) worker.pipeline.batch(worker.batch);
  for (const problem of reader.problems) log.warning('pcap', `${path}: ${problem.message}`);
  reader.close();
  return true;
}
