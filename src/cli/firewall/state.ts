// Who has set the firewall up: a small file for each network namespace, so that what a crash left is known for it.

import { mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '/run/tayra';
/** Field of /proc/PID/stat behind the name of the program: when it started. */
const START_TIME = 19;

interface Owner {
  readonly pid: number;
  /** When the process started, as the kernel counts it: the number may have gone to another one since. */
  readonly started: string;
}

export class FirewallState {
  private readonly file: string;

  constructor(folder: string = FOLDER) {
    this.file = join(folder, `inline-${namespace()}.json`);
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  }

  /** The process that has set up the firewall and still lives; undefined for none. */
  owner(): number | undefined {
    const owner = this.read();
    if (owner === undefined || startOf(owner.pid) !== owner.started) return undefined;
    return owner.pid;
  }

  take(): void {
    const owner: Owner = { pid: process.pid, started: startOf(process.pid) };
    writeFileSync(this.file, `${JSON.stringify(owner)}\n`, { mode: 0o644 });
  }

  clear(): void {
    rmSync(this.file, { force: true });
  }

  private read(): Owner | undefined {
    try {
      return JSON.parse(readFileSync(this.file, 'utf8')) as Owner;
    } catch {
      return undefined; // there is none, or it was cut short: then nobody owns anything
    }
  }
}

/** The number of the network namespace; rules of one are none of another. */
function namespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/net'))?.[0] ?? 'default';
  } catch {
    return 'default';
  }
}

/** '' when there is no such process. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME] ?? '';
  } catch {
    return '';
  }
}
