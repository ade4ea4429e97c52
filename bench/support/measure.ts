// Measures a command: its processor time with that of its children, and its peak memory. Linux.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Measured {
  /** Seconds of processor time, user and system. */
  readonly cpu: number;
  /** Largest resident set of any of the processes, bytes. */
  readonly peak: number;
  readonly status: number | null;
  readonly log: string;
}

/** The kernel keeps the high-water mark: looking now and then misses only the growth since the last look. */
const LOOK_EVERY_MS = 20;

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // it has ended
  }
}

function peakOf(pid: number): number {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return found === null ? 0 : Number(found[1]) * 1024;
  } catch {
    return 0;
  }
}

function peakOfTree(pid: number): number {
  return childrenOf(pid).reduce((most, child) => Math.max(most, peakOf(child), peakOfTree(child)), 0);
}

/** Runs `words` under bash, whose `time` counts every process that the command waited for. */
export function measure(words: readonly string[]): Promise<Measured> {
  const script = 'TIMEFORMAT="cpu-seconds %3U %3S"; time "$@" 2>&1';
  const child = spawn('bash', ['-c', script, 'bash', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  let times = '';
  child.stdout.on('data', (text: Buffer) => (log += text.toString()));
  child.stderr.on('data', (text: Buffer) => (times += text.toString()));
  let peak = 0;
  const looking = setInterval(() => (peak = Math.max(peak, peakOfTree(child.pid!))), LOOK_EVERY_MS);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(looking);
      const found = /cpu-seconds ([\d.]+) ([\d.]+)/.exec(times);
      if (found === null) reject(new Error(`no times from bash: ${times}`));
      else resolve({ cpu: Number(found[1]) + Number(found[2]), peak, status, log });
    });
  });
}

export interface Repeated {
  readonly min: number;
  readonly median: number;
  readonly peak: number;
}

/** The same command several times: least and median processor time, largest peak. */
export async function repeated(times: number, words: readonly string[]): Promise<Repeated> {
  const cpus: number[] = [];
  let peak = 0;
  for (let i = 0; i < times; i++) {
    const result = await measure(words);
    if (result.status !== 0) throw new Error(`${words.join(' ')} ended with ${String(result.status)}:\n${result.log}`);
    cpus.push(result.cpu);
    peak = Math.max(peak, result.peak);
  }
  cpus.sort((a, b) => a - b);
  return { min: cpus[0]!, median: cpus[cpus.length >> 1]!, peak };
}
