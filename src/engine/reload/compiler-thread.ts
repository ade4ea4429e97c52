// CompilerThread: rules are compiled by a thread of their own, one order at a time.

import { Worker as Thread } from 'node:worker_threads';
import type { CompileOrder, OrderAnswer } from './order.ts';
import type { RuleCompiler } from './reloader.ts';

export class CompilerThread implements RuleCompiler {
  private thread: Thread | undefined;

  compile(order: CompileOrder): Promise<OrderAnswer> {
    return new Promise((resolve, reject) => {
      const thread = new Thread(threadFile(), { workerData: order, name: 'rule reload' });
      this.thread = thread;
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', () => {
        this.thread = undefined;
        resolve('the thread that compiles rules ended');
      });
    });
  }

  async close(): Promise<void> {
    await this.thread?.terminate();
  }
}

/** Beside the program where that is one file, else beside this one. */
function threadFile(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('/tayra.js') ? './rule-thread.js' : './thread.js', here);
}
