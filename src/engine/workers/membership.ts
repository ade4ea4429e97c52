// Membership: what a worker that is one of several knows of the others, and what it shares with them.

import { Counters } from '../../base/counters.ts';
import { Journal } from '../../base/journal.ts';
import type { Ruleset } from '../../detect/compile/ruleset.ts';
import type { OutputContext } from '../../framework/output.ts';
import type { Signature } from '../../framework/signature.ts';
import { datasetsOf } from '../../keywords/dataset.ts';
import { tagsOf } from '../../keywords/tag.ts';
import { hostBitsOf } from '../../keywords/xbits.ts';
import type { StreamOptions } from '../../stream/index.ts';
import type { LoadedRules } from '../load-rules.ts';
import type { Worker } from '../worker.ts';
import { CONTROL_WORDS, ControlWord, threadName } from './messages.ts';
import type { MemberData } from './messages.ts';

/** Milliseconds between two looks at the journal while others are waited for. */
const LOOK = 20;

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

  constructor(data: MemberData, openShared: Membership['openShared']) {
    this.data = data;
    this.index = data.index;
    this.count = data.count;
    this.memory = data.counters[data.index]!;
    this.journal = new Journal(data.journal, data.index, data.readers);
    this.openShared = openShared;
    this.firstControl = new Int32Array(data.control, 0, CONTROL_WORDS);
    this.totals = new Counters(new SharedArrayBuffer(this.memory.byteLength));
    this.threads = data.counters.map((memory, i) => ({ name: threadName(i), counters: new Counters(memory) }));
  }

  /** Adds up what all workers have counted so far. */
  addUp(): void {
    const { totals, threads } = this;
    totals.values.fill(0);
    for (const { counters } of threads)
      for (let i = 0; i < totals.values.length; i++) totals.addBy(i, counters.values[i]!);
  }

  /** The flows of this worker have ended. The first waits until those of the others have: what it tells then is whole. */
  waitForOthers(): void {
    const { count, data, firstControl, index, journal } = this;
    if (index > 0) {
      Journal.leave(data.journal, index);
      Atomics.add(firstControl, ControlWord.finished, 1);
      Atomics.notify(firstControl, ControlWord.finished);
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

/** What rules remember of hosts is the same for all workers. */
export function shareRuleState(
  { ruleset, setup, thresholds }: LoadedRules,
  { journal }: Membership,
  worker: Worker,
): void {
  const { counters, flows } = worker;
  thresholds.share(journal, signatureFinder(ruleset), { counters, flows });
  datasetsOf(setup).share(journal);
  hostBitsOf(setup).share(journal);
  tagsOf(setup).share(journal);
}

/** By gid and sid: workers go over to other rules one after the other, and numbers differ. */
function signatureFinder(ruleset: Ruleset): (gid: number, sid: number) => Signature | undefined {
  let numbers: Map<number, number> | undefined;
  const key = (gid: number, sid: number): number => gid * 0x100000000 + sid;
  return (gid, sid) => {
    numbers ??= new Map(ruleset.outlines.map((outline) => [key(outline.gid, outline.sid), outline.iid]));
    const iid = numbers.get(key(gid, sid));
    return iid === undefined ? undefined : ruleset.signature(iid);
  };
}

/** Memory and limits of one of several workers: all together have what the configuration says. */
export function shareOf<T extends { readonly memcap: number; readonly idleAbove?: number }>(
  options: T,
  membership: Membership | undefined,
): T {
  if (membership === undefined) return options;
  const { count } = membership;
  const idle = options.idleAbove === undefined ? {} : { idleAbove: Math.floor(options.idleAbove / count) };
  return { ...options, ...idle, memcap: Math.floor(options.memcap / count) };
}

/** The same of streams. */
export function shareOfStreams(options: StreamOptions, membership: Membership | undefined): StreamOptions {
  return { ...shareOf(options, membership), reassembly: shareOf(options.reassembly, membership) };
}
