// The pid file (`--pidfile`, `pid-file`): written at start, removed at the end.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import { lastValue } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { DAEMON_PID_FILE } from './daemon.ts';

/**
 * Writes it where one is asked for. A file that cannot be written stops nothing; one of a program like this that still
 * runs does, what another left at a crash does not.
 * @returns the function that removes it; undefined, with the reason told, when it must not be written
 */
export function writePidFile(args: Arguments, config: ConfigNode): (() => void) | undefined {
  const path =
    lastValue(args, 'pidfile') ?? config.string('pid-file') ?? (args.flags.has('daemon') ? DAEMON_PID_FILE : undefined);
  const nothing = (): void => undefined;
  if (path === undefined) return nothing;
  const other = runningIn(path);
  if (other !== undefined) {
    log.error(
      'pidfile',
      `process ${String(other)} runs with pid file '${path}': end it, or give this one another (--pidfile)`,
    );
    return undefined;
  }
  try {
    writeFileSync(path, `${String(process.pid)}\n`, { mode: 0o644 });
  } catch (error) {
    log.error('pidfile', `unable to set pidfile '${path}': ${(error as Error).message}`);
    return nothing;
  }
  return () => {
    try {
      rmSync(path, { force: true });
    } catch {
      log.info('pidfile', `${path} stays: it belongs to the user that the program was started by`);
    }
  };
}

/** The engine that a pid file is of, where it still runs; numbers of processes are used again. */
function runningIn(path: string): number | undefined {
  const pid = numberIn(path);
  return pid > 0 && pid !== process.pid && isAlive(pid) && isEngine(pid) ? pid : undefined;
}

function numberIn(path: string): number {
  try {
    return Number.parseInt(readFileSync(path, 'latin1'), 10);
  } catch {
    return -1;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's
  }
}

/** By the name of the program, or of the script that it runs. */
function isEngine(pid: number): boolean {
  try {
    const [program = '', script = ''] = readFileSync(`/proc/${String(pid)}/cmdline`, 'latin1').split('\0');
    return [program, script].some((path) => /^(?:tayra|suricata)/i.test(basename(path)));
  } catch {
    return true; // not told here: rather it than two of them
  }
}
