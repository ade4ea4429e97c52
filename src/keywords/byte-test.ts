// `byte_test`: compares a number of the buffer with a value.

import {
  checkSize,
  dceLast,
  describeField,
  newField,
  numberOrVariable,
  readField,
  readFieldOption,
  splitOption,
} from '../detect/content/byte-field.ts';
import type { ByteField } from '../detect/content/byte-field.ts';
import { applyMask, compareTo, fromNumber, wide } from '../detect/content/wide.ts';
import type { ChainElement, ChainMatch, Limit } from '../framework/chain.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { splitArgument } from '../rules/index.ts';

type Compare = (high: number, low: number) => boolean;

/** The number read stands in `wide`. */
const COMPARE: Readonly<Record<string, Compare>> = {
  '<': (high, low) => compareTo(high, low) < 0,
  '>': (high, low) => compareTo(high, low) > 0,
  '=': (high, low) => compareTo(high, low) === 0,
  '<=': (high, low) => compareTo(high, low) <= 0,
  '>=': (high, low) => compareTo(high, low) >= 0,
  '&': (high, low) => (wide.high & high) !== 0 || (wide.low & low) !== 0,
  '^': (high, low) => (wide.high ^ high) !== 0 || (wide.low ^ low) !== 0,
};

interface ByteTest {
  readonly field: ByteField;
  readonly compare: Compare;
  readonly negated: boolean;
  readonly value: Limit;
  readonly high: number;
  readonly low: number;
}

function linkTest(test: ByteTest, next: ChainMatch): ChainMatch {
  const { field, compare, negated, value } = test;
  let { high, low } = test;
  return (inspection) => {
    if (--inspection.budget < 0) return false;
    if (value.slot >= 0) {
      fromNumber(inspection.variables[value.slot]!);
      high = wide.high;
      low = wide.low;
    }
    if (!readField(field, inspection)) return false;
    applyMask(field.mask);
    return compare(high, low) !== negated && next(inspection);
  };
}

function parseValue(text: string): { high: number; low: number } {
  if (!/^-?(0x[0-9a-fA-F]+|\d+)$/.test(text)) throw new RuleError(`byte_test: "${text}" is not a number`);
  const size = BigInt(text.replace('-', ''));
  // a negative value wraps
  const value = text.startsWith('-') ? BigInt.asUintN(64, -size) : size;
  if (value > 0xffffffffffffffffn) throw new RuleError(`byte_test: "${text}" does not fit in 64 bits`);
  return { high: Number(value >> 32n), low: Number(value & 0xffffffffn) };
}

export default defineKeyword({
  name: 'byte_test',
  argument: 'required',
  kind: 'match',
  summary: 'Compares a number of the buffer with a value.',
  page: 'rules/payload-keywords.html#byte-test',
  examples: [
    'alert tcp any any -> any any (msg:"x"; byte_test:2,>,0x100,4; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"len="; byte_test:4,!<,100,0,relative,string,dec; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; byte_test:2,=,1,0,little,bitmask 0x0ff0; sid:1;)',
  ],
  compile(builder, option) {
    const [size, op, value, offset, ...options] = splitArgument(option.value ?? '').map((part) => part.text);
    if (size === undefined || op === undefined || value === undefined || offset === undefined) {
      throw new RuleError('byte_test needs bytes, operator, value and offset');
    }
    const operator = /^(!?)\s*(<=|>=|[<>=&^])?$/.exec(op);
    // a lone "!" means "not equal"
    const compare = operator === null || op === '' ? undefined : COMPARE[operator[2] ?? '='];
    if (compare === undefined)
      throw new RuleError(`byte_test: "${op}" is not an operator`, '< > = <= >= & ^, or ! before one');
    const field = newField(
      numberOrVariable(builder, 'byte_test', size, [0, 23]),
      numberOrVariable(builder, 'byte_test', offset, [-0x80000000, 0x7fffffff]),
    );
    for (const part of dceLast(options)) {
      const [name, argument] = splitOption(part);
      if (
        name === 'endian' ||
        (name === 'string' && argument !== '') ||
        (name === 'bitmask' && !/^(?:0x|0$)/i.test(argument))
      )
        throw new RuleError(`byte_test: unknown option "${part}"`);
      if (!readFieldOption(field, 'byte_test', name, argument))
        throw new RuleError(`byte_test: unknown option "${part}"`);
    }
    checkSize(field, 'byte_test', { binary: 8, text: 23 });
    const isName = /^[A-Za-z_]/.test(value);
    const limit = isName ? numberOrVariable(builder, 'byte_test', value, [0, 0]) : { value: 0, slot: -1 };
    const halves = isName ? { high: 0, low: 0 } : parseValue(value);
    const test: ByteTest = { field, compare, negated: operator![1] === '!', value: limit, ...halves };
    const element: ChainElement = {
      keyword: 'byte_test',
      content: null,
      isRelative: field.isRelative,
      details: { byte_test: { ...describeField(field) } },
      link: (next) => linkTest(test, next),
    };
    builder.addElement(element);
  },
});
