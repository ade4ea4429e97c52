// ChainBuilder: collects the conditions on one buffer in rule order and links them into one closure.

import type { BufferDefinition, TransformUse } from '../../framework/buffer.ts';
import type { ChainElement, ChainMatch, ContentSpec } from '../../framework/chain.ts';

const END: ChainMatch = () => true;

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

  /** From the last condition to the first, each is given what follows it. */
  link(): ChainMatch {
    let next = END;
    let nextIsRelative = false;
    for (let i = this.elements.length - 1; i >= 0; i--) {
      const element = this.elements[i]!;
      next = element.link(next, nextIsRelative);
      nextIsRelative = element.isRelative;
    }
    return next;
  }
}
