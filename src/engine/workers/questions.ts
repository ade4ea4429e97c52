// What the first thread asks of workers for commands, and how a worker answers: about itself alone.

import { flowFacts } from '../flow-facts.ts';
import type { FlowFacts } from '../flow-facts.ts';
import type { Worker } from '../worker.ts';

export type Question =
  | { readonly about: 'flow'; readonly id: number }
  | { readonly about: 'memcaps' }
  /** Shares of this worker, by the names of the memcaps. */
  | { readonly about: 'shares'; readonly bytes: ReadonlyMap<string, number> };

/** One memcap of a worker. */
export interface MemcapShare {
  readonly name: string;
  readonly bytes: number;
  /** Undefined where nobody counts: such memcaps are the same for all, and stay what they are. */
  readonly inUse: number | undefined;
  /** Bytes that it can be at most; undefined: any. */
  readonly most: number | undefined;
}

export interface Reply {
  readonly flow?: FlowFacts | undefined;
  readonly memcaps?: readonly MemcapShare[];
}

export function replyTo(question: Question, worker: Worker): Reply {
  switch (question.about) {
    case 'flow':
      return { flow: flowFacts(worker, question.id) };
    case 'memcaps':
      worker.pipeline.updateGauges();
      return { memcaps: worker.memcaps.map((cap) => ({ ...cap.told(), inUse: cap.inUse() })) };
    case 'shares':
      for (const cap of worker.memcaps) {
        const bytes = question.bytes.get(cap.name);
        if (bytes !== undefined) cap.set(bytes);
      }
      return {};
  }
}
