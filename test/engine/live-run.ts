// A live run without an interface: packets are put in by hand, rules exchanged by a compiler of this thread.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { orderOf } from '../../src/engine/reload/attach.ts';
import { compileOrder } from '../../src/engine/reload/compile-order.ts';
import { RuleReloader } from '../../src/engine/reload/reloader.ts';
import { Run } from '../../src/engine/run.ts';
import { mpmSettings } from '../../src/engine/settings/index.ts';

export interface Event {
  readonly event_type: string;
  readonly alert?: { readonly signature_id: number };
  readonly metadata?: { readonly flowbits?: readonly string[] };
}

export const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, types: [{ alert: { metadata: yes } }] }
stats: { enabled: yes }
`;

export class LiveRun {
  readonly run: Run;
  readonly events: Event[] = [];
  readonly reloader: RuleReloader;
  private readonly rulesFile: string;
  private time = 1e15;

  constructor(folder: string, rules: readonly string[], { areErrorsFatal = false, mpm = 'auto' } = {}) {
    this.rulesFile = join(folder, 'test.rules');
    this.write(rules);
    const file = join(folder, 'config.yaml');
    writeFileSync(file, CONFIG);
    const settings = [
      { path: 'mpm-algo', value: mpm },
      { path: 'default-data-dir', value: folder },
    ];
    const sources = { file, settings };
    const { root: config } = openConfig(sources);
    const load = { isInline: false };
    const takeRecords = (lines: string): void => {
      for (const line of lines.trimEnd().split('\n')) this.events.push(JSON.parse(line) as Event);
    };
    const options = { config, logDirectory: folder, isInline: false, isLive: true, checksums: 'none', takeRecords };
    const from = { captureFile: () => undefined, deviceName: () => undefined, now: () => this.time };
    this.run = new Run({ ...options, rules: loadRules(config, [this.rulesFile], load) }, from);
    this.reloader = new RuleReloader({
      order: orderOf({ config: sources, files: { exclusive: [this.rulesFile] }, load }, config),
      run: this.run,
      mpm: mpmSettings(config),
      // what goes from thread to thread is cloned
      compiler: {
        compile: (order) => Promise.resolve(structuredClone(compileOrder(structuredClone(order)))),
        close: () => Promise.resolve(),
      },
      areErrorsFatal,
    });
  }

  write(rules: readonly string[]): void {
    writeFileSync(this.rulesFile, rules.join('\n'));
  }

  reload(rules?: readonly string[]): Promise<string | undefined> {
    if (rules !== undefined) this.write(rules);
    return this.reloader.reload();
  }

  /** @returns the sids of the alerts */
  feed(...frames: readonly Uint8Array[]): number[] {
    const { batch, pipeline, region } = this.run.worker;
    const before = this.events.length;
    let at = region.offset;
    frames.forEach((frame, i) => {
      region.data.set(frame, at);
      batch.offset[i] = at;
      batch.length[i] = batch.wireLength[i] = frame.length;
      batch.timestamp[i] = this.time += 1000;
      batch.linkType[i] = 1;
      at += frame.length;
    });
    batch.count = frames.length;
    pipeline.batch(batch);
    return this.events.slice(before).flatMap(({ alert }) => (alert === undefined ? [] : [alert.signature_id]));
  }
}
