// CompilerThread: rules are compiled by threads of their own, one order at a time. One after the other: what the first
// needed is given back before the second begins.

import { Worker as Thread } from 'node:worker_threads';
import type { SharedMatcher } from '../../detect/mpm/index.ts';
import type { ThreadPlacement } from '../thread-placement.ts';
import type { CompileOrder, OrderAnswer, RulesAnswer } from './order.ts';
import type { RuleCompiler } from './reloader.ts';

/** Megabytes for objects that may soon be garbage: a third of what V8 takes for speed. */
const YOUNG = 16;

export class CompilerThread implements RuleCompiler {
  private readonly placement: ThreadPlacement | undefined;
  private thread: Thread | undefined;
  private isClosed = false;

  constructor(placement?: ThreadPlacement) {
    this.placement = placement;
  }

  async compile(order: CompileOrder): Promise<OrderAnswer> {
    const answer = await this.run<RulesAnswer>('rule-thread', './thread.js', order);
    if (typeof answer === 'string') return answer;
    // between two threads there was none to end
    if (this.isClosed) return 'the run is over';
    const { patterns, rules, texts } = answer;
    const matchers = await this.run<ReadonlyMap<string, SharedMatcher>>(
      'pattern-thread',
      './pattern-thread.js',
      patterns,
    );
    return typeof matchers === 'string' ? matchers : { rules, texts, matchers };
  }

  /** @returns what a thread answers, once it has ended; a text is why it did not */
  private run<T>(bundle: string, module: string, order: unknown): Promise<T | string> {
    return new Promise((resolve, reject) => {
      const start = (): Thread =>
        new Thread(threadFile(bundle, module), {
          workerData: order,
          name: 'rule reload',
          resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
        });
      const thread = this.placement?.startAside(start) ?? start();
      this.thread = thread;
      let answer: T | string = 'the thread that compiles rules ended';
      thread.once('message', (message: T) => {
        answer = message;
      });
      thread.once('error', reject);
      thread.once('exit', () => {
        this.thread = undefined;
        resolve(answer);
      });
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.thread?.terminate();
  }
}

/** Beside the program where that is one file, else beside this one. */
function threadFile(bundle: string, module: string): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('/tayra.js') ? `./${bundle}.js` : module, here);
}
