// Daemon (`-D`): the program goes on in the background, in a session of its own. Who started it waits until packets may
// come, hears what is told until then, and learns by the exit status whether it came to that.

import { spawn } from 'node:child_process';
import { log, sendConsoleTo } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';

/** Set where the program is the one in the background. */
const MARK = 'TAYRA_DAEMON';
/** Where its number is written unless that is said: `/run` belongs to root. */
export const DAEMON_PID_FILE = '/var/run/suricata.pid';

/** What the one in the background tells. */
type Told = { readonly isReady: true } | { readonly output: 1 | 2; readonly text: string };

let isBackground = false;

/** Takes note of being the one in the background. To be called once, before anything is told. */
export function beBackground(): boolean {
  if (process.env[MARK] === undefined || process.send === undefined) return false;
  Reflect.deleteProperty(process.env, MARK);
  isBackground = true;
  sendConsoleTo((output, line) => {
    tell({ output, text: Buffer.from(line).toString() });
  });
  // what the runtime itself has to say when nobody listens any more
  process.stderr.on('error', () => undefined);
  return true;
}

/** Packets may come: nobody waits any longer, and nothing is told but in logs. */
export function goOnInBackground(): void {
  if (!isBackground) return;
  isBackground = false;
  tell({ isReady: true });
  sendConsoleTo(() => undefined);
}

/** `daemon-directory`: where a dump of memory would go. @returns false, with the reason told, where it cannot be gone to */
export function enterDaemonDirectory(config: ConfigNode): boolean {
  const directory = config.string('daemon-directory');
  if (directory === undefined) return true;
  try {
    process.chdir(directory);
    return true;
  } catch (error) {
    log.error('daemon', `daemon-directory '${directory}': ${(error as Error).message}`);
    return false;
  }
}

/** Starts this program anew, with the same words, in the background. @returns the exit status */
export async function startDaemon(): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    env: { ...process.env, [MARK]: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr!.pipe(process.stderr, { end: false });
  const stop = (): void => {
    child.kill();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const isReady = await new Promise<boolean>((resolve) => {
    child.on('message', (told: Told) => {
      if ('isReady' in told) resolve(true);
      else (told.output === 1 ? process.stdout : process.stderr).write(told.text);
    });
    child.once('error', (error) => {
      process.stderr.write(`tayra: cannot go on in the background: ${error.message}\n`);
      resolve(false);
    });
    child.once('close', () => {
      resolve(false);
    });
  });
  process.off('SIGINT', stop).off('SIGTERM', stop);
  if (!isReady) return child.exitCode === 0 ? 0 : 1;
  child.disconnect();
  child.stderr!.destroy();
  child.unref();
  return 0;
}

/** Who started it may have been ended meanwhile. */
function tell(told: Told): void {
  if (process.connected) process.send!(told, undefined, undefined, () => undefined);
}
