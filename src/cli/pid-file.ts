// The pid file (`--pidfile`, `pid-file`): written at start, removed at the end.
import { rmSync, writeFileSync } from 'node:fs';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import { lastValue } from './arguments.ts';
import type { Arguments } from './arguments.ts';

/** Writes it where one is asked for; the function that removes it. A file that cannot be written stops nothing. */
export function writePidFile(args: Arguments, config: ConfigNode): () => void {
  const path = lastValue(args, 'pidfile') ?? config.string('pid-file');
  const nothing = (): void => undefined;
  if (path === undefined) return nothing;
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
