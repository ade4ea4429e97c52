// Warm-up: the code of a live run has worked through shipped traffic before the first packet comes, so that it is
// compiled by then and no packet waits, or is lost, while it is not.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ConfigNode } from '../config/index.ts';
import { openCaptureFile } from '../pcap/index.ts';
import { loadRules } from './load-rules.ts';
import { Run } from './run.ts';

const shipped = (name: string): string => fileURLToPath(new URL(`../../pcaps/${name}`, import.meta.url));
const CAPTURE = shipped('warm-up.pcap');
const RULES = shipped('warm-up.rules');
/** Time from one round to the next in their packets, microseconds: flows of the last have timed out. */
const ROUND = 3600e6;
/** Seconds that it may take (`tayra.warm-up`). */
const DEFAULT = 1;

/** Returns when the time is over, at once where it is 0. Nothing of it is written or counted anywhere. */
export function warmUp(config: ConfigNode, { isInline }: { readonly isInline: boolean }): void {
  const end = performance.now() + config.seconds('tayra.warm-up', DEFAULT) * 1000;
  if (performance.now() >= end || !existsSync(CAPTURE)) return;
  const run = new Run(
    {
      config,
      isInline,
      rules: loadRules(config, [RULES], { isInline }),
      logDirectory: '',
      checksums: 'none',
      takeRecords: () => undefined,
    },
    { captureFile: () => undefined, deviceName: () => undefined },
  );
  for (let round = 0; performance.now() < end; round++) replayOnce(run, round * ROUND);
  run.worker.release();
}

/** @param later added to the time of each packet, microseconds */
function replayOnce({ worker }: Run, later: number): void {
  const { batch, pipeline, region } = worker;
  const opened = openCaptureFile(CAPTURE, region);
  if (!opened.ok) return;
  while (opened.reader.next(batch) > 0) {
    for (let i = 0; i < batch.count; i++) batch.timestamp[i]! += later;
    pipeline.batch(batch);
  }
  opened.reader.close();
}
