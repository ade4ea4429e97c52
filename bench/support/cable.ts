// A cable in a namespace of its own, a program that listens at its far end, and a sender of captures at the near one.
// Linux, as root.

import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest start, and longest end, milliseconds. */
const PATIENCE = 120_000;
/** Bytes at the end of the events in which the last statistics are. */
const TAIL = 32 << 20;
const MTU = '65000';
/** Tells the kernel to measure the peak of a process anew (proc(5)). */
const RESET_PEAK = '5';

/** The words of a command in a variable of the environment. */
export function words(name: string, fallback: readonly string[]): readonly string[] {
  const text = process.env[name];
  return text === undefined || text === '' ? fallback : text.split(/\s+/).filter(Boolean);
}

export interface Sent {
  readonly packets: number;
  /** Packets a second, as it came out. */
  readonly rate: number;
}

export class Cable {
  readonly near = 'near';
  readonly far = 'far';
  private readonly space = `bench-${String(process.pid)}`;

  constructor() {
    this.ip('netns', 'add', this.space);
    this.ip('-n', this.space, ...`link add near mtu ${MTU} type veth peer name far mtu ${MTU}`.split(' '));
    for (const end of [this.near, this.far]) {
      // the kernel has nothing of its own to say
      this.ip('-n', this.space, 'link', 'set', end, 'addrgenmode', 'none');
      this.ip('-n', this.space, 'link', 'set', end, 'up');
    }
  }

  /** Settings of the namespace, in the words of ip(8). @throws Error when it refuses */
  set(text: string): void {
    this.ip('-n', this.space, ...text.split(' '));
  }

  /** Runs a program beside the cable; `ip netns exec` becomes the program. */
  start(command: readonly string[]): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.space, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Sends a capture with tcpreplay, or what `TCPREPLAY` names. @throws Error when it does not tell what it sent */
  async send(capture: string, rate: number): Promise<Sent> {
    const how = ['-i', this.near, '-K', '--no-flow-stats', '--pps', String(rate)];
    const child = this.start([...words('TCPREPLAY', ['tcpreplay']), ...how, capture]);
    let told = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text: Buffer) => {
        told += text.toString();
      });
    await new Promise((resolve) => child.once('close', resolve));
    const packets = /Actual: (\d+) packets/.exec(told)?.[1];
    const reached = /Rated: .*?([\d.]+) pps/.exec(told)?.[1];
    if (packets === undefined || reached === undefined) throw new Error(`tcpreplay: ${told}`);
    return { packets: Number(packets), rate: Math.round(Number(reached)) };
  }

  remove(): void {
    spawnSync('ip', ['netns', 'del', this.space]);
  }

  private ip(...args: string[]): void {
    const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
  }
}

export interface Memory {
  /** Resident, MB; the second is the most since `resetPeak`. */
  readonly now: number;
  readonly peak: number;
}

/** A program that takes packets until it is told to end. */
export class Sensor {
  private readonly child: ChildProcess;
  private told = '';

  constructor(cable: Cable, command: readonly string[]) {
    this.child = cable.start(command);
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (text: Buffer) => {
        this.told += text.toString();
      });
  }

  get pid(): number {
    return this.child.pid!;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Everything it told that fits, of the first group. */
  all(what: RegExp): readonly string[] {
    return [...this.told.matchAll(new RegExp(what, 'g'))].map((match) => match[1] ?? match[0]);
  }

  /** Waits until it has told something so many times. @throws Error when that takes too long, or it ended */
  async until(what: RegExp, times = 1): Promise<void> {
    for (const end = Date.now() + PATIENCE; this.all(what).length < times;) {
      if (Date.now() > end || !this.isRunning) throw new Error(`not told: ${String(what)}\n${this.told}`);
      await sleep(20);
    }
  }

  memory(): Memory {
    const status = readFileSync(`/proc/${String(this.pid)}/status`, 'latin1');
    const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? NaN) / 1024;
    return { now: of('VmRSS'), peak: of('VmHWM') };
  }

  /** The peak of its memory is measured anew from here. */
  resetPeak(): void {
    writeFileSync(`/proc/${String(this.pid)}/clear_refs`, RESET_PEAK);
  }

  async end(): Promise<void> {
    if (!this.isRunning) return;
    const over = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGINT');
    // once it has ended nothing waits for the timer any longer
    await Promise.race([over, sleep(PATIENCE, undefined, { ref: false })]);
    this.child.kill('SIGKILL');
  }
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

export type Statistics = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The last statistics among the events of a folder; undefined when there are none yet. */
export function lastStatistics(folder: string): Statistics | undefined {
  const file = join(folder, 'eve.json');
  if (!existsSync(file)) return undefined;
  const last = endOf(file)
    .split('\n')
    .findLast((line) => line.includes('"event_type":"stats"') && line.endsWith('}'));
  return last === undefined ? undefined : (JSON.parse(last) as { stats: Statistics }).stats;
}

export interface KernelCounts {
  readonly packets: number;
  readonly drops: number;
}

/** What the kernel handed over and what it had no room for, as last told. */
export function kernelCounts(folder: string): KernelCounts {
  const capture = lastStatistics(folder)?.['capture'];
  return { packets: Number(capture?.['kernel_packets'] ?? 0), drops: Number(capture?.['kernel_drops'] ?? 0) };
}
