// A worker of a team that captures for itself: its part of the packets of interfaces, or queues of its own.

import type { MessagePort } from 'node:worker_threads';
import { defineCounter } from '../../base/counters.ts';
import { readFilter } from '../../pcap/index.ts';
import { capture, openRejects } from '../live.ts';
import type { Steering } from '../live.ts';
import { captureRegion, checksumChecks, openSource } from '../live-source.ts';
import type { LiveSource } from '../live-source.ts';
import { orderOf } from '../reload/attach.ts';
import type { CompiledOrder } from '../reload/order.ts';
import { RuleReloader } from '../reload/reloader.ts';
import { Run } from '../run.ts';
import { mpmSettings } from '../settings/index.ts';
import { warmUp } from '../warm-up.ts';
import type { MemberParts } from './member.ts';
import { ControlWord, WORKERS_LOST } from './messages.ts';
import type { MemberData, MemberMessage, MemberTask, QuestionMessage, RulesMessage } from './messages.ts';
import { replyTo } from './questions.ts';

type LiveTask = Extract<MemberTask, { kind: 'live' }>;

/** Milliseconds between two times that the counts of interfaces are told. */
const ROUND = 250;

/** Until it is to stop; what keeps it from beginning is told. */
export async function workLive(parts: MemberParts, data: MemberData, task: LiveTask): Promise<void> {
  const { begun, options } = parts;
  const filter = readFilter(task.filter ?? '');
  if (typeof filter === 'string') {
    parts.refuse(filter);
    return;
  }
  const source = openSource(task.source);
  if (typeof source === 'string') {
    parts.refuse(source);
    return;
  }
  defineCounter(WORKERS_LOST);
  const rejects = openRejects({ ...options, ...task }, source);
  const run = new Run(
    {
      ...options,
      rejects,
      isLive: true,
      captureRegion: captureRegion(task.source),
      checksumChecks: checksumChecks(task.source),
    },
    {
      captureFile: () => undefined,
      deviceName: (device) => source.deviceName(device),
      isMirror: task.source.kind === 'mirrors',
      now: () => Date.now() * 1000,
    },
  );
  // packets of one that is replaced are on their way already
  if (data.isReplacement !== true) warmUp(parts.config, options);
  parts.membership.join(run.rules);
  const problem = source.start(run.worker.counters);
  try {
    if (problem === undefined) {
      begun();
      const member = new LiveMember(parts, { data, run, source, counts: new Float64Array(task.counts) });
      await capture(run, source, { control: member, filter, steering: member });
      member.leave();
    } else parts.refuse(problem);
  } finally {
    // whatever happens: failing open, what waits in a queue goes on
    source.close();
  }
  run.finish();
  rejects?.close();
}

interface Work {
  readonly data: MemberData;
  readonly run: Run;
  readonly source: LiveSource;
  readonly counts: Float64Array;
}

/** What the first thread asks of a worker, and is told by it. */
class LiveMember implements Steering {
  isRestless = false;
  private readonly parts: MemberParts;
  private readonly work: Work;
  private reopened: number;
  /** What threads counted whose place this one took. */
  private readonly before: Float64Array;
  private nextRound = 0;
  private picksUp = false;

  constructor(parts: MemberParts, work: Work) {
    this.parts = parts;
    this.work = work;
    this.reopened = Atomics.load(parts.control, ControlWord.reopen);
    this.before = work.counts.slice();
    parts.port.on('message', this.take);
  }

  get isStopping(): boolean {
    return Atomics.load(this.parts.control, ControlWord.stop) !== 0;
  }

  turn(): void {
    const { control, membership } = this.parts;
    const { run } = this.work;
    membership.journal.catchUp();
    const now = Date.now();
    if (now >= this.nextRound) {
      this.nextRound = now + ROUND;
      this.tellCounts();
    }
    if (!this.picksUp && Atomics.load(control, ControlWord.hasLoss) !== 0) this.pickUp();
    if (Atomics.load(control, ControlWord.reopen) === this.reopened) return;
    this.reopened = Atomics.load(control, ControlWord.reopen);
    run.worker.pipeline.reopen();
  }

  /** A worker was lost: the kernel shares the flows of interfaces out anew, and others saw their beginnings. */
  private pickUp(): void {
    const { data, run } = this.work;
    this.picksUp = true;
    if (data.task.kind === 'live' && data.task.source.kind === 'interfaces') run.worker.pickUp();
  }

  /** No more packets are taken. */
  leave(): void {
    this.tellCounts();
    this.parts.port.off('message', this.take);
  }

  private tellCounts(): void {
    const { counts, run, source } = this.work;
    source.updateCounters();
    source.names.forEach((name, i) => {
      const told = source.countsOf(name);
      counts[2 * i] = this.before[2 * i]! + (told?.packets ?? 0);
      counts[2 * i + 1] = this.before[2 * i + 1]! + (told?.drops ?? 0);
    });
    run.worker.pipeline.updateGauges();
  }

  private readonly take = (message: RulesMessage | QuestionMessage): void => {
    if (message.type === 'question') {
      const { number, question } = message;
      tell(this.parts.port, { type: 'replied', number, reply: replyTo(question, this.work.run.worker) });
      return;
    }
    this.isRestless = true;
    void this.reload(message.compiled).then((problem) => {
      this.isRestless = false;
      tell(this.parts.port, { type: 'reloaded', problem });
    });
  };

  private reload(compiled: CompiledOrder): Promise<string | undefined> {
    const { config } = this.parts;
    const { data, run } = this.work;
    const reloader = new RuleReloader({
      order: orderOf(data.recipe.ruleSource, config),
      run,
      mpm: mpmSettings(config),
      compiler: { compile: () => Promise.resolve(compiled), close: () => Promise.resolve() },
      areErrorsFatal: false,
      isQuiet: true,
    });
    return reloader.reload();
  }
}

function tell(port: MessagePort, message: MemberMessage): void {
  port.postMessage(message);
}
