// Serving: captures are read as clients of the command socket ask for them, until somebody asks for the end.

import { captureCommands } from './command-socket/capture-commands.ts';
import { createCommands } from './command-socket/commands.ts';
import { CommandSocket } from './command-socket/server.ts';
import { CaptureQueue } from './capture-queue.ts';
import type { CaptureQueueOptions } from './capture-queue.ts';
import type { RunControl } from './control.ts';
import type { OperationOptions } from './operation.ts';
import { orderOf } from './reload/attach.ts';
import { CompilerThread } from './reload/compiler-thread.ts';
import type { RuleSource } from './reload/order.ts';
import { RuleReloader } from './reload/reloader.ts';
import { mpmSettings } from './settings/index.ts';

export interface ServeOptions extends CaptureQueueOptions, Pick<OperationOptions, 'areErrorsFatal'> {
  /** Where rules are read from again. */
  readonly ruleSource: RuleSource;
  readonly control: RunControl;
  /** Path of the socket. */
  readonly socket: string;
  /** Clients may come from now on. @returns why that must not be, undefined when all is well */
  readonly onReady: () => string | undefined;
}

/** @returns the reason why it did not begin */
export async function serveCaptures({
  control,
  socket: path,
  onReady,
  ruleSource,
  areErrorsFatal = false,
  ...options
}: ServeOptions): Promise<string | undefined> {
  const started = Date.now();
  const captures = new CaptureQueue(options, control);
  const { config } = options;
  const reloader = new RuleReloader({
    order: orderOf(ruleSource, config),
    run: captures,
    mpm: mpmSettings(config),
    compiler: new CompilerThread(),
    areErrorsFatal,
  });
  const commands = createCommands({
    config,
    control,
    started,
    captureMode: 'UNIX_SOCKET',
    runningMode: 'single',
    run: () => captures.run,
    rules: () => captures.rules,
    lastReload: () => captures.lastReload,
    reloader: captures.rules === null ? undefined : reloader,
    update: () => undefined,
    more: captureCommands(captures),
  });
  const socket = await CommandSocket.open(path, commands);
  if (typeof socket === 'string') return `unix-command: ${path}: ${socket}`;
  const problem = onReady();
  if (problem === undefined) await captures.work();
  await reloader.close();
  await socket.close();
  return problem;
}
