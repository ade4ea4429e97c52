// `--unix-socket`: captures are read as clients ask for them; signals, privileges.

import { log } from '../base/log.ts';
import { logDiagnostics } from '../config/index.ts';
import type { ConfigNode } from '../config/index.ts';
import { RunControl, obeySignals } from '../engine/control.ts';
import { serveCaptures } from '../engine/serve.ts';
import { askedChecksums, servingSocket } from '../engine/settings/index.ts';
import { lastValue } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { goOnInBackground } from './daemon.ts';
import { writePidFile } from './pid-file.ts';
import { becomeUser } from './user.ts';
import type { Prepared } from './watch.ts';

/** Until a signal or a client ends it. @returns the exit status */
export async function serve(
  args: Arguments,
  config: ConfigNode,
  { rules, preparation, ruleSource }: Prepared,
): Promise<number> {
  const socket = servingSocket(config, lastValue(args, 'unixSocket') ?? '');
  const removePidFile = writePidFile(args, config);
  if (removePidFile === undefined) return 1;
  const control = new RunControl();
  const disobey = obeySignals(control);
  const problem = await serveCaptures({
    config,
    rules,
    ruleSource,
    areErrorsFatal: args.flags.has('initErrorsFatal'),
    isInline: args.flags.has('simulateIps'),
    simulate: preparation.simulate,
    checksums: askedChecksums(lastValue(args, 'checksums'), config),
    filter: preparation.filter,
    control,
    socket,
    extraOutputs: () => {
      logDiagnostics(config.takeDiagnostics());
      return [];
    },
    onReady: () => {
      const refused = preparation.runAs === undefined ? undefined : becomeUser(preparation.runAs);
      if (refused !== undefined) return refused;
      log.info('unix-manager', `unix socket '${socket}'`);
      log.notice('threads', 'Threads created -> W: 1   Engine started.');
      goOnInBackground();
      return undefined;
    },
  });
  disobey();
  removePidFile();
  if (problem !== undefined) log.error('unix-manager', problem);
  log.close();
  return problem === undefined ? 0 : 1;
}
