// Highest rate without loss from an interface, Tayra beside Suricata: a cable in a namespace of its own, the mix sent by
// tcpreplay, one configuration for both.
// SURICATA="command" TCPREPLAY="command" npx tsx bench/af-packet.ts [--workers 1,2] [--repeats 4] [--rules FILE]

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { repeatedCapture } from './repeat-capture.ts';
import { Cable, Sensor, kernelCounts, words } from './support/cable.ts';
import { scenarios } from './support/scenarios.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const MIX = join(ROOT, '..', 'shared', 'pcaps', 'mix-small.pcap');
const MAIN = join(ROOT, 'dist', 'cli', 'tayra.js');
const READY = /Engine started/;
/** Packets a second that the search begins with, and how near it comes to the highest rate (a factor). */
const FIRST_RATE = 40_000;
const NEAR = 1.25;
/** Share of the rate asked for that the sender must reach for the search to go on. */
const REACHED = 0.9;
/** Milliseconds after which everything sent is in the statistics. */
const SETTLE = 4000;
const { values: options } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,2' },
    repeats: { type: 'string', default: '4' },
    rules: { type: 'string', default: '' },
  },
});

/**
 * The same memory for both: Suricata reserves the longest frame of the interface for each of `ring-size` packets, Tayra 2 KB.
 */
function configuration(name: string, workers: number): string {
  const { configuration: base } = scenarios(join(ROOT, 'config')).find(({ name }) => name === 'rules-app')!;
  const ring = 'tpacket-v3: yes, use-mmap: yes, mmap-locked: no, block-size: 131072';
  const group = 'cluster-id: 99, cluster-type: cluster_flow, defrag: yes, checksum-checks: no';
  const capture = `af-packet: [{ interface: far, threads: ${String(workers)}, ${group}, ${ring}, ring-size: ${name === 'suricata' ? '1024' : '32768'} }]\n`;
  return `${base.replace('interval: 8', 'interval: 1')}${capture}`;
}

/** Highest rate at which nothing was lost, packets a second. */
async function search(cable: Cable, folder: string, capture: string): Promise<number> {
  let good = 0;
  let bad = Infinity;
  for (let rate = FIRST_RATE; bad / good > NEAR || good === 0;) {
    const before = kernelCounts(folder);
    const sent = await cable.send(capture, rate);
    await sleep(SETTLE);
    const lost = kernelCounts(folder).drops - before.drops;
    console.log(`    ${String(sent.rate)}/s: ${String(sent.packets)} sent, ${String(lost)} lost`);
    if (lost > 0) bad = sent.rate;
    else good = Math.max(good, sent.rate);
    if (lost === 0 && sent.rate < rate * REACHED) {
      console.log('    more cannot be sent here');
      break;
    }
    if (good === 0 && bad < FIRST_RATE / 8) break;
    if (bad === Infinity) rate *= 2;
    else rate = Math.round(good === 0 ? bad / 2 : Math.sqrt(good * bad));
  }
  return good;
}

async function measure(
  cable: Cable,
  name: string,
  command: readonly string[],
  folder: string,
  workers: number,
  capture: string,
): Promise<number> {
  const log = join(folder, `${name}-${String(workers)}`);
  mkdirSync(log);
  writeFileSync(join(log, 'bench.yaml'), configuration(name, workers));
  const rules = options.rules === '' ? ['--disable-detection'] : ['-S', options.rules];
  const args = [
    '-c',
    join(log, 'bench.yaml'),
    '--af-packet=far',
    '-l',
    log,
    '-k',
    'none',
    '--runmode',
    'workers',
    ...rules,
  ];
  const sensor = new Sensor(cable, [...command, ...args]);
  await sensor.until(READY);
  await sleep(1500);
  console.log(`  ${name}, ${String(workers)} ${workers === 1 ? 'worker' : 'workers'}`);
  const rate = await search(cable, log, capture);
  await sensor.end();
  return rate;
}

const folder = mkdtempSync(join(tmpdir(), 'tayra-bench-'));
const cable = new Cable();
try {
  const capture = repeatedCapture(MIX, Number(options.repeats));
  const programs: [string, readonly string[]][] = [['tayra', [process.execPath, MAIN]]];
  const peer = words('SURICATA', []);
  if (peer.length > 0) programs.push(['suricata', peer]);
  for (const workers of options.workers.split(',').map(Number)) {
    const rates: number[] = [];
    for (const [name, command] of programs) rates.push(await measure(cable, name, command, folder, workers, capture));
    console.log(
      `${String(workers)} workers: ${programs.map(([name], i) => `${name} ${String(rates[i])}/s`).join(', ')}; ratio ${(rates[0]! / (rates[1] ?? NaN)).toFixed(2)}`,
    );
  }
} finally {
  cable.remove();
  rmSync(folder, { recursive: true, force: true });
}
