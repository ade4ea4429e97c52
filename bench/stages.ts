// What each stage of the pipeline costs on the realistic mix, in ns of one thread per packet: shares by the sampling
// profiler of Node, so no stage is disturbed by clocks. `node --import tsx bench/stages.ts [--rules FILE] [--capture FILE]`

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { repeatedCapture } from './repeat-capture.ts';
import { scenarios } from './support/scenarios.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SHARED = join(ROOT, '..', 'shared');
const MIX = join(SHARED, 'pcaps', 'mix-small.pcap');
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const COPIES = 4;
/** Microseconds between samples. */
const INTERVAL = 200;
const BASELINE_STEPS = 200_000_000;

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Stages by the folder (below dist/) that a sample's innermost own function lies in; the first that fits. */
const STAGES: readonly (readonly [stage: string, folders: RegExp])[] = [
  ['read', /^pcap\//],
  ['decode', /^(decode|wire|layers|defrag|framework\/(packet|layer|anomaly))/],
  ['flow', /^(flow|framework\/flows)/],
  ['stream', /^stream\//],
  ['scan', /^(native\/(hyperscan|hs)|detect\/mpm|detect\/run\/(prefilter|pattern-table|candidates|groups))/],
  ['evaluate', /^(detect|keywords|framework|native|respond)/],
  ['output', /^output\//],
  ['pipeline', /^(engine|base)\//],
];

function stageOf(path: readonly ProfileNode[]): string {
  const leaf = path.at(-1)!.callFrame;
  if (leaf.functionName === '(garbage collector)') return 'garbage collection';
  const own = path.findLast((node) => node.callFrame.url.includes('/dist/'));
  const file = own?.callFrame.url.replace(/^.*\/dist\//, '') ?? '';
  return STAGES.find(([, folders]) => folders.test(file))?.[0] ?? 'other';
}

/** Microseconds by stage of everything below the function that takes packets in, and of what ends the flows. */
function timesByStage(profile: Profile): Map<string, number> {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const stages = new Map<number, string>();
  const visit = (node: ProfileNode, path: readonly ProfileNode[], isInside: boolean): void => {
    const name = node.callFrame.functionName;
    const here = [...path, node];
    const inside = isInside || name === 'replayFile' || (name === 'finish' && node.callFrame.url.includes('/engine/'));
    if (inside) stages.set(node.id, stageOf(here));
    for (const child of node.children ?? []) visit(byId.get(child)!, here, inside);
  };
  visit(profile.nodes[0]!, [], false);
  const times = new Map<string, number>();
  profile.samples.forEach((id, i) => {
    const stage = stages.get(id);
    // A longer pause is another process's time on a busy machine.
    const time = Math.min(profile.timeDeltas[i]!, 1.5 * INTERVAL);
    if (stage !== undefined) times.set(stage, (times.get(stage) ?? 0) + time);
  });
  return times;
}

/** The speed of this machine and moment: one step of a shift register, so that runs compare. */
function baseline(): number {
  let x = 1;
  const began = process.cpuUsage();
  for (let i = 0; i < BASELINE_STEPS; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
  }
  const used = process.cpuUsage(began);
  if (x === 0) throw new Error('a shift register never reaches 0');
  return (used.user * 1000) / BASELINE_STEPS;
}

function run(name: string, capture: string, rules: string | undefined): void {
  const folder = mkdtempSync(join(tmpdir(), 'tayra-bench-stages-'));
  const config = join(folder, 'bench.yaml');
  const scenario = scenarios(join(SHARED, 'suricata-etc')).find((s) => s.hasRules === (rules !== undefined))!;
  writeFileSync(config, scenario.configuration);
  const profiler = ['--cpu-prof', '--cpu-prof-interval', String(INTERVAL), '--cpu-prof-dir', folder];
  const detection = rules === undefined ? ['--disable-detection'] : ['-S', rules];
  const args = [...profiler, MAIN, '-c', config, '-r', capture, '-l', folder, '-k', 'none', ...detection];
  const result = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const packets = Number(/(\d+) packets/.exec(`${result.stdout}${result.stderr}`)?.[1] ?? 0);
  if (packets === 0) throw new Error(`no packets:\n${result.stdout}${result.stderr}`);
  const file = readdirSync(folder).find((entry) => entry.endsWith('.cpuprofile'))!;
  const times = timesByStage(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile);
  rmSync(folder, { recursive: true });
  console.log(`## ${name}, ${packets} packets\n\n| stage | ns/packet |\n|---|---|`);
  let total = 0;
  for (const stage of [...STAGES.map(([known]) => known), 'garbage collection', 'other']) {
    const ns = ((times.get(stage) ?? 0) * 1000) / packets;
    total += ns;
    if (ns >= 0.5) console.log(`| ${stage} | ${ns.toFixed(0)} |`);
  }
  console.log(`| all | ${total.toFixed(0)} |\n`);
}

const { values } = parseArgs({ options: { rules: { type: 'string' }, capture: { type: 'string' } } });
const capture = values.capture ?? (existsSync(MIX) ? repeatedCapture(MIX, COPIES) : undefined);
if (capture === undefined) console.log(`skipped: ${MIX} is absent; name a capture with --capture`);
else {
  console.log(`baseline: ${baseline().toFixed(2)} ns per step of a shift register\n`);
  run('no rules, flow output', capture, undefined);
  if (values.rules !== undefined) run('with rules; alert, flow and stats output', capture, values.rules);
}
