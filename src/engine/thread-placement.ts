// ThreadPlacement: puts threads on the processors that the configuration names, each kind on its own.

import { constants, setPriority } from 'node:os';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import { THIS_THREAD, bindThread, threadBindingReason, threadsOfProgram } from '../native/threads.ts';
import { errorName } from '../native/kernel-socket.ts';
import { processorSets } from './settings/index.ts';
import type { ProcessorSet, ProcessorSets } from './settings/index.ts';

const MODULE = 'affinity';
/** The thread has ended meanwhile. */
const ENDED = constants.errno.ESRCH;

export class ThreadPlacement {
  private readonly sets: ProcessorSets;
  /** Processors of the calling thread, once it takes packets. */
  private own: readonly number[] | undefined;

  private constructor(sets: ProcessorSets) {
    this.sets = sets;
  }

  /** Undefined: threads run where the system puts them. */
  static of(config: ConfigNode): ThreadPlacement | undefined {
    const sets = processorSets(config);
    if (sets === undefined) return undefined;
    if (threadBindingReason === '') return new ThreadPlacement(sets);
    log.warning(MODULE, `threading.set-cpu-affinity has no effect: ${threadBindingReason}`);
    return undefined;
  }

  /** All threads there are: those of Node, which compile and collect garbage, stay away from packets. Before any worker is placed. */
  placeProgram(): void {
    const { processors } = this.sets.management;
    const failed = new Set(threadsOfProgram().map((thread) => bindThread(thread, processors)));
    for (const code of failed) if (code !== ENDED) tell(code, processors);
  }

  /** The calling thread hands packets of captures to workers. */
  placeReader(): void {
    this.own = place(this.sets.receive, 0);
  }

  /**
   * The calling thread takes packets.
   * @param index of all workers, from 0
   * @param devices interfaces that the packets come from
   */
  placeWorker(index: number, devices: readonly string[] = []): void {
    const own = devices.length === 1 ? this.sets.byInterface.get(devices[0]!) : undefined;
    this.own = place(own ?? this.sets.worker, index);
  }

  /** Starts a thread that takes no packets: it would have the processors of the one that starts it. */
  startAside<T>(start: () => T): T {
    if (this.own === undefined) return start();
    bind(this.sets.management.processors);
    const started = start();
    bind(this.own);
    return started;
  }
}

/** Puts the calling thread where it belongs. @returns its processors */
function place({ isExclusive, nice, otherNice, processors }: ProcessorSet, index: number): readonly number[] {
  const one = processors[index % processors.length]!;
  const own = isExclusive ? [one] : processors;
  bind(own);
  const wanted = isExclusive ? (nice.get(one) ?? otherNice) : otherNice;
  if (wanted !== 0) prefer(wanted);
  return own;
}

function prefer(nice: number): void {
  try {
    // on Linux that of the calling thread
    setPriority(nice);
  } catch (error) {
    log.warning(MODULE, `nice value ${String(nice)}: ${(error as NodeJS.ErrnoException).message}`);
  }
}

/** The calling thread. */
function bind(processors: readonly number[]): void {
  tell(bindThread(THIS_THREAD, processors), processors);
}

/** @param code of the error, 0 for none */
function tell(code: number, processors: readonly number[]): void {
  if (code !== 0) log.warning(MODULE, `processors ${processors.join(', ')}: ${errorName(code)}`);
}
