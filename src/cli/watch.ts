// Live capture as the command line asks for it: interfaces, signals, privileges, what is told at the end.

import { log } from '../base/log.ts';
import { logDiagnostics } from '../config/index.ts';
import type { ConfigNode } from '../config/index.ts';
import { RunControl, obeySignals } from '../engine/control.ts';
import { live } from '../engine/live.ts';
import type { LoadedRules } from '../engine/load-rules.ts';
import { captureInterfaces } from '../engine/settings/index.ts';
import { lastValue } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { writePidFile } from './pid-file.ts';
import type { Preparation } from './prepare.ts';
import { interfacesOf } from './source.ts';
import { becomeUser } from './user.ts';

const OK = 0;
const FAILED = 1;

/** What is there when packets may come. */
export interface Prepared {
  readonly rules: LoadedRules | null;
  readonly directory: string;
  readonly preparation: Preparation;
}

/** Captures from interfaces until a signal ends it. @returns the exit status */
export async function watch(
  args: Arguments,
  config: ConfigNode,
  { rules, directory, preparation }: Prepared,
): Promise<number> {
  const interfaces = captureInterfaces(config, interfacesOf(args));
  if (interfaces.length === 0) {
    log.error('af-packet', 'no interface is named, neither behind -i nor in af-packet of the configuration');
    return FAILED;
  }
  const removePidFile = writePidFile(args, config);
  const control = new RunControl();
  const disobey = obeySignals(control);
  const result = await live({
    config,
    interfaces,
    rules,
    logDirectory: directory,
    isInline: false,
    simulate: preparation.simulate,
    checksums: lastValue(args, 'checksums'),
    filter: preparation.filter,
    control,
    extraOutputs: () => {
      logDiagnostics(config.takeDiagnostics());
      return [];
    },
    onReady: () => {
      const problem = preparation.runAs === undefined ? undefined : becomeUser(preparation.runAs);
      if (problem === undefined) log.notice('threads', 'Threads created -> W: 1   Engine started.');
      return problem;
    },
  });
  disobey();
  logDiagnostics(config.takeDiagnostics());
  removePidFile();
  if (typeof result === 'string') {
    log.error('af-packet', result);
    log.close();
    return FAILED;
  }
  const { packets, bytes, kernelPackets, kernelDrops } = result;
  const part = kernelPackets === 0 ? 0 : (100 * kernelDrops) / kernelPackets;
  log.notice(
    'af-packet',
    `${interfaces.map(({ name }) => name).join(', ')}: ${packets} packets, ${bytes} bytes; kernel: ${kernelPackets} packets, ${kernelDrops} drops (${part.toFixed(2)}%)`,
  );
  log.close();
  return OK;
}
