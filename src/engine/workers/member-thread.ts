// MemberThread: one worker of a team from the side of the thread that starts it. Another thread may take its place.

import { Worker } from 'node:worker_threads';
import { Counters } from '../../base/counters.ts';
import { CONTROL_WORDS, threadName } from './messages.ts';
import type { MemberData, MemberMessage, QuestionMessage } from './messages.ts';
import type { Question, Reply } from './questions.ts';
import type { CompiledOrder } from '../reload/order.ts';

/**
 * MB for young objects of a worker: three semi-spaces of 8. Newer versions of Node would take four times as much, which no
 * cache holds.
 */
const YOUNG = 24;

export interface MemberEvents {
  /** It has something to say. */
  take(message: MemberMessage, member: MemberThread): void;
  /**
   * Its thread ended before its time: see `replace` and `giveUp`.
   * @param wasReady false: it could not begin
   */
  lose(member: MemberThread, reason: string, { wasReady }: { readonly wasReady: boolean }): void;
}

export class MemberThread {
  readonly name: string;
  /** All but the rules. */
  readonly data: MemberData;
  readonly control: Int32Array;
  readonly counters: Counters;
  /** Settled when it has ended and no other thread takes its place. */
  readonly ended: Promise<void>;
  /** Names of its counters by number, once it is ready. */
  counterNames: readonly string[] = [];
  /** Packets come to it. */
  isReady = false;
  /** Number of the rules that it was started with, or went over to. */
  generation = 0;
  /** Settled when the rules that were sent last are taken over, or refused. */
  delivery: Promise<unknown> = Promise.resolve();
  /** When its threads ended before their time, milliseconds. */
  readonly losses: number[] = [];
  /** Takes what came of a reload, while one is under way. */
  onReloaded: (problem: string | undefined) => void = () => undefined;
  /** Threads that were started for it. */
  threads = 0;
  /** By number, who waits for the answer to a question. */
  private readonly asked = new Map<number, (reply: Reply | undefined) => void>();
  private questions = 0;
  private readonly entry: URL;
  private readonly events: MemberEvents;
  private thread: Worker | undefined;
  private pause: NodeJS.Timeout | undefined;
  private end: () => void = () => undefined;

  constructor(entry: URL, data: MemberData, events: MemberEvents) {
    this.entry = entry;
    this.data = { ...data, compiled: null };
    this.events = events;
    this.name = threadName(data.index);
    this.control = new Int32Array(data.control, data.index * CONTROL_WORDS * 4, CONTROL_WORDS);
    this.counters = new Counters(data.counters[data.index]);
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    this.start(data);
  }

  /** Another thread takes the place of one that ended. */
  replace(compiled: CompiledOrder | null, generation: number): void {
    this.generation = generation;
    this.start({ ...this.data, compiled, isReplacement: true });
  }

  /** After so many milliseconds, unless the pause is ended before. */
  wait(milliseconds: number, act: () => void): void {
    this.pause = setTimeout(() => {
      this.pause = undefined;
      act();
    }, milliseconds);
  }

  /** @returns whether there was a pause */
  endPause(): boolean {
    const wasWaiting = this.pause !== undefined;
    clearTimeout(this.pause);
    this.pause = undefined;
    return wasWaiting;
  }

  /** Nobody takes its place. */
  giveUp(): void {
    this.end();
  }

  /** Whether a thread is there, ready or not. */
  get isThere(): boolean {
    return this.thread !== undefined;
  }

  /** @returns undefined where it ends before it answers, or is not there */
  ask(question: Question): Promise<Reply | undefined> {
    if (!this.isReady) return Promise.resolve(undefined);
    const number = this.questions++;
    const message: QuestionMessage = { type: 'question', number, question };
    this.send(message);
    return new Promise((resolve) => this.asked.set(number, resolve));
  }

  /** The answer is there. */
  replied(number: number, reply: Reply | undefined): void {
    this.asked.get(number)?.(reply);
    this.asked.delete(number);
  }

  send(message: unknown): void {
    this.thread?.postMessage(message);
  }

  private start(data: MemberData): void {
    const thread = new Worker(this.entry, {
      workerData: data,
      name: this.name,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
    });
    this.thread = thread;
    this.threads++;
    let isDone = false;
    let reason = 'ended before its time';
    thread.on('message', (message: MemberMessage) => {
      if (message.type === 'refused') ({ reason } = message);
      else if (message.type === 'done') isDone = true;
      this.events.take(message, this);
    });
    thread.on('error', (error: Error) => {
      reason = error.stack ?? error.message;
    });
    thread.on('exit', () => {
      const wasReady = this.isReady;
      this.thread = undefined;
      this.isReady = false;
      for (const number of [...this.asked.keys()]) this.replied(number, undefined);
      if (isDone) {
        // rules that came to it too late
        this.onReloaded('the run is over');
        this.end();
      } else this.events.lose(this, reason, { wasReady });
    });
  }
}
