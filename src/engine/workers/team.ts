// Team: several workers, each a thread, from the side of the thread that starts them.

import { Worker } from 'node:worker_threads';
import { Counters, counterMemory } from '../../base/counters.ts';
import { Journal } from '../../base/journal.ts';
import { log } from '../../base/log.ts';
import { PacketRing } from '../../capture/packet-ring.ts';
import type { ConfigNode } from '../../config/index.ts';
import { CONTROL_WORDS, ControlWord, threadName } from './messages.ts';
import type { MemberData, MemberMessage, WorkerRecipe } from './messages.ts';
import { WriterHost } from './writer-host.ts';

/** Bytes of packets that may wait for one worker. */
const RING = 8 << 20;

export interface TeamOptions {
  readonly count: number;
  /** Module that runs `runMember` when it is started as a thread with `MemberData`. */
  readonly entry: URL;
  readonly recipe: WorkerRecipe;
  readonly config: ConfigNode;
}

interface Member {
  readonly ring: PacketRing;
  readonly control: Int32Array;
  readonly thread: Worker;
  readonly ended: Promise<void>;
}

export class Team {
  readonly rings: readonly PacketRing[];
  /** Why a worker ended before its time; undefined while all is well. */
  failure: string | undefined;
  private readonly members: readonly Member[];
  private readonly counters: readonly Counters[];
  private readonly journal: SharedArrayBuffer;
  private readonly writers: WriterHost;
  private ready = 0;
  private onReady: () => void = () => undefined;

  private constructor(options: TeamOptions) {
    const { count, config, recipe } = options;
    this.journal = Journal.allocate(count);
    this.writers = new WriterHost(config, { logDir: recipe.logDirectory, mayWait: true });
    const memories = Array.from({ length: count }, counterMemory);
    this.counters = memories.map((memory) => new Counters(memory));
    const control = new SharedArrayBuffer(count * CONTROL_WORDS * 4);
    this.members = memories.map((_, index) => this.start(options, { index, counters: memories, control }));
    this.rings = this.members.map(({ ring }) => ring);
  }

  /** @returns the team once all its workers are ready for packets, or why they are not */
  static async start(options: TeamOptions): Promise<Team | string> {
    const team = new Team(options);
    await new Promise<void>((resolve) => {
      team.onReady = resolve;
    });
    if (team.failure === undefined) return team;
    await team.finish();
    return team.failure;
  }

  private start(
    { count, entry, recipe }: TeamOptions,
    { index, counters, control }: Pick<MemberData, 'index' | 'counters' | 'control'>,
  ): Member {
    const ring = PacketRing.allocate(RING);
    const data: MemberData = {
      role: 'packet-worker',
      recipe,
      index,
      count,
      ring,
      journal: this.journal,
      counters,
      control,
    };
    const thread = new Worker(entry, { workerData: data, name: threadName(index) });
    const words = new Int32Array(control, index * CONTROL_WORDS * 4, CONTROL_WORDS);
    let isDone = false;
    thread.on('message', (message: MemberMessage) => {
      if (message.type === 'done') isDone = true;
      this.take(message, thread, words);
    });
    thread.on('error', (error) => {
      this.fail(`${threadName(index)}: ${error.stack ?? error.message}`);
    });
    const ended = new Promise<void>((resolve) => {
      thread.on('exit', () => {
        if (!isDone) this.lose(index, control);
        resolve();
      });
    });
    return { ring: new PacketRing(ring), control: words, thread, ended };
  }

  private take(message: MemberMessage, thread: Worker, control: Int32Array): void {
    switch (message.type) {
      case 'ready':
        if (++this.ready === this.members.length) this.onReady();
        return;
      case 'open':
        thread.postMessage(this.writers.open(message.request));
        Atomics.add(control, ControlWord.answers, 1);
        Atomics.notify(control, ControlWord.answers);
        return;
      case 'log':
        log.write(message.level, message.module, message.message);
        return;
      default:
        this.writers.take(message);
    }
  }

  private fail(reason: string): void {
    this.failure ??= reason;
    this.onReady();
  }

  /** A worker ended before its time: nobody waits for it any more. */
  private lose(index: number, control: SharedArrayBuffer): void {
    this.fail(`${threadName(index)} ended before its time`);
    Journal.leave(this.journal, index);
    const first = new Int32Array(control, 0, CONTROL_WORDS);
    Atomics.add(first, ControlWord.finished, 1);
    Atomics.notify(first, ControlWord.finished);
  }

  /** Log files were moved away: begin new ones. */
  reopen(): void {
    this.signal(ControlWord.reopen);
    this.writers.reopen();
  }

  /** Statistics are due. */
  tellStatistics(): void {
    this.signal(ControlWord.statistics);
  }

  private signal(word: number): void {
    for (const { control, ring } of this.members) {
      Atomics.add(control, word, 1);
      ring.notify();
    }
  }

  /** No more packets come: waits until all workers have told what there is to tell. */
  async finish(): Promise<void> {
    for (const { ring } of this.members) ring.end();
    await Promise.all(this.members.map(({ ended }) => ended));
    this.writers.closeAll();
  }

  /** A counter of all workers together. */
  total(name: string): number {
    return this.counters.reduce((sum, counters) => sum + counters.byName(name), 0);
  }
}
