// Highest rate without loss from an interface, Tayra beside Suricata: a cable in a namespace of its own, the mix sent by
// tcpreplay, one configuration for both.
// SURICATA="command" TCPREPLAY="command" npx tsx bench/af-packet.ts [--workers 1,2] [--repeats 4] [--rules FILE]

import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { repeatedCapture } from './repeat-capture.ts';
import { scenarios } from './support/scenarios.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const MIX = join(ROOT, '..', 'shared', 'pcaps', 'mix-small.pcap');
const MAIN = join(ROOT, 'dist', 'cli', 'tayra.js');
const SPACE = `bench-${String(process.pid)}`;
const READY = /Engine started/;
/** Packets a second that the search begins with, and how near it comes to the highest rate (a factor). */
const FIRST_RATE = 40_000;
const NEAR = 1.25;
/** Share of the rate asked for that the sender must reach for the search to go on. */
const REACHED = 0.9;
/** Milliseconds after which everything sent is in the statistics. */
const SETTLE = 4000;
/** Bytes at the end of the events in which the last statistics are. */
const TAIL = 32 << 20;
/** Longest start, and longest end. */
const PATIENCE = 120_000;

interface Counts {
  readonly packets: number;
  readonly drops: number;
}

const { values: options } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,2' },
    repeats: { type: 'string', default: '4' },
    rules: { type: 'string', default: '' },
  },
});

function words(name: string, fallback: readonly string[]): readonly string[] {
  const text = process.env[name];
  return text === undefined || text === '' ? fallback : text.split(/\s+/).filter(Boolean);
}

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

function plug(): void {
  ip('netns', 'add', SPACE);
  ip('-n', SPACE, 'link', 'add', 'near', 'mtu', '65000', 'type', 'veth', 'peer', 'name', 'far', 'mtu', '65000');
  for (const end of ['near', 'far']) ip('-n', SPACE, 'link', 'set', end, 'up');
}

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

/** The last megabytes of a file, which may be larger than a string can be. */
function endOf(file: string): string {
  const { size } = statSync(file);
  const bytes = Buffer.alloc(Math.min(size, TAIL));
  const fd = openSync(file, 'r');
  readSync(fd, bytes, 0, bytes.length, size - bytes.length);
  closeSync(fd);
  return bytes.toString('latin1');
}

/** The kernel's counts in the last statistics. */
function countsIn(folder: string): Counts | undefined {
  const file = join(folder, 'eve.json');
  if (!existsSync(file)) return undefined;
  const last = endOf(file)
    .split('\n')
    .findLast((line) => line.includes('"event_type":"stats"') && line.endsWith('}'));
  if (last === undefined) return undefined;
  const { capture } = (JSON.parse(last) as { stats: { capture?: { kernel_packets: number; kernel_drops: number } } })
    .stats;
  return { packets: capture?.kernel_packets ?? 0, drops: capture?.kernel_drops ?? 0 };
}

interface Sent {
  readonly packets: number;
  /** Packets a second, as it came out. */
  readonly rate: number;
}

function send(capture: string, rate: number): Sent {
  const [program, ...more] = words('TCPREPLAY', ['tcpreplay']);
  const inside = ['netns', 'exec', SPACE, program!, ...more];
  const how = ['-i', 'near', '-K', '--no-flow-stats', '--pps', String(rate)];
  const { stdout, stderr } = spawnSync('ip', [...inside, ...how, capture], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const packets = /Actual: (\d+) packets/.exec(stdout)?.[1];
  const reached = /Rated: .*?([\d.]+) pps/.exec(stdout)?.[1];
  if (packets === undefined || reached === undefined) throw new Error(`tcpreplay: ${stdout}${stderr}`);
  return { packets: Number(packets), rate: Math.round(Number(reached)) };
}

/** Highest rate at which nothing was lost, packets a second. */
async function search(folder: string, capture: string): Promise<number> {
  let good = 0;
  let bad = Infinity;
  for (let rate = FIRST_RATE; bad / good > NEAR || good === 0;) {
    const before = countsIn(folder) ?? { packets: 0, drops: 0 };
    const sent = send(capture, rate);
    await sleep(SETTLE);
    const after = countsIn(folder) ?? before;
    const lost = after.drops - before.drops;
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

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await Promise.race([over, sleep(PATIENCE)]);
  child.kill('SIGKILL');
}

async function measure(
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
  const child = spawn('ip', ['netns', 'exec', SPACE, ...command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      told += text.toString();
    });
  for (const end = Date.now() + PATIENCE; !READY.test(told);) {
    if (Date.now() > end || child.exitCode !== null) throw new Error(`${name} did not start: ${told}`);
    await sleep(100);
  }
  await sleep(1500);
  console.log(`  ${name}, ${String(workers)} ${workers === 1 ? 'worker' : 'workers'}`);
  const rate = await search(log, capture);
  await ended(child);
  return rate;
}

const folder = mkdtempSync(join(tmpdir(), 'tayra-bench-'));
try {
  plug();
  const capture = repeatedCapture(MIX, Number(options.repeats));
  const programs: [string, readonly string[]][] = [['tayra', [process.execPath, MAIN]]];
  const peer = words('SURICATA', []);
  if (peer.length > 0) programs.push(['suricata', peer]);
  for (const workers of options.workers.split(',').map(Number)) {
    const rates: number[] = [];
    for (const [name, command] of programs) rates.push(await measure(name, command, folder, workers, capture));
    console.log(
      `${String(workers)} workers: ${programs.map(([name], i) => `${name} ${String(rates[i])}/s`).join(', ')}; ratio ${(rates[0]! / (rates[1] ?? NaN)).toFixed(2)}`,
    );
  }
} finally {
  spawnSync('ip', ['netns', 'del', SPACE]);
  rmSync(folder, { recursive: true, force: true });
}
