// ChainBuilder: collects the conditions on one buffer in rule order and links them into one closure.

import { linkChain } from '../content/chain-link.ts';
import type { BufferDefinition, BufferEngine, TransformUse } from '../../framework/buffer.ts';
import type { ChainElement, ChainMatch, ContentSpec } from '../../framework/chain.ts';

export class ChainBuilder {
  readonly buffer: BufferDefinition | null;
  readonly transforms: TransformUse[] = [];
  readonly elements: ChainElement[] = [];
  /** The one protocol it looks at, of those that have the buffer; null: all of them. */
  within: string | null = null;
  /** The one direction of a transaction that it looks at; null: all in which the buffer is. */
  readonly side: BufferEngine['direction'] | null;

  constructor(buffer: BufferDefinition | null, side: BufferEngine['direction'] | null = null) {
    this.buffer = buffer;
    this.side = side;
  }

  get contents(): ContentSpec[] {
    return this.elements.flatMap((element) => (element.content === null ? [] : [element.content]));
  }

  /** One closure for the whole chain. */
  link(): ChainMatch {
    return linkChain(this.elements);
  }
}
