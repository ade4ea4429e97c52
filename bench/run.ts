// Tayra beside Suricata on the same capture, with one configuration and the same rules: ratios of processor time.
// SURICATA="command of Suricata" npm run bench [-- --packets 3000000 --runs 3 --only flows,rules --config FILE]

import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PcapWriter } from '../src/pcap/index.ts';
import { repeatedCapture } from './repeat-capture.ts';
import { repeated } from './support/measure.ts';
import type { Repeated } from './support/measure.ts';
import { writeLoadableRules } from './support/rules.ts';
import { scenarios } from './support/scenarios.ts';
import type { Scenario } from './support/scenarios.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SHARED = join(ROOT, '..', 'shared');
const MIX = join(SHARED, 'pcaps', 'mix-small.pcap');
const MIX_PACKETS = 122_527;
const MAIN = join(ROOT, 'dist', 'cli', 'tayra.js');
/** A run that only starts and stops: its time is what is called start-up. */
const TINY_ROUNDS = 5;

interface Program {
  readonly name: string;
  readonly command: readonly string[];
}

interface Result {
  readonly program: string;
  readonly startUp: Repeated;
  readonly total: Repeated;
  readonly events: Readonly<Record<string, number>>;
}

const { values: options } = parseArgs({
  options: {
    packets: { type: 'string', default: '3000000' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    /** A configuration of the user's, such as Suricata's stock one: a scenario `config` with all loadable ET rules. */
    config: { type: 'string', default: '' },
  },
});

function programs(): Program[] {
  const tayra = { name: 'tayra', command: [process.execPath, MAIN] };
  const peer = process.env['SURICATA'];
  if (peer === undefined || peer === '') {
    console.log('skipped: Suricata beside us; name its command in SURICATA\n');
    return [tayra];
  }
  return [tayra, { name: 'suricata', command: peer.split(/\s+/).filter(Boolean) }];
}

/** Events by type in an EVE file, which may be larger than a string can be. */
async function countEvents(path: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const lines = createInterface({ input: createReadStream(path, 'latin1'), crlfDelay: Infinity });
  for await (const line of lines) {
    const type = /"event_type":"(\w+)"/.exec(line)?.[1];
    if (type !== undefined) counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

function allScenarios(): Scenario[] {
  const shared = scenarios(join(SHARED, 'suricata-etc'));
  if (options.config === '') return shared;
  const configuration = readFileSync(options.config, 'utf8');
  return [...shared, { name: 'config', title: `ET rules, ${options.config}`, hasRules: true, configuration }];
}

/** Two packets that are nothing to anybody. */
function writeTiny(path: string): void {
  const writer = new PcapWriter(path, { linkType: 1 });
  for (let i = 0; i < 2; i++) writer.write(new Uint8Array(60), 0, 60, 60, 1.6e15 + i);
  writer.close();
}

async function run(program: Program, scenario: Scenario, folder: string, big: string): Promise<Result> {
  const log = join(folder, `${scenario.name}-${program.name}`);
  mkdirSync(log);
  const words = (capture: string): string[] => [
    ...program.command,
    ...['-c', join(folder, `${scenario.name}.yaml`), '-r', capture, '-l', log, '-k', 'none', '--runmode', 'single'],
    ...(scenario.hasRules ? ['-S', join(folder, 'bench.rules')] : ['--disable-detection']),
  ];
  const clear = (): void => rmSync(join(log, 'eve.json'), { force: true });
  const startUp = await repeated(TINY_ROUNDS, words(join(folder, 'tiny.pcap')));
  clear();
  const total = await repeated(1, words(big));
  const events = await countEvents(join(log, 'eve.json'));
  const more = await repeated(Number(options.runs) - 1 || 1, words(big));
  clear();
  const peak = Math.max(total.peak, more.peak);
  const sorted = [total.min, more.min, more.median].sort((a, b) => a - b);
  return { program: program.name, startUp, total: { min: sorted[0]!, median: sorted[1]!, peak }, events };
}

function print(scenario: Scenario, results: readonly Result[], packets: number): void {
  console.log(`## ${scenario.title}\n`);
  console.log('| program | CPU s after start-up, min (median) | us/packet | start-up CPU s | peak MB | events |');
  console.log('|---|---|---|---|---|---|');
  for (const { program, startUp, total, events } of results) {
    const after = total.min - startUp.min;
    const median = total.median - startUp.median;
    const counts = Object.entries(events).map(([type, count]) => `${type} ${count}`);
    const cells = [`${after.toFixed(2)} (${median.toFixed(2)})`, ((after / packets) * 1e6).toFixed(2)];
    cells.push(startUp.min.toFixed(2), (total.peak / 2 ** 20).toFixed(0), counts.join(', '));
    console.log(`| ${program} | ${cells.join(' | ')} |`);
  }
  const [ours, theirs] = results;
  if (ours === undefined || theirs === undefined) return console.log('');
  const ratio = (a: number, b: number): string => `${(a / b).toFixed(2)}x`;
  console.log(
    `\nSuricata / tayra: CPU ${ratio(theirs.total.min - theirs.startUp.min, ours.total.min - ours.startUp.min)}, ` +
      `start-up ${ratio(theirs.startUp.min, ours.startUp.min)}, peak memory ${ratio(theirs.total.peak, ours.total.peak)}\n`,
  );
}

async function main(): Promise<void> {
  if (!existsSync(MIX)) {
    console.log(`skipped: all of it; ${MIX} is absent`);
    return;
  }
  if (!existsSync(MAIN)) throw new Error('not built: npm run build');
  const copies = Math.max(1, Math.ceil(Number(options.packets) / MIX_PACKETS));
  const big = repeatedCapture(MIX, copies);
  const folder = mkdtempSync(join(tmpdir(), 'tayra-bench-run-'));
  writeTiny(join(folder, 'tiny.pcap'));
  console.log(`${copies * MIX_PACKETS} packets, ${options.runs} runs each, one thread, Node ${process.version}\n`);
  const wanted = options.only.split(',').filter(Boolean);
  const all = programs();
  for (const scenario of allScenarios()) {
    if (wanted.length > 0 && !wanted.includes(scenario.name)) continue;
    const config = join(folder, `${scenario.name}.yaml`);
    writeFileSync(config, scenario.configuration);
    if (scenario.hasRules) {
      const rules = writeLoadableRules(join(SHARED, 'rules', 'et-open'), config, join(folder, 'bench.rules'));
      console.log(`${rules.loaded} of ${rules.total} ET rules\n`);
    }
    const results: Result[] = [];
    for (const program of all) results.push(await run(program, scenario, folder, big));
    print(scenario, results, copies * MIX_PACKETS);
  }
  rmSync(folder, { recursive: true });
}

await main();
