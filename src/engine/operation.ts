// Operation: what may be asked of a run while packets come in: by signals, and by clients of the command socket.

import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import { createCommands } from './command-socket/commands.ts';
import type { CommandTarget } from './command-socket/commands.ts';
import type { CommandedRun } from './command-socket/run-commands.ts';
import { interfaceCommands } from './command-socket/interface-commands.ts';
import type { CommandedSource, InterfaceCounts } from './command-socket/interface-commands.ts';
import { CommandSocket } from './command-socket/server.ts';
import type { RunControl } from './control.ts';
import { metricsOf } from './metrics/metrics.ts';
import { MetricsServer } from './metrics/server.ts';
import { orderOf } from './reload/attach.ts';
import { CompilerThread } from './reload/compiler-thread.ts';
import { RuleReloader } from './reload/reloader.ts';
import type { ReloaderParts } from './reload/reloader.ts';
import type { RuleSource } from './reload/order.ts';
import type { Run } from './run.ts';
import { commandSocketSettings, metricsAddress, mpmSettings } from './settings/index.ts';
import type { ThreadPlacement } from './thread-placement.ts';
import type { Worker } from './worker.ts';

export interface OperationOptions {
  readonly config: ConfigNode;
  readonly control: RunControl;
  /** Where rules are read from again; absent where they stay what they are. */
  readonly ruleSource?: RuleSource | undefined;
  /** A rule that does not load makes a reload fail. */
  readonly areErrorsFatal?: boolean | undefined;
  /** As it was asked for (`runmode`). */
  readonly runMode?: string | undefined;
  /** Where threads run. */
  readonly placement?: ThreadPlacement | undefined;
}

/** What is asked of the workers, one or several. */
export interface OperatedRun extends CommandedRun, Pick<Run, 'rules' | 'lastReload' | 'replaceRules'> {
  readonly worker: CommandedRun['worker'] & { readonly pipeline: Pick<Worker['pipeline'], 'reopen'> };
  /** Has workers in other threads take rules over; see `ReloaderParts`. */
  readonly deliver?: ReloaderParts['deliver'];
  /** See `CommandTarget`. */
  readonly exclusively?: CommandTarget['exclusively'];
}

/** What a source of packets answers for. */
export type OperatedSource = Pick<CommandTarget, 'captureMode'> & CommandedSource;

export class Operation {
  private readonly control: RunControl;
  private readonly run: OperatedRun;
  private readonly reloader: RuleReloader | undefined;
  private socket: CommandSocket | undefined;
  private metrics: MetricsServer | undefined;

  private constructor(options: OperationOptions, run: OperatedRun) {
    const { areErrorsFatal = false, config, control, placement, ruleSource } = options;
    this.control = control;
    this.run = run;
    if (ruleSource !== undefined && run.rules !== null)
      this.reloader = new RuleReloader({
        order: orderOf(ruleSource, config),
        run,
        mpm: mpmSettings(config),
        ...(run.deliver !== undefined && { deliver: run.deliver }),
        compiler: new CompilerThread(placement),
        areErrorsFatal,
      });
  }

  /** Opens the command socket where one is wanted. @returns why a socket that must be there is not */
  static async open(options: OperationOptions, run: OperatedRun, source: OperatedSource): Promise<Operation | string> {
    const operation = new Operation(options, run);
    const problem = (await operation.openSocket(options, source)) ?? (await operation.openMetrics(options, source));
    if (problem === undefined) return operation;
    await operation.close();
    return problem;
  }

  private async openSocket(
    { config, control, runMode = 'workers' }: OperationOptions,
    source: OperatedSource,
  ): Promise<string | undefined> {
    const { run } = this;
    const settings = commandSocketSettings(config);
    if (settings === undefined) return undefined;
    const commands = createCommands({
      config,
      control,
      started: Date.now(),
      captureMode: source.captureMode,
      runningMode: runMode,
      run: () => run,
      rules: () => run.rules,
      lastReload: () => run.lastReload,
      reloader: this.reloader,
      exclusively: run.exclusively,
      update: () => {
        source.update();
      },
      more: interfaceCommands(source, run.worker.counters),
    });
    const socket = await CommandSocket.open(settings.path, commands);
    if (typeof socket !== 'string') {
      this.socket = socket;
      return undefined;
    }
    const problem = `unix-command: ${settings.path}: ${socket}`;
    if (settings.isRequired) return problem;
    log.info('unix-manager', problem);
    return undefined;
  }

  private async openMetrics({ config }: OperationOptions, source: OperatedSource): Promise<string | undefined> {
    const address = metricsAddress(config);
    if (address === undefined) return undefined;
    const { run } = this;
    const { counters, pipeline } = run.worker;
    const started = Date.now();
    const server = await MetricsServer.open(address, () => {
      source.update();
      pipeline.updateGauges();
      const counted = source.interfaces.map((name) => [name, source.countsOf(name)] as const);
      const interfaces = new Map(counted.filter((entry): entry is [string, InterfaceCounts] => entry[1] !== undefined));
      return metricsOf({ counters, started, rules: run.rules, lastReload: run.lastReload, interfaces });
    });
    if (typeof server === 'string') return `tayra.metrics.listen: ${server}`;
    this.metrics = server;
    log.info('metrics', `http://${address.host}:${String(server.port)}/metrics`);
    return undefined;
  }

  /** Somebody waits for the event loop: packets should not be waited for long. */
  get isRestless(): boolean {
    return this.socket?.isInUse === true || this.metrics?.isInUse === true || this.reloader?.wantsTurns === true;
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
    await this.metrics?.close();
  }
}
