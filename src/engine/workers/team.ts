// Team: several workers, each a thread, from the side of the thread that starts them.

import { Counters, counterMemory, defineCounter } from '../../base/counters.ts';
import { Journal } from '../../base/journal.ts';
import { log } from '../../base/log.ts';
import { openConfig } from '../../config/index.ts';
import type { ConfigNode } from '../../config/index.ts';
import { CompilerThread } from '../reload/compiler-thread.ts';
import { orderOf } from '../reload/attach.ts';
import type { Memcap } from '../memcaps.ts';
import type { CompiledOrder } from '../reload/order.ts';
import { MemberThread } from './member-thread.ts';
import type { MemberEvents } from './member-thread.ts';
import { CONTROL_WORDS, ControlWord, WORKERS_LOST } from './messages.ts';
import type { MemberMessage, MemberTask, RulesMessage, WorkerRecipe } from './messages.ts';
import type { Question, Reply } from './questions.ts';
import type { RuleState } from './rule-state.ts';
import { teamMemcaps } from './team-memcaps.ts';
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
  /**
   * Given where packets come from now on and for long: this thread changes what the workers share, too, and another takes
   * the place of a worker that ends before its time. It learns what rules remember from this; null without rules.
   */
  readonly ruleStateOf?: () => RuleState | null;
}

/** Losses of one worker within so many milliseconds that end all. */
const MOST_LOSSES = 3;
const LOSS_WINDOW = 60_000;

export class Team implements MemberEvents {
  /** Why a worker ended before its time; undefined while all is well. */
  failure: string | undefined;
  readonly size: number;
  /** What all workers counted together, as of the last `addUp`. */
  readonly totals: Counters;
  /** This thread's end of what the workers share; null unless it joins them. */
  readonly journal: Journal | null;
  private readonly members: readonly MemberThread[];
  private readonly shared: SharedArrayBuffer;
  private readonly control: SharedArrayBuffer;
  private readonly writers: WriterHost;
  private readonly ruleStateOf: TeamOptions['ruleStateOf'];
  /** Rules of the workers, for one that takes the place of another. */
  private compiled: CompiledOrder | null;
  /** By the names of memcaps that were set, the share of each worker: one that comes later has it, too. */
  private readonly shares = new Map<string, readonly number[]>();
  private generation = 0;
  private hasBegun = false;
  private isStopping = false;
  private onReady: () => void = () => undefined;

  private constructor(options: TeamOptions, compiled: CompiledOrder | null) {
    const { config, entry, mayWait, recipe, ruleStateOf, tasks } = options;
    const joins = ruleStateOf !== undefined;
    this.size = tasks.length;
    this.ruleStateOf = ruleStateOf;
    this.compiled = joins ? compiled : null;
    const readers = this.size + (joins ? 1 : 0);
    this.shared = Journal.allocate(readers);
    this.journal = joins ? new Journal(this.shared, this.size, readers) : null;
    this.writers = new WriterHost(config, { logDir: recipe.logDirectory, mayWait });
    const counters = tasks.map(counterMemory);
    this.totals = new Counters(counterMemory());
    this.control = new SharedArrayBuffer(this.size * CONTROL_WORDS * 4);
    const { control, shared: journal, size: count } = this;
    const common = { role: 'packet-worker', recipe, compiled, count, control, readers, journal, counters } as const;
    this.members = tasks.map((task, index) => new MemberThread(entry, { ...common, index, task }, this));
  }

  /** @returns the team once all its workers are ready for packets, or why they are not */
  static async start(options: TeamOptions): Promise<Team | string> {
    const compiled = options.hasRules ? await compile(options) : null;
    if (typeof compiled === 'string') return compiled;
    const team = new Team(options, compiled);
    await new Promise<void>((resolve) => {
      team.onReady = resolve;
    });
    team.hasBegun = true;
    if (team.failure === undefined) return team;
    await team.finish();
    return team.failure;
  }

  take(message: MemberMessage, member: MemberThread): void {
    switch (message.type) {
      case 'ready':
        this.welcome(member, message.counters);
        return;
      case 'refused':
        this.fail(message.reason);
        return;
      case 'join':
        this.answer(member, this.admit(member));
        return;
      case 'open':
        this.answer(member, this.writers.open(message.request, member.data.index));
        return;
      case 'log':
        log.write(message.level, message.module, message.message);
        return;
      case 'replied':
        member.replied(message.number, message.reply);
        return;
      case 'reloaded':
        member.onReloaded(message.problem);
        return;
      default:
        this.writers.take(message, member.data.index);
    }
  }

  private answer(member: MemberThread, answer: unknown): void {
    member.send(answer);
    Atomics.add(member.control, ControlWord.answers, 1);
    Atomics.notify(member.control, ControlWord.answers);
  }

  private welcome(member: MemberThread, counters: readonly string[]): void {
    member.isReady = true;
    member.counterNames = counters;
    if (!this.hasBegun) {
      if (this.members.every(({ isReady }) => isReady)) this.onReady();
      return;
    }
    const shares = new Map([...this.shares].map(([name, all]) => [name, all[member.data.index]!]));
    if (shares.size > 0) void member.ask({ about: 'shares', bytes: shares });
    const passed = Date.now() - member.losses.at(-1)!;
    log.notice('threads', `${member.name}: another takes its place after ${String(passed)} ms`);
    // the others went over to other rules meanwhile
    if (member.generation !== this.generation) void this.deliver(member, this.compiled!).then(warnOf);
  }

