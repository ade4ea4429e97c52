// ChainBuilder: collects the conditions on one buffer in rule order and links them into one closure.

import { linkChain } from '../content/chain-link.ts';
import type { BufferDefinition, TransformUse } from '../../framework/buffer.ts';
import type { ChainElement, ChainMatch, ContentSpec } from '../../framework/chain.ts';

export class ChainBuilder {
  readonly buffer: BufferDefinition | null;
  readonly transforms: TransformUse[] = [];
  readonly elements: ChainElement[] = [];

  constructor(buffer: BufferDefinition | null) {
    this.buffer = buffer;
  }

  get contents(): ContentSpec[] {
    return this.elements.flatMap((element) => (element.content === null ? [] : [element.content]));
  }

  /** One closure for the whole chain. */
  link(): ChainMatch {
    return linkChain(this.elements);
  }
}
