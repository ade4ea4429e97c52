// Membership: what a worker that is one of several knows of the others, and what it shares with them.

import { Counters } from '../../base/counters.ts';
import { Journal } from '../../base/journal.ts';
import type { OutputContext } from '../../framework/output.ts';
import type { StreamOptions } from '../../stream/index.ts';
import type { LoadedRules } from '../load-rules.ts';
import { CONTROL_WORDS, ControlWord, tellFinished, threadName } from './messages.ts';
import type { MemberData } from './messages.ts';
import { restoreRuleState } from './rule-state.ts';
import type { RuleState } from './rule-state.ts';

/** Milliseconds between two looks at the journal while others are waited for. */
const LOOK = 20;

/** What is asked of the first thread. */
export interface MembershipPorts {
  readonly openShared: NonNullable<OutputContext['openShared']>;
  /** Lets the worker in among the readers of the journal. @returns what the rules remember there; null without rules */
  readonly askToJoin: () => RuleState | null;
}

export class Membership {
  /** From 0; the first tells statistics and saves what is kept between runs. */
  readonly index: number;
  readonly count: number;
  /** Where the worker counts. */
  readonly memory: SharedArrayBuffer;
  readonly journal: Journal;
  readonly totals: Counters;
  readonly threads: readonly { readonly name: string; readonly counters: Counters }[];
  readonly openShared: NonNullable<OutputContext['openShared']>;
  private readonly data: MemberData;
  private readonly firstControl: Int32Array;

  private readonly askToJoin: () => RuleState | null;

  constructor(data: MemberData, { openShared, askToJoin }: MembershipPorts) {
    this.data = data;
    this.askToJoin = askToJoin;
    this.index = data.index;
    this.count = data.count;
    this.memory = data.counters[data.index]!;
    this.journal = new Journal(data.journal, data.index, data.readers);
    this.openShared = openShared;
    this.firstControl = new Int32Array(data.control, 0, CONTROL_WORDS);
    this.totals = new Counters(new SharedArrayBuffer(this.memory.byteLength));
    this.threads = data.counters.map((memory, i) => ({ name: threadName(i), counters: new Counters(memory) }));
  }

  /** Before packets come: who takes the place of another learns what the rules remember by now. */
  join(rules: LoadedRules | null): void {
    if (this.data.isReplacement !== true) return;
    const state = this.askToJoin();
    this.journal.enter();
    if (rules !== null && state !== null) restoreRuleState(rules, state);
  }

  /** What the other workers count. */
  get others(): readonly Counters[] {
    return this.threads.filter((_, i) => i !== this.index).map(({ counters }) => counters);
  }

  /** Adds up what all workers have counted so far. */
  addUp(): void {
    const { totals, threads } = this;
    const { length } = totals.values;
    totals.join((take) => {
      for (const { counters } of threads) for (let i = 0; i < length; i++) take(i, counters.values[i]!);
    });
  }

  /** The flows of this worker have ended. The first waits until those of the others have: what it tells then is whole. */
  waitForOthers(): void {
    const { count, data, firstControl, index, journal } = this;
    if (index > 0) {
      Journal.leave(data.journal, index);
      tellFinished(data.control, index);
      return;
    }
    for (;;) {
      const finished = Atomics.load(firstControl, ControlWord.finished);
      journal.catchUp();
      if (finished >= count - 1) break;
      Atomics.wait(firstControl, ControlWord.finished, finished, LOOK);
    }
    this.addUp();
  }
}

/** Memory and limits of one of several workers: all together have what the configuration says. */
export function shareOf<T extends { readonly memcap: number }>(options: T, membership: Membership | undefined): T {
  return membership === undefined ? options : { ...options, memcap: shareAt(options.memcap, membership) };
}

/** All shares together are the whole. */
export function shareAt(whole: number, { count, index }: Pick<Membership, 'count' | 'index'>): number {
  return Math.floor(whole / count) + (index < whole % count ? 1 : 0);
}

/** The same of streams. */
export function shareOfStreams(options: StreamOptions, membership: Membership | undefined): StreamOptions {
  return { ...shareOf(options, membership), reassembly: shareOf(options.reassembly, membership) };
}
