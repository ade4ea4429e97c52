// Which packets each of some rules is told of: by this engine, and by Suricata itself.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// the events that rules name are declared beside the code that raises them
import '../../src/applayer/app-layer.ts';
import '../../src/layers/registry.ts';
import '../../src/stream/index.ts';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { replay } from '../../src/engine/replay.ts';
import { PcapWriter } from '../../src/pcap/index.ts';

/** Of both programs. */
const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [alert] }
packet-alert-max: 255
unix-command: { enabled: no }
stream: { reassembly: { randomize-chunk-size: no } }
`;

export interface RuleCase {
  /** Their sids are 1, 2, 3 and so on. */
  readonly rules: readonly string[];
  /** Ethernet frames. */
  readonly frames: readonly Uint8Array[];
  /** By frame, the number that its alerts are told by: connections, where it does not matter which packet it was. */
  readonly groups?: readonly number[];
}

/** What became of each rule. */
export interface Findings {
  /** Sids of rules that were refused. */
  readonly refused: readonly number[];
  /** By sid, the numbers of the packets (or groups) that it was told of, ascending. */
  readonly packets: Readonly<Record<string, readonly number[]>>;
}

/** Files of a case, in a folder that is there during `use` alone. */
interface CaseFiles {
  readonly folder: string;
  readonly config: string;
  readonly rules: string;
  readonly capture: string;
}

function withFiles<T>({ rules, frames }: RuleCase, use: (files: CaseFiles) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'tayra-rules-'));
  const at = (name: string): string => join(folder, name);
  const files = { folder, config: at('case.yaml'), rules: at('case.rules'), capture: at('case.pcap') };
  try {
    writeFileSync(files.config, CONFIG);
    writeFileSync(files.rules, rules.map((rule) => `${rule}\n`).join(''));
    const writer = new PcapWriter(files.capture, { linkType: 1 });
    frames.forEach((frame, i) => {
      writer.write(frame, 0, frame.length, frame.length, 1.7e15 + i * 1e6);
    });
    writer.close();
    return use(files);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function packetsOf(eve: string, groups: RuleCase['groups']): Record<string, number[]> {
  const packets: Record<string, number[]> = {};
  for (const line of eve.split('\n')) {
    if (line === '') continue;
    const event = JSON.parse(line) as { event_type: string; pcap_cnt: number; alert: { signature_id: number } };
    if (event.event_type !== 'alert') continue;
    const number = groups === undefined ? event.pcap_cnt : groups[event.pcap_cnt - 1]!;
    (packets[event.alert.signature_id] ??= []).push(number);
  }
  for (const list of Object.values(packets)) list.sort((a, b) => a - b);
  return packets;
}

const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

export function runHere(one: RuleCase): Findings {
  return withFiles(one, ({ folder, ...files }) => {
    const config = openConfig({ file: files.config }).root;
    const rules = loadRules(config, [files.rules], { isInline: false });
    const errors = rules.diagnostics.filter(({ severity }) => severity === 'error');
    let eve = '';
    replay({
      config,
      rules,
      captures: [files.capture],
      logDirectory: folder,
      isInline: false,
      checksums: 'none',
      takeRecords: (lines) => {
        eve += lines;
      },
    });
    // one rule a line
    return { refused: ascending(errors.map(({ span }) => span.line)), packets: packetsOf(eve, one.groups) };
  });
}

/** @param peer Suricata's program */
export function runPeer(one: RuleCase, peer: string): Findings {
  return withFiles(one, ({ folder, config, rules, capture }) => {
    const log = join(folder, 'log');
    mkdirSync(log);
    const words = ['-c', config, '-S', rules, '-r', capture, '-l', log, '-k', 'none'];
    const { stdout, stderr } = spawnSync(peer, words, { encoding: 'utf8' });
    const refused = [...(stdout + stderr).matchAll(/error parsing signature .* from file .* at line (\d+)/g)];
    return {
      refused: ascending(refused.map(([, line]) => Number(line))),
      packets: packetsOf(readFileSync(join(log, 'eve.json'), 'utf8'), one.groups),
    };
  });
}

/** A text for each rule that became something else here. */
export function differences({ rules }: RuleCase, here: Findings, peer: Findings): string[] {
  const fate = ({ refused, packets }: Findings, sid: number): string =>
    refused.includes(sid) ? 'refused' : (packets[sid] ?? []).join(' ');
  return rules.flatMap((rule, i) => {
    const [ours, theirs] = [fate(here, i + 1), fate(peer, i + 1)];
    return ours === theirs ? [] : [`${rule}\n  here: ${ours}\n  peer: ${theirs}`];
  });
}
