// Makers of the many keywords that compare one header field or hand out one header.

import { parseInteger } from '../rules/index.ts';
import type { IntegerMatch, IntegerWidth, Parsed, RuleOption } from '../rules/index.ts';
import type { BufferDefinition, BufferView } from './buffer.ts';
import { describeInteger } from './description.ts';
import type { DetectContext } from './detect-context.ts';
import { accept, integerTest, unquoted } from './keyword-argument.ts';
import { defineKeyword } from './keyword.ts';
import type { KeywordDefinition } from './keyword.ts';
import type { Packet } from './packet.ts';

interface Described {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly page: string;
  readonly examples: readonly string[];
}

export interface IntegerKeyword extends Described {
  readonly width: IntegerWidth;
  /** The field, unsigned; -1 when the packet has none. */
  readonly read: (p: Packet, ctx: DetectContext) => number;
  readonly keepsStream?: boolean;
  readonly supportsPrefilter?: boolean;
  readonly names?: (name: string) => number | undefined;
  /** Where engine analysis puts the condition; `name` with an underscore for a dot without it. */
  readonly detailKey?: string;
  /** Reads the argument, where the keyword knows less than all forms of conditions. */
  readonly parse?: (argument: string) => Parsed<IntegerMatch>;
  readonly quotes?: 'optional';
}

/** A keyword that compares an unsigned field with an integer condition. */
export function integerKeyword(k: IntegerKeyword): KeywordDefinition {
  const { read } = k;
  return defineKeyword({
    ...described(k),
    argument: 'required',
    kind: 'match',
    ...(k.quotes !== undefined && { quotes: k.quotes }),
    ...(k.supportsPrefilter === false ? {} : { supportsPrefilter: true }),
    compile(builder, option) {
      const text = unquoted(option);
      const options = k.names === undefined ? {} : { names: k.names };
      const condition = accept(option, k.parse?.(text) ?? parseInteger(text, k.width, options));
      const test = integerTest(condition);
      builder.addPacketMatch(
        (p, ctx) => {
          const value = read(p, ctx);
          return value >= 0 && test(value);
        },
        {
          keyword: k.name,
          keepsStream: k.keepsStream === true,
          details: { [k.detailKey ?? k.name.replaceAll('.', '_')]: describeInteger(condition) },
        },
      );
    },
  });
}

export interface HeaderBuffer extends Described {
  /** Fills start and end of the view (data is the packet's); false when the packet has no such header. */
  readonly range: (p: Packet, view: BufferView) => boolean;
}

/** A sticky buffer over a header of the packet. */
export function headerBuffer(k: HeaderBuffer): KeywordDefinition {
  return bufferKeyword(k, packetBuffer(k.name, k.summary, k.range));
}

/** The buffer of a header, for keywords that do more than select it. */
export function packetBuffer(
  name: string,
  description: string,
  range: (p: Packet, view: BufferView, instance: number) => boolean,
  { isMulti } = { isMulti: false },
): BufferDefinition {
  return {
    name,
    description,
    source: 'packet',
    isMulti,
    get(p, _ctx, view, instance) {
      if (!isMulti && instance > 0) return false;
      if (!range(p, view, instance)) return false;
      view.data = p.data;
      view.bufferId = p.bufferId;
      return true;
    },
  };
}

/** The keyword that selects a buffer. */
export function bufferKeyword(k: Described, buffer: BufferDefinition): KeywordDefinition {
  return defineKeyword({
    ...described(k),
    argument: 'none',
    kind: 'buffer',
    supportsFastPattern: true,
    buffer,
    compile(builder) {
      builder.setBuffer(buffer);
    },
  });
}

/** A header-sized range of the packet: false when it is absent or cut off. */
export function rangeAt(view: BufferView, offset: number, length: number, end: number): boolean {
  if (offset < 0 || length <= 0 || offset + length > end) return false;
  view.start = offset;
  view.end = offset + length;
  return true;
}

function described(k: Described): Described {
  const { name, summary, page, examples } = k;
  return { name, summary, page, examples, ...(k.aliases === undefined ? {} : { aliases: k.aliases }) };
}

export type { RuleOption };
