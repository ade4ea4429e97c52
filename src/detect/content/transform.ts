// What transforms share: scratch memory, keyword definitions, and the check of contents against them.

import type { BufferView, TransformUse } from '../../framework/buffer.ts';
import type { ContentSpec } from '../../framework/chain.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';

/** Memory of one transform of one rule: grows to the largest buffer seen, and is then reused. */
export class Scratch {
  data = new Uint8Array(1024);

  /** At least `size` bytes. */
  reserve(size: number): Uint8Array {
    if (this.data.length < size) this.data = new Uint8Array(size * 2);
    return this.data;
  }
}

/** Hands out the first `size` bytes of the scratch. */
export function setView(to: BufferView, data: Uint8Array, size: number): true {
  to.data = data;
  to.bufferId = -1;
  to.start = 0;
  to.end = size;
  return true;
}

/** The buffer as it is, or a part of it: no copy. */
export function sameView(from: BufferView, to: BufferView, start = from.start, end = from.end): true {
  to.data = from.data;
  to.bufferId = from.bufferId;
  to.start = start;
  to.end = end;
  return true;
}

export interface Transform extends TransformUse {
  /** False for a content that can never be in the transform's result. */
  readonly accepts?: (bytes: Uint8Array) => boolean;
}

export interface TransformDefinition {
  readonly name: string;
  readonly summary: string;
  readonly argument?: 'optional' | 'required';
  readonly quotes?: 'optional';
  /** As it stands in a rule, e.g. `xor:"0d0a"`; the name alone without. */
  readonly example?: string;
  readonly accepts?: (bytes: Uint8Array) => boolean;
  /** Throws RuleError for a bad argument. */
  create(argument: string): (from: BufferView, to: BufferView) => boolean;
}

/** A keyword that transforms the sticky buffer named before it. */
export function transformKeyword(definition: TransformDefinition): KeywordDefinition {
  const { name, summary, accepts } = definition;
  return defineKeyword({
    name,
    argument: definition.argument ?? 'none',
    ...(definition.quotes !== undefined && { quotes: definition.quotes }),
    kind: 'transform',
    summary,
    page: `rules/transforms.html#${name.replaceAll('_', '-')}`,
    examples: [`alert tcp any any -> any any (msg:"x"; tcp.hdr; ${definition.example ?? name}; content:"1"; sid:1;)`],
    compile(builder, option) {
      if (builder.currentBuffer === null) throw new RuleError(`${name} needs a sticky buffer before it`);
      const argument = option.value?.trim() ?? '';
      const transform: Transform = {
        keyword: name,
        identity: argument === '' ? name : `${name}:${argument}`,
        apply: definition.create(argument),
        ...(accepts !== undefined && { accepts }),
      };
      builder.addTransform(transform);
    },
  });
}

/** Refuses a content that must be there and that no result of the transforms can hold; for the end of a buffer's conditions. */
export function checkTransforms(transforms: readonly TransformUse[], { bytes, negated }: ContentSpec): void {
  if (negated) return;
  for (const { keyword, accepts } of transforms as readonly Transform[]) {
    if (accepts === undefined || accepts(bytes)) continue;
    throw new RuleError(
      `content string "${Buffer.from(bytes).toString('latin1')}" incompatible with ${keyword} transform`,
    );
  }
}

export function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}
