// Team: several workers, each a thread, from the side of the thread that starts them.

import { setTimeout } from 'node:timers/promises';
import { Counters, counterMemory, defineCounter } from '../../base/counters.ts';
import { Journal } from '../../base/journal.ts';
import { log } from '../../base/log.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { LoadedRules } from '../load-rules.ts';
import type { Memcap } from '../memcaps.ts';
import type { CompiledOrder } from '../reload/order.ts';
import { MemberThread } from './member-thread.ts';
import type { MemberEvents } from './member-thread.ts';
import { CONTROL_WORDS, ControlWord, WORKERS_LOST, tellFinished } from './messages.ts';
import type { MemberMessage, MemberTask, RulesMessage, WorkerRecipe } from './messages.ts';
import type { Question, Reply } from './questions.ts';
import type { RuleState } from './rule-state.ts';
import { shareRules } from './share-rules.ts';
import { teamMemcaps } from './team-memcaps.ts';
import { WriterHost } from './writer-host.ts';

export interface TeamOptions {
  /** Module that runs `runMember` when it is started as a thread with `MemberData`. */
  readonly entry: URL;
  readonly recipe: WorkerRecipe;
  readonly config: ConfigNode;
  /** As this thread loaded them; null: no detection. */
  readonly rules: LoadedRules | null;
  /** One for each worker. */
  readonly tasks: readonly MemberTask[];
  /** Packets come from files: who reads the records may be waited for. */
  readonly mayWait: boolean;
  /**
   * Given where packets come from now on and for long: this thread changes what the workers share, too, and another takes
   * the place of a worker that ends before its time. It learns what rules remember from this; null without rules.
   */
  readonly ruleStateOf?: () => RuleState | null;
  /** Milliseconds until another is tried where one could not begin, such as while an interface is away. */
  readonly pause?: number;
}

