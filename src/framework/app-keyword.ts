// Makers of the many keywords that hand out a part of a transaction or compare a number of it.

import { parseInteger } from '../rules/index.ts';
import type { IntegerWidth } from '../rules/index.ts';
import type { BufferDefinition, BufferEngine, BufferView } from './buffer.ts';
import { describeInteger } from './description.ts';
import type { DetectContext } from './detect-context.ts';
import { accept, integerTest, unquoted } from './keyword-argument.ts';
import { RuleError, defineKeyword } from './keyword.ts';
import type { KeywordDefinition } from './keyword.ts';
import type { Packet } from './packet.ts';
import type { Direction, Transaction } from './transaction.ts';

interface Described {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly page: string;
  readonly examples: readonly string[];
}

/** Where a part of a transaction is, from which progress on: short for BufferEngine. */
export function toServer(appProtocol: string, progress: number): BufferEngine {
  return { direction: 'toserver', appProtocol, progress };
}

export function toClient(appProtocol: string, progress: number): BufferEngine {
  return { direction: 'toclient', appProtocol, progress };
}

export interface AppBuffer {
  /** As in engine analysis; the keyword's name in most cases. */
  readonly name: string;
  readonly description: string;
  readonly engines: readonly BufferEngine[];
  readonly isMulti?: boolean;
  /** May come, or grow, while its state lasts. */
  readonly isGrowing?: boolean;
  readonly adapt?: BufferDefinition['adapt'];
  readonly needsDirection?: boolean;
  /** Whether the end of the transaction brought more of it, in a direction. */
  readonly hasMore?: (tx: never, direction: Direction) => boolean;
  /** The bytes in a direction, or of an instance of a multi buffer; null when there are none (or no more). */
  readonly bytes: (tx: never, direction: Direction, instance: number) => Uint8Array | null;
}

type AsksMore = (tx: Transaction, direction: Direction) => boolean;
type ReadBytes = (tx: Transaction, direction: Direction, instance: number) => Uint8Array | null;

/** One class for the many: what rules ask of transactions all day is one function, and what it needs is in one place. */
class KeptBuffer implements BufferDefinition {
  readonly name: string;
  readonly description: string;
  readonly source = 'app';
  readonly isMulti: boolean;
  readonly isGrowing: boolean;
  readonly engines: readonly BufferEngine[];
  readonly adapt?: NonNullable<BufferDefinition['adapt']>;
  readonly needsDirection: boolean;
  private readonly read: ReadBytes;
  private readonly asksMore: AsksMore | null;

  constructor({
    name,
    description,
    engines,
    isMulti = false,
    isGrowing = false,
    adapt,
    needsDirection = false,
    hasMore,
    bytes,
  }: AppBuffer) {
    this.name = name;
    this.description = description;
    this.isMulti = isMulti;
    this.isGrowing = isGrowing;
    this.engines = engines;
    this.needsDirection = needsDirection;
    if (adapt !== undefined) this.adapt = adapt;
    this.read = bytes as ReadBytes;
    this.asksMore = (hasMore as AsksMore | undefined) ?? null;
  }

  hasMore({ tx, txDirection }: DetectContext): boolean {
    return this.asksMore !== null && tx !== null && this.asksMore(tx, txDirection);
  }

  get(_p: Packet, ctx: DetectContext, view: BufferView, instance: number): boolean {
    if (ctx.tx === null || (instance > 0 && !this.isMulti)) return false;
    const found = this.read(ctx.tx, ctx.txDirection, instance);
    if (found === null) return false;
    view.data = found;
    view.bufferId = -1;
    view.start = 0;
    view.end = found.length;
    return true;
  }
}

/** A buffer whose bytes the transaction keeps. */
export function appBuffer(described: AppBuffer): BufferDefinition {
  return new KeptBuffer(described);
}

/** A buffer that grows while its state lasts; `view` shows what is due. */
export function growingBuffer(
  described: Pick<AppBuffer, 'name' | 'description' | 'engines'>,
  view: (tx: never, view: BufferView, direction: Direction) => boolean,
): BufferDefinition {
  const show = view as (tx: Transaction, view: BufferView, direction: Direction) => boolean;
  return {
    ...described,
    source: 'app',
    isMulti: false,
    isGrowing: true,
    get: (_p, ctx, into, instance) => ctx.tx !== null && instance === 0 && show(ctx.tx, into, ctx.txDirection),
  };
}

/** The keyword that selects a buffer of transactions. */
export function appBufferKeyword(
  described: Described,
  buffer: Omit<AppBuffer, 'name' | 'description'> & { readonly bufferName?: string },
): KeywordDefinition {
  const { bufferName = described.name } = buffer;
  const definition = appBuffer({ ...buffer, name: bufferName, description: described.summary });
  return defineKeyword({
    ...described,
    argument: 'none',
    kind: 'buffer',
    supportsFastPattern: true,
    buffer: definition,
    compile(builder) {
      builder.setBuffer(definition);
    },
  });
}

/** A buffer whose page and example follow from its name. */
export interface StickyBuffer extends Omit<AppBuffer, 'name' | 'description'> {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly bufferName?: string;
  /** What the example looks for. */
  readonly sample?: string;
}

/** The keyword of such a buffer. @param protocol of the example @param page where the protocol's keywords are described */
export function stickyBuffer(protocol: string, page: string, one: StickyBuffer): KeywordDefinition {
  const { name, aliases, summary, sample = 'a', ...buffer } = one;
  const described = {
    name,
    summary,
    page: `${page}#${name.replaceAll(/[._]/g, '-')}`,
    examples: [`alert ${protocol} any any -> any any (msg:"m"; ${name}; content:"${sample}"; sid:1;)`],
  };
  return appBufferKeyword({ ...described, ...(aliases !== undefined && { aliases }) }, buffer);
}

/** A modifier of older rules: the content before it belongs to the buffer. */
export function contentModifier(
  described: Described,
  buffer: BufferDefinition,
  where: { readonly within?: string } = {},
): KeywordDefinition {
  return defineKeyword({
    ...described,
    argument: 'none',
    kind: 'modifier',
    supportsFastPattern: true,
    compile(builder) {
      if (builder.moveLastContent(buffer, where)) return;
      throw new RuleError(
        `${described.name} needs preceding content option`,
        'write the content first, the modifier after it',
      );
    },
  });
}

export interface AppInteger extends Described {
  readonly width: IntegerWidth;
  readonly engines: readonly BufferEngine[];
  readonly isRepeated?: boolean;
  readonly names?: (name: string) => number | undefined;
  /** The value in a direction, unsigned; -1 for none. */
  readonly read: (tx: never, direction: Direction) => number;
}

/** A keyword that compares an unsigned number of the transaction. */
export function appIntegerKeyword({
  width,
  engines,
  isRepeated = false,
  names,
  read,
  ...described
}: AppInteger): KeywordDefinition {
  const value = read as (tx: Transaction, direction: Direction) => number;
  return defineKeyword({
    ...described,
    argument: 'required',
    kind: 'match',
    compile(builder, option) {
      const condition = accept(option, parseInteger(unquoted(option), width, names === undefined ? {} : { names }));
      const test = integerTest(condition);
      builder.addTxMatch(
        (tx: Transaction, _p, ctx) => {
          const found = value(tx, ctx.txDirection);
          return found >= 0 && test(found);
        },
        {
          keyword: described.name,
          place: described.name,
          engines,
          isRepeated,
          details: { [described.name.replaceAll('.', '_')]: describeInteger(condition) },
        },
      );
    },
  });
}
