// Team: several workers, each a thread, from the side of the thread that starts them.

import { Worker } from 'node:worker_threads';
import { Counters, counterMemory } from '../../base/counters.ts';
import { Journal } from '../../base/journal.ts';
import { log } from '../../base/log.ts';
import { openConfig } from '../../config/index.ts';
import type { ConfigNode } from '../../config/index.ts';
import { CompilerThread } from '../reload/compiler-thread.ts';
import { orderOf } from '../reload/attach.ts';
import type { CompiledOrder } from '../reload/order.ts';
import { CONTROL_WORDS, ControlWord, threadName } from './messages.ts';
import type { MemberData, MemberMessage, MemberTask, RulesMessage, WorkerRecipe } from './messages.ts';
import { WriterHost } from './writer-host.ts';

export interface TeamOptions {
  /** Module that runs `runMember` when it is started as a thread with `MemberData`. */
  readonly entry: URL;
  readonly recipe: WorkerRecipe;
  readonly config: ConfigNode;
  /** False: no detection. */
  readonly hasRules: boolean;
  /** One for each worker. */
  readonly tasks: readonly MemberTask[];
  /** Packets come from files: who reads the records may be waited for. */
  readonly mayWait: boolean;
  /** This thread changes what the workers share, too. */
  readonly joins?: boolean;
}

interface Member {
  readonly control: Int32Array;
  readonly thread: Worker;
  readonly ended: Promise<void>;
  /** Takes what came of a reload, while one is under way. */
  onReloaded: (problem: string | undefined) => void;
}

export class Team {
  /** Why a worker ended before its time; undefined while all is well. */
  failure: string | undefined;
  readonly size: number;
  /** What all workers counted together, as of the last `addUp`. */
  readonly totals: Counters;
  /** This thread's end of what the workers share; null unless it joins them. */
  readonly journal: Journal | null;
  private readonly members: readonly Member[];
  private readonly counters: readonly Counters[];
  private readonly shared: SharedArrayBuffer;
  private readonly writers: WriterHost;
  private ready = 0;
  private onReady: () => void = () => undefined;

  private constructor(options: TeamOptions, compiled: CompiledOrder | null) {
    const { config, joins = false, mayWait, recipe, tasks } = options;
    this.size = tasks.length;
    const readers = this.size + (joins ? 1 : 0);
    this.shared = Journal.allocate(readers);
    this.journal = joins ? new Journal(this.shared, this.size, readers) : null;
    this.writers = new WriterHost(config, { logDir: recipe.logDirectory, mayWait });
    const memories = tasks.map(counterMemory);
    this.counters = memories.map((memory) => new Counters(memory));
    this.totals = new Counters(counterMemory());
    const control = new SharedArrayBuffer(this.size * CONTROL_WORDS * 4);
    const common = { role: 'packet-worker', recipe, compiled, count: this.size, control } as const;
    this.members = tasks.map((task, index) =>
      this.start(options.entry, { ...common, index, task, readers, journal: this.shared, counters: memories }),
    );
  }

  /** @returns the team once all its workers are ready for packets, or why they are not */
  static async start(options: TeamOptions): Promise<Team | string> {
    const compiled = options.hasRules ? await compile(options) : null;
    if (typeof compiled === 'string') return compiled;
    const team = new Team(options, compiled);
    await new Promise<void>((resolve) => {
      team.onReady = resolve;
    });
    if (team.failure === undefined) return team;
    await team.finish();
    return team.failure;
  }

  private start(entry: URL, data: MemberData): Member {
    const { index } = data;
    const thread = new Worker(entry, { workerData: data, name: threadName(index) });
    const control = new Int32Array(data.control, index * CONTROL_WORDS * 4, CONTROL_WORDS);
    let isDone = false;
    let isRefused = false;
    const ended = new Promise<void>((resolve) => {
      thread.on('exit', () => {
        if (!isDone) this.lose(index, data.control);
        resolve();
      });
    });
    const member: Member = { control, thread, ended, onReloaded: () => undefined };
    thread.on('message', (message: MemberMessage) => {
      if (message.type === 'refused') isRefused = true;
      if (message.type === 'done') isDone = !isRefused;
      this.take(message, member);
    });
    thread.on('error', (error) => {
      this.fail(`${threadName(index)}: ${error.stack ?? error.message}`);
    });
    return member;
  }

  private take(message: MemberMessage, member: Member): void {
    switch (message.type) {
      case 'ready':
        if (++this.ready === this.size) this.onReady();
        return;
      case 'refused':
        this.fail(message.reason);
        return;
      case 'open':
        member.thread.postMessage(this.writers.open(message.request));
        Atomics.add(member.control, ControlWord.answers, 1);
        Atomics.notify(member.control, ControlWord.answers);
        return;
      case 'log':
        log.write(message.level, message.module, message.message);
        return;
      case 'reloaded':
        member.onReloaded(message.problem);
        return;
      default:
        this.writers.take(message);
    }
  }

  private fail(reason: string): void {
    this.failure ??= reason;
    this.stop();
    this.onReady();
  }

  /** A worker ended before its time: nobody waits for it any more. */
  private lose(index: number, control: SharedArrayBuffer): void {
    this.fail(`${threadName(index)} ended before its time`);
    Journal.leave(this.shared, index);
    const first = new Int32Array(control, 0, CONTROL_WORDS);
    Atomics.add(first, ControlWord.finished, 1);
    Atomics.notify(first, ControlWord.finished);
    this.members[index]?.onReloaded('it ended');
  }

  /** Log files were moved away: begin new ones. */
  reopen(): void {
    for (const { control } of this.members) Atomics.add(control, ControlWord.reopen, 1);
    this.writers.reopen();
  }

  /** All workers go over to other rules. @returns why one of them did not */
  async reload(compiled: CompiledOrder): Promise<string | undefined> {
    const message: RulesMessage = { type: 'rules', compiled };
    const problems = await Promise.all(
      this.members.map(
        (member, index) =>
          new Promise<string | undefined>((resolve) => {
            member.onReloaded = (problem) => {
              resolve(problem === undefined ? undefined : `${threadName(index)}: ${problem}`);
            };
            member.thread.postMessage(message);
          }),
      ),
    );
    return problems.find((problem) => problem !== undefined);
  }

  /** Workers that capture for themselves take no more packets. */
  stop(): void {
    for (const { control } of this.members) Atomics.store(control, ControlWord.stop, 1);
  }

  /** Waits until all workers have told what there is to tell; they must have been told that no more packets come. */
  async finish(): Promise<void> {
    if (this.journal !== null) Journal.leave(this.shared, this.size);
    await Promise.all(this.members.map(({ ended }) => ended));
    this.writers.closeAll();
    this.addUp();
  }

  /** Brings `totals` up to date. */
  addUp(): void {
    const { values } = this.totals;
    values.fill(0);
    for (const { values: part } of this.counters) for (let i = 0; i < values.length; i++) values[i]! += part[i]!;
  }
}

/** The rules once for all workers. */
async function compile({ recipe }: TeamOptions): Promise<CompiledOrder | string> {
  const { root } = openConfig(recipe.ruleSource.config);
  return new CompilerThread().compile(orderOf(recipe.ruleSource, root));
}
