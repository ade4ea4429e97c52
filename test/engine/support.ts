// Runs rules over frames through the whole engine and gives back the events.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { replay } from '../../src/engine/replay.ts';
import type { Simulations } from '../../src/engine/settings/index.ts';
import { NO_SIMULATIONS } from '../../src/engine/settings/index.ts';
import { PcapWriter } from '../../src/pcap/index.ts';

export interface EngineRun {
  readonly rules?: readonly string[];
  readonly frames: readonly Uint8Array[];
  /** Of events besides those of every run. */
  readonly types?: readonly string[];
  /** `key=value` of the configuration. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly isInline?: boolean;
  readonly simulate?: Partial<Simulations>;
}

/** An EVE record, as far as the tests read it. */
export interface EveEvent {
  readonly event_type: string;
  readonly timestamp: string;
  readonly pcap_cnt?: number;
  readonly pkt_src?: string;
  readonly src_ip?: string;
  readonly direction?: string;
  readonly payload_printable?: string;
  readonly alert?: { readonly signature_id: number; readonly action: string };
  readonly drop?: { readonly reason: string };
  readonly tcp?: { readonly tcp_flags_ts?: string };
  readonly flow?: {
    readonly reason: string;
    readonly state: string;
    readonly action?: string;
    readonly pkts_toserver: number;
    readonly pkts_toclient: number;
    readonly tx_cnt?: number;
    readonly exception_policy?: readonly { target: string; policy: string }[];
  };
  readonly app_proto?: string;
  readonly app_proto_orig?: string;
  readonly app_proto_expected?: string;
  readonly files?: readonly { readonly filename?: string }[];
  readonly stats?: Readonly<Record<string, unknown>>;
}

const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log:
      enabled: yes
      filename: eve.json
      types:
        - alert:
            payload-printable: yes
        - drop:
            flows: all
        - flow
        - stats
`;

export function runEngine(options: EngineRun): EveEvent[] {
  const folder = mkdtempSync(join(tmpdir(), 'tayra-engine-'));
  try {
    return runIn(folder, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runIn(folder: string, options: EngineRun): EveEvent[] {
  const path = (name: string): string => join(folder, name);
  const writer = new PcapWriter(path('input.pcap'), { linkType: 1 });
  options.frames.forEach((frame, i) => {
    writer.write(frame, 0, frame.length, frame.length, 1e15 + i * 1000);
  });
  writer.close();
  writeFileSync(path('test.rules'), (options.rules ?? []).join('\n'));
  const types = (options.types ?? []).map((type) => `        - ${type}\n`);
  writeFileSync(path('config.yaml'), CONFIG + types.join(''));
  const settings = Object.entries(options.settings ?? {}).map(([key, value]) => ({ path: key, value }));
  const { root: config } = openConfig({ file: path('config.yaml'), settings });
  const isInline = options.isInline ?? false;
  replay({
    config,
    captures: [path('input.pcap')],
    rules: loadRules(config, [path('test.rules')], { isInline }),
    logDirectory: folder,
    isInline,
    checksums: 'none',
    simulate: { ...NO_SIMULATIONS, ...options.simulate },
  });
  const text = readFileSync(path('eve.json'), 'utf8').trimEnd();
  return text.split('\n').map((line) => JSON.parse(line) as EveEvent);
}

export const sidsOf = (events: readonly EveEvent[]): number[] =>
  events.flatMap((event) =>
    event.alert === undefined || event.event_type !== 'alert' ? [] : [event.alert.signature_id],
  );

export const ofType = (events: readonly EveEvent[], type: string): EveEvent[] =>
  events.filter((event) => event.event_type === type);

/** A counter of the last statistics, by dotted name. */
export function counterOf(events: readonly EveEvent[], name: string): unknown {
  let value: unknown = ofType(events, 'stats').at(-1)?.stats;
  for (const part of name.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}
