// Keywords that compare numbers of which a transaction may have several: `kw:>5,all`.

import { parseInteger } from '../rules/index.ts';
import type { IntegerOptions, IntegerWidth, RuleOption } from '../rules/index.ts';
import type { BufferEngine } from './buffer.ts';
import { accept, acceptInteger, integerTest, unquoted } from './keyword-argument.ts';
import type { IntegerTest } from './keyword-argument.ts';
import { describeInteger } from './description.ts';
import { RuleError, defineKeyword } from './keyword.ts';
import type { KeywordDefinition } from './keyword.ts';
import type { Direction, Transaction } from './transaction.ts';

export interface AppIntegers {
  readonly name: string;
  readonly summary: string;
  readonly page: string;
  readonly examples: readonly string[];
  readonly width: IntegerWidth;
  readonly names?: (name: string) => number | undefined;
  readonly engines: readonly BufferEngine[];
  /** Progress from which no more values come: what is about all of them waits for it. */
  readonly complete: number;
  /** How many there are in a direction. */
  readonly count: (tx: never, direction: Direction) => number;
  readonly at: (tx: never, direction: Direction, index: number) => number;
}

/** Tells by the number of values and each of them whether the condition holds. */
type ListTest = (count: number, at: (index: number) => number) => boolean;

interface Condition {
  readonly test: ListTest;
  /** More values cannot make it false. */
  readonly isLasting: boolean;
}

const INDEXES = 'any, all, all_or_absent, or_absent, nb>3, a position such as 0 or -1, oob_or and a position';

function matching(count: number, at: (index: number) => number, test: IntegerTest): number {
  let found = 0;
  for (let i = 0; i < count; i++) if (test(at(i))) found++;
  return found;
}

function atPosition(test: IntegerTest, position: number, isOutsideTrue: boolean): ListTest {
  return (count, at) => {
    const i = position < 0 ? count + position : position;
    return i < 0 || i >= count ? isOutsideTrue : test(at(i));
  };
}

function listTest(option: RuleOption, test: IntegerTest, index: string): Condition {
  const position = /^(oob_or\s+)?(-?\d{1,6})$/.exec(index);
  if (position !== null)
    return { test: atPosition(test, Number(position[2]), position[1] !== undefined), isLasting: false };
  const number = /^nb\s*(.+)$/.exec(index);
  if (number !== null) {
    const isEnough = acceptInteger(option, number[1]!, 'u32');
    return { test: (count, at) => isEnough(matching(count, at, test)), isLasting: false };
  }
  switch (index) {
    case 'any':
      return { test: (count, at) => matching(count, at, test) > 0, isLasting: true };
    case 'or_absent':
      return { test: (count, at) => count === 0 || matching(count, at, test) > 0, isLasting: false };
    case 'all':
      return { test: (count, at) => count > 0 && matching(count, at, test) === count, isLasting: false };
    case 'all_or_absent':
      return { test: (count, at) => matching(count, at, test) === count, isLasting: false };
    default:
      throw new RuleError(`${option.key}: unknown index "${index}"`, INDEXES);
  }
}

function conditionOf(
  option: RuleOption,
  width: IntegerWidth,
  options: IntegerOptions,
): Condition & { details: object } {
  const [condition = '', index = 'any', ...rest] = unquoted(option)
    .split(',')
    .map((part) => part.trim());
  if (rest.length > 0) throw new RuleError(`${option.key}: slices of the values are not supported`, INDEXES);
  const number = /^count\b\s*(.+)$/.exec(condition);
  if (number !== null) {
    const isEnough = acceptInteger(option, number[1]!, 'u32');
    return { test: (count) => isEnough(count), isLasting: false, details: {} };
  }
  const parsed = accept(option, parseInteger(condition, width, options));
  return { ...listTest(option, integerTest(parsed), index), details: describeInteger(parsed) };
}

export function appIntegersKeyword(of: AppIntegers): KeywordDefinition {
  const { name, summary, page, examples, width, names, engines, complete } = of;
  const count = of.count as (tx: Transaction, direction: Direction) => number;
  const at = of.at as (tx: Transaction, direction: Direction, index: number) => number;
  return defineKeyword({
    name,
    summary,
    page,
    examples,
    argument: 'required',
    kind: 'match',
    compile(builder, option) {
      const { test, isLasting, details } = conditionOf(option, width, names === undefined ? {} : { names });
      builder.addTxMatch(
        (tx: Transaction, _p, { txDirection }) => test(count(tx, txDirection), (i) => at(tx, txDirection, i)),
        {
          keyword: name,
          place: name,
          engines: isLasting ? engines : engines.map((engine) => ({ ...engine, progress: complete })),
          isRepeated: isLasting,
          details: { [name.replaceAll('.', '_')]: details as never },
        },
      );
    },
  });
}
