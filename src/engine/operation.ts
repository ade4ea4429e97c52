// Operation: what may be asked of a run while packets come in: by signals, and by clients of the command socket.

import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import { createCommands } from './command-socket/commands.ts';
import type { CommandTarget } from './command-socket/commands.ts';
import type { CommandedRun } from './command-socket/run-commands.ts';
import { interfaceCommands } from './command-socket/interface-commands.ts';
import type { CommandedSource } from './command-socket/interface-commands.ts';
import { CommandSocket } from './command-socket/server.ts';
import type { RunControl } from './control.ts';
import { orderOf } from './reload/attach.ts';
import { CompilerThread } from './reload/compiler-thread.ts';
import { RuleReloader } from './reload/reloader.ts';
import type { ReloaderParts } from './reload/reloader.ts';
import type { RuleSource } from './reload/order.ts';
import type { Run } from './run.ts';
import { commandSocketSettings, mpmSettings } from './settings/index.ts';
import type { Worker } from './worker.ts';

export interface OperationOptions {
  readonly config: ConfigNode;
  readonly control: RunControl;
  /** Where rules are read from again; absent where they stay what they are. */
  readonly ruleSource?: RuleSource | undefined;
  /** A rule that does not load makes a reload fail. */
  readonly areErrorsFatal?: boolean | undefined;
}

/** What is asked of the workers, one or several. */
export interface OperatedRun extends CommandedRun, Pick<Run, 'rules' | 'lastReload' | 'replaceRules'> {
  readonly worker: CommandedRun['worker'] & { readonly pipeline: Pick<Worker['pipeline'], 'reopen'> };
  /** Has workers in other threads take rules over; see `ReloaderParts`. */
  readonly deliver?: ReloaderParts['deliver'];
}

/** What a source of packets answers for. */
export type OperatedSource = Pick<CommandTarget, 'captureMode'> & CommandedSource;

export class Operation {
  private readonly control: RunControl;
  private readonly run: OperatedRun;
  private readonly reloader: RuleReloader | undefined;
  private socket: CommandSocket | undefined;

  private constructor({ config, control, ruleSource, areErrorsFatal = false }: OperationOptions, run: OperatedRun) {
    this.control = control;
    this.run = run;
    if (ruleSource !== undefined && run.rules !== null)
      this.reloader = new RuleReloader({
        order: orderOf(ruleSource, config),
        run,
        mpm: mpmSettings(config),
        ...(run.deliver !== undefined && { deliver: run.deliver }),
        compiler: new CompilerThread(),
        areErrorsFatal,
      });
  }

  /** Opens the command socket where one is wanted. @returns why a socket that must be there is not */
  static async open(options: OperationOptions, run: OperatedRun, source: OperatedSource): Promise<Operation | string> {
    const operation = new Operation(options, run);
    const settings = commandSocketSettings(options.config);
    if (settings === undefined) return operation;
    const { config, control } = options;
    const commands = createCommands({
      config,
      control,
      started: Date.now(),
      captureMode: source.captureMode,
      runningMode: run.deliver === undefined ? 'single' : 'workers',
      run: () => run,
      rules: () => run.rules,
      lastReload: () => run.lastReload,
      reloader: operation.reloader,
      update: () => {
        source.update();
      },
      more: interfaceCommands(source, run.worker.counters),
    });
    const socket = await CommandSocket.open(settings.path, commands);
    if (typeof socket !== 'string') {
      operation.socket = socket;
      return operation;
    }
    const problem = `unix-command: ${settings.path}: ${socket}`;
    if (settings.isRequired) return problem;
    log.info('unix-manager', problem);
    return operation;
  }

  /** Somebody waits for the event loop: packets should not be waited for long. */
  get isRestless(): boolean {
    return this.socket?.isInUse === true || this.reloader?.wantsTurns === true;
  }

  /** What was asked for since the last turn; to be called between two batches. */
  turn(): void {
    const { control } = this;
    if (control.wantsReopen) {
      control.wantsReopen = false;
      log.reopen();
      this.run.worker.pipeline.reopen();
    }
    if (!control.wantsReload) return;
    control.wantsReload = false;
    // it tells the log what comes of it
    if (this.reloader !== undefined) void this.reloader.reload();
    else log.notice('detect', 'rules cannot be reloaded: there is no detection');
  }

  async close(): Promise<void> {
    await this.reloader?.close();
    await this.socket?.close();
  }
}
