// Serving: captures are read as clients of the command socket ask for them, until somebody asks for the end.

import { captureCommands } from './command-socket/capture-commands.ts';
import { createCommands } from './command-socket/commands.ts';
import { CommandSocket } from './command-socket/server.ts';
import { CaptureQueue } from './capture-queue.ts';
import type { CaptureQueueOptions } from './capture-queue.ts';
import type { RunControl } from './control.ts';

export interface ServeOptions extends CaptureQueueOptions {
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
  ...options
}: ServeOptions): Promise<string | undefined> {
  const started = Date.now();
  const captures = new CaptureQueue(options, control);
  const commands = createCommands({
    config: options.config,
    control,
    started,
    captureMode: 'UNIX_SOCKET',
    runningMode: 'single',
    run: () => captures.run,
    rules: () => options.rules,
    lastReload: () => started * 1000,
    update: () => undefined,
    more: captureCommands(captures),
  });
  const socket = await CommandSocket.open(path, commands);
  if (typeof socket === 'string') return `unix-command: ${path}: ${socket}`;
  const problem = onReady();
  if (problem === undefined) await captures.work();
  await socket.close();
  return problem;
}
