// A long run: the mix from an interface at an even rate for half an hour, with a reload of the rules every minute. Told
// every minute: what was sent and lost, and the memory. It fails when a packet is lost or not accounted for, and when
// memory grows after the first minutes.
// TCPREPLAY="command" npx tsx bench/soak.ts [--minutes 30] [--rate 60000] [--workers 1] [--repeats 9] [--rules FILE]

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { repeatedCapture } from './repeat-capture.ts';
import { Cable, Sensor, kernelCounts, lastStatistics } from './support/cable.ts';
import { scenarios } from './support/scenarios.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const MIX = join(ROOT, '..', 'shared', 'pcaps', 'mix-small.pcap');
const MAIN = join(ROOT, 'dist', 'cli', 'tayra.js');
const MINUTE = 60_000;
/** Milliseconds after which everything sent is in the statistics. */
const SETTLE = 4000;
/** Milliseconds between two looks at the memory, and those that a reload may take. */
const LOOK = 5000;
const RELOAD = 15_000;
/** Share of the run after which memory should be flat, and what it may still grow by after that (a factor). */
const SETTLED = 1 / 3;
const FLAT = 1.05;
/** Rings of 128 MB: four seconds of what is sent, for the first ones, in which code is still compiled. */
const RING = 65_536;

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '60000' },
    workers: { type: 'string', default: '1' },
    repeats: { type: 'string', default: '9' },
    rules: { type: 'string', default: '' },
  },
});

function configuration(folder: string): string {
  const { configuration: base } = scenarios(join(ROOT, 'config')).find(({ name }) => name === 'rules-app')!;
  const capture = `interface: far, threads: ${options.workers}, cluster-id: 97, cluster-type: cluster_flow, checksum-checks: no, ring-size: ${String(RING)}`;
  return (
    base
      .replace('interval: 8', 'interval: 1')
      // the last events are enough
      .replace('filename: eve.json\n', 'filename: eve.json\n      rotate-size: 256mb\n      rotate-keep: 1\n') +
    `af-packet: [{ ${capture} }]\ndefault-data-dir: ${folder}\n` +
    `default-rule-path: ${join(ROOT, 'rules')}\nrule-files: ["*.rules"]\n`
  );
}

interface Total {
  packets: number;
}

/** Sends until it is told to stop. */
async function sendOn(cable: Cable, capture: string, total: Total, isOver: () => boolean): Promise<void> {
  while (!isOver()) total.packets += (await cable.send(capture, Number(options.rate))).packets;
}

interface Look {
  readonly minute: number;
  readonly memory: number;
}

/** One minute, with a reload at its end. @returns memory at each look */
async function passMinute(sensor: Sensor, minute: number): Promise<Look[]> {
  const looks: Look[] = [];
  for (const end = Date.now() + MINUTE - RELOAD; Date.now() < end;) {
    await sleep(LOOK);
    looks.push({ minute, memory: sensor.memory().now });
  }
  sensor.resetPeak();
  process.kill(sensor.pid, 'SIGUSR2');
  await sleep(RELOAD);
  return looks;
}

/** What does not fit together in the counts. */
function faultsOf(folder: string, sent: number): string[] {
  const { packets, drops } = kernelCounts(folder);
  const { decoder } = lastStatistics(folder) ?? {};
  const decoded = Number(decoder?.['pkts']);
  const faults: string[] = [];
  if (drops !== 0) faults.push(`${String(drops)} packets lost`);
  if (packets !== sent) faults.push(`sent ${String(sent)}, but ${String(packets)} came`);
  if (decoded !== packets - drops) faults.push(`${String(decoded)} decoded of ${String(packets - drops)}`);
  return faults;
}

/** Memory shortly after a reload is higher: the least of each minute counts. */
function growthOf(looks: readonly Look[]): { readonly settled: number; readonly last: number } {
  const minutes = Number(options.minutes);
  const leastOf = (minute: number): number =>
    Math.min(...looks.filter((look) => look.minute === minute).map(({ memory }) => memory));
  const least = Array.from({ length: minutes }, (_, minute) => leastOf(minute));
  const from = Math.floor(minutes * SETTLED);
  return { settled: least[from]!, last: Math.max(...least.slice(from)) };
}

async function soak(cable: Cable, folder: string, capture: string): Promise<string[]> {
  const config = join(folder, 'bench.yaml');
  writeFileSync(config, configuration(folder));
  const rules = options.rules === '' ? [] : ['-S', options.rules];
  const args = ['-c', config, '--af-packet=far', '-l', folder, '-k', 'none', '--runmode', 'workers', ...rules, '-v'];
  const sensor = new Sensor(cable, [process.execPath, MAIN, ...args]);
  const looks: Look[] = [];
  const total: Total = { packets: 0 };
  let isOver = false;
  try {
    await sensor.until(/Engine started/);
    const sending = sendOn(cable, capture, total, () => isOver);
    for (let minute = 0; minute < Number(options.minutes); minute++) {
      looks.push(...(await passMinute(sensor, minute)));
      const { now, peak } = sensor.memory();
      const reloads = sensor.all(/packets waited for it (\d+) ms/);
      console.log(
        `minute ${String(minute + 1)}: ${String(total.packets)} sent, ${String(kernelCounts(folder).drops)} lost, ` +
          `${now.toFixed(0)} MB, peak ${peak.toFixed(0)} MB, ${String(reloads.length)} reloads, the last held packets up for ${reloads.at(-1) ?? '?'} ms`,
      );
    }
    isOver = true;
    await sending;
    await sleep(SETTLE);
    const { settled, last } = growthOf(looks);
    const faults = faultsOf(folder, total.packets);
    const reloads = sensor.all(/packets waited for it/).length;
    if (reloads < Number(options.minutes)) faults.push(`${String(reloads)} reloads came to their end`);
    if (last > settled * FLAT) faults.push(`memory grew from ${settled.toFixed(0)} to ${last.toFixed(0)} MB`);
    console.log(
      `${String(total.packets)} packets sent; memory ${settled.toFixed(0)} MB, at most ${last.toFixed(0)} MB`,
    );
    return faults;
  } finally {
    isOver = true;
    await sensor.end();
  }
}

if (!existsSync(MIX)) console.log(`skipped: ${MIX} is absent`);
else {
  const folder = mkdtempSync(join(tmpdir(), 'tayra-bench-'));
  const capture = repeatedCapture(MIX, Number(options.repeats));
  const cable = new Cable();
  try {
    const faults = await soak(cable, folder, capture);
    console.log(faults.length === 0 ? 'all is well' : faults.join('\n'));
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    cable.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