/** Losses of one worker within so many milliseconds that end all. */
const MOST_LOSSES = 3;
const LOSS_WINDOW = 60_000;
const PAUSE = 5000;
/** Milliseconds between two looks at the journal while workers end. */
const LOOK = 20;

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
  private readonly pause: number;
  /** Whom the program belonged to when the workers began: who gives up rights then does not have them again. */
  private readonly user = process.getuid?.();
  /** Rules of the workers, for one that takes the place of another. */
  private compiled: CompiledOrder | null;
  /** By the names of memcaps that were set, the share of each worker: one that comes later has it, too. */
  private readonly shares = new Map<string, readonly number[]>();
  private generation = 0;
  private hasBegun = false;
  /** Until it has begun, the members that were ready: one that has little to do may have ended before others are. */
  private readonly begun = new Set<MemberThread>();
  private isStopping = false;
  private onReady: () => void = () => undefined;

  private constructor(options: TeamOptions, compiled: CompiledOrder | null) {
    const { config, entry, mayWait, pause = PAUSE, recipe, ruleStateOf, tasks } = options;
    const joins = ruleStateOf !== undefined;
    this.size = tasks.length;
    this.ruleStateOf = ruleStateOf;
    this.pause = pause;
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
    const { config, recipe, rules } = options;
    const compiled = rules === null ? null : await shareRules(rules, config, recipe.configTexts);
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
        void this.admit(member);
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
      if (this.begun.add(member).size === this.size) this.onReady();
      return;
    }
    const shares = new Map([...this.shares].map(([name, all]) => [name, all[member.data.index]!]));
    if (shares.size > 0) void member.ask({ about: 'shares', bytes: shares });
    const passed = Date.now() - member.losses.at(-1)!;
    log.notice('threads', `${member.name}: another takes its place after ${String(passed)} ms`);
    // the others went over to other rules meanwhile
    if (member.generation !== this.generation) void this.deliver(member, this.compiled!, this.generation).then(warnOf);
  }

  /** Lets a worker in that takes the place of another: it goes on from what this thread knows by now. */
  private async admit(member: MemberThread): Promise<void> {
    const { threads } = member;
    await this.exclusively(() => {
      // who asked has ended meanwhile
      if (member.threads !== threads || !member.isThere) return;
      const state = this.ruleStateOf!();
      this.journal!.admit(member.data.index);
      this.answer(member, state);
    });
  }

  /**
   * Acts while no worker changes what they share. Here alone it is learnt that a worker has ended which keeps the others
   * out: between two tries this thread gives the event loop its turn.
   */
  async exclusively<T>(act: () => T): Promise<T> {
    const journal = this.journal!;
    while (!journal.tryBegin()) await setTimeout(1);
    try {
      return act();
    } finally {
      journal.end();
    }
  }

  private fail(reason: string): void {
    this.failure ??= reason;
    this.stop();
    this.onReady();
  }

  /** Nobody waits any more for a worker that ended before its time; what it held is lost. Another takes its place. */
  lose(member: MemberThread, reason: string, { wasReady }: { readonly wasReady: boolean }): void {
    const { index } = member.data;
    Journal.leave(this.shared, index);
    this.writers.lose(index);
    if (!this.mayReplace(member, wasReady)) {
      this.fail(`${member.name}: ${reason}`);
      member.onReloaded(reason);
      this.giveUp(member);
      return;
    }
    if (wasReady) {
      log.error('threads', `${member.name}: ${reason}; its flows are lost`);
      const id = member.counterNames.indexOf(WORKERS_LOST);
      if (id >= 0) member.counters.add(id);
      for (const { control } of this.members) Atomics.store(control, ControlWord.hasLoss, 1);
      this.replace(member);
    } else this.replaceLater(member, reason);
    // a reload waits for it: it begins with these rules
    member.onReloaded(undefined);
  }

  private replace(member: MemberThread): void {
    try {
      member.replace(this.compiled, this.generation);
    } catch (error) {
      // no thread is to be had
      this.replaceLater(member, (error as Error).message);
    }
  }

  private replaceLater(member: MemberThread, reason: string): void {
    const seconds = String(this.pause / 1000);
    log.error('threads', `${member.name}: another cannot take its place: ${reason}; tried again in ${seconds} s`);
    member.wait(this.pause, () => {
      this.replace(member);
    });
  }

  private giveUp(member: MemberThread): void {
    tellFinished(this.control, member.data.index);
    member.giveUp();
  }

  /** Where packets cannot wait for the program to be started anew; not again and again, and not in vain. */
  private mayReplace({ losses }: MemberThread, wasReady: boolean): boolean {
    if (this.ruleStateOf === undefined || !this.hasBegun || this.isStopping) return false;
    if (!wasReady) return process.getuid?.() === this.user;
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
    const problem = await this.deliverAll(compiled);
    if (problem === undefined || former === null) return problem;
    // those that have taken them over go back; one that begins with them does when it is ready
    const refused = this.generation;
    warnOf(await this.deliverAll(former, ({ generation }) => generation === refused));
    return problem;
  }

  /** @param isMeant of the workers that are ready */
  private async deliverAll(
    compiled: CompiledOrder,
    isMeant: (member: MemberThread) => boolean = () => true,
  ): Promise<string | undefined> {
    const generation = ++this.generation;
    this.compiled = compiled;
    const ready = this.members.filter((member) => member.isReady && isMeant(member));
    const problems = await Promise.all(ready.map((member) => this.deliver(member, compiled, generation)));
    return problems.find((one) => one !== undefined);
  }

  /** One after the other to each worker. @returns why it keeps the rules that it has */
  private deliver(member: MemberThread, compiled: CompiledOrder, generation: number): Promise<string | undefined> {
    const next = member.delivery.then(() => this.handOver(member, compiled, generation));
    member.delivery = next;
    return next;
  }

  private async handOver(
    member: MemberThread,
    compiled: CompiledOrder,
    generation: number,
  ): Promise<string | undefined> {
    // another takes its place, and begins with the latest
    if (!member.isReady) return undefined;
    const { threads } = member;
    const message: RulesMessage = { type: 'rules', compiled };
    const problem = await new Promise<string | undefined>((resolve) => {
      member.onReloaded = resolve;
      member.send(message);
    });
    member.onReloaded = () => undefined;
    if (problem !== undefined) return `${member.name}: ${problem}`;
    if (member.isReady && member.threads === threads) member.generation = generation;
    return undefined;
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
    for (const member of this.members) if (member.endPause()) this.giveUp(member);
  }

  /** Waits until all workers have told what there is to tell; they must have been told that no more packets come. */
  async finish(): Promise<void> {
    const { journal, members } = this;
    const reading = setInterval(() => journal?.catchUp(), LOOK);
    await Promise.all(members.map(({ ended }) => ended));
    clearInterval(reading);
    if (journal !== null) Journal.leave(this.shared, this.size);
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