  /** Lets a worker in that takes the place of another: it goes on from what this thread knows by now. */
  private admit({ data }: MemberThread): RuleState | null {
    const journal = this.journal!;
    journal.begin();
    const state = this.ruleStateOf!();
    journal.admit(data.index);
    journal.end();
    return state;
  }

  private fail(reason: string): void {
    this.failure ??= reason;
    this.stop();
    this.onReady();
  }

  /** Nobody waits any more for a worker that ended before its time; what it held is lost. Another takes its place. */
  lose(member: MemberThread, reason: string): void {
    const { index } = member.data;
    Journal.leave(this.shared, index);
    this.writers.lose(index);
    if (this.mayReplace(member)) {
      log.error('threads', `${member.name}: ${reason}; its flows are lost`);
      const id = member.counterNames.indexOf(WORKERS_LOST);
      if (id >= 0) member.counters.add(id);
      member.replace(this.compiled, this.generation);
      // a reload waits for it: it begins with these rules
      member.onReloaded(undefined);
      return;
    }
    this.fail(`${member.name}: ${reason}`);
    const first = new Int32Array(this.control, 0, CONTROL_WORDS);
    Atomics.add(first, ControlWord.finished, 1);
    Atomics.notify(first, ControlWord.finished);
    member.onReloaded(reason);
    member.giveUp();
  }

  /** Where packets cannot wait for the program to be started anew; not again and again. */
  private mayReplace({ losses }: MemberThread): boolean {
    if (this.ruleStateOf === undefined || !this.hasBegun || this.isStopping) return false;
    const now = Date.now();
    losses.push(now);
    return losses.filter((time) => now - time < LOSS_WINDOW).length < MOST_LOSSES;
  }

  /** Log files were moved away: begin new ones. */
  reopen(): void {
    for (const { control } of this.members) Atomics.add(control, ControlWord.reopen, 1);
    this.writers.reopen();
  }

  /** All workers go over to other rules. @returns why one of them did not */
  async reload(compiled: CompiledOrder): Promise<string | undefined> {
    const former = this.compiled;
    this.compiled = compiled;
    this.generation++;
    const ready = this.members.filter(({ isReady }) => isReady);
    const problems = await Promise.all(ready.map((member) => this.deliver(member, compiled)));
    const problem = problems.find((one) => one !== undefined);
    if (problem !== undefined) this.compiled = former;
    return problem;
  }

  private async deliver(member: MemberThread, compiled: CompiledOrder): Promise<string | undefined> {
    const message: RulesMessage = { type: 'rules', compiled };
    const problem = await new Promise<string | undefined>((resolve) => {
      member.onReloaded = resolve;
      member.send(message);
    });
    member.onReloaded = () => undefined;
    if (problem === undefined) member.generation = this.generation;
    return problem === undefined ? undefined : `${member.name}: ${problem}`;
  }

  /** The answers of those workers that are there. */
  async ask(question: Question): Promise<Reply[]> {
    const replies = await Promise.all(this.members.map((member) => member.ask(question)));
    return replies.filter((reply) => reply !== undefined);
  }

  /** What all of them may use together. */
  async memcaps(): Promise<readonly Memcap[]> {
    const replies = await this.ask({ about: 'memcaps' });
    const told = replies.flatMap(({ memcaps }) => (memcaps === undefined ? [] : [memcaps]));
    // one that is missing would have its share be nobody's
    if (told.length < this.size) return [];
    return teamMemcaps(told, (name, shares) => {
      this.shares.set(name, shares);
      this.members.forEach((member, i) => void member.ask({ about: 'shares', bytes: new Map([[name, shares[i]!]]) }));
    });
  }

  /** Workers that capture for themselves take no more packets. */
  stop(): void {
    this.isStopping = true;
    for (const { control } of this.members) Atomics.store(control, ControlWord.stop, 1);
  }

  /** Waits until all workers have told what there is to tell; they must have been told that no more packets come. */
  async finish(): Promise<void> {
    if (this.journal !== null) Journal.leave(this.shared, this.size);
    await Promise.all(this.members.map(({ ended }) => ended));
    this.writers.closeAll();
    this.addUp();
  }

  /** Brings `totals` up to date: by name, since threads number them in the order in which they come up. */
  addUp(): void {
    this.totals.join((take) => {
      for (const { counterNames, counters } of this.members)
        for (let i = 0; i < counterNames.length; i++) take(defineCounter(counterNames[i]!), counters.get(i));
    });
  }
}

function warnOf(problem: string | undefined): void {
  if (problem !== undefined) log.error('threads', problem);
}

/** The rules once for all workers. */
async function compile({ recipe }: TeamOptions): Promise<CompiledOrder | string> {
  const { root } = openConfig(recipe.ruleSource.config);
  return new CompilerThread().compile(orderOf(recipe.ruleSource, root));
}
