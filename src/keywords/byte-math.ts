// `byte_math`: calculates with a number of the buffer and keeps the result in a variable.

import {
  checkSize,
  fieldPlace,
  newField,
  numberOrVariable,
  plainNumber,
  readField,
  readFieldOption,
  splitOption,
} from '../detect/content/byte-field.ts';
import type { ByteField } from '../detect/content/byte-field.ts';
import { applyMask, fromNumber, toNumber } from '../detect/content/wide.ts';
import type { ChainMatch, Limit } from '../framework/chain.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { SignatureBuilder } from '../framework/keyword.ts';
import { splitArgument } from '../rules/index.ts';

interface Calculation {
  readonly field: ByteField;
  readonly operate: (a: number, b: number) => number;
  readonly operand: Limit;
  readonly result: string;
}

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // NaN for a division by zero: no match
  '/': (a, b) => (b === 0 ? Number.NaN : Math.floor(a / b)),
  '<<': (a, b) => (b >= 64 ? 0 : (a * 2 ** b) % 2 ** 64),
  '>>': (a, b) => (b >= 64 ? 0 : Math.floor(a / 2 ** b)),
};

function linkCalculation(calculation: Calculation, slot: number, next: ChainMatch): ChainMatch {
  const { field, operate, operand } = calculation;
  return (inspection) => {
    if (--inspection.budget < 0 || !readField(field, inspection)) return false;
    const b = operand.slot < 0 ? operand.value : inspection.variables[operand.slot]!;
    let value = operate(toNumber(), b);
    if (Number.isNaN(value)) return false;
    if (field.mask !== 0) {
      fromNumber(value);
      applyMask(field.mask);
      value = toNumber();
    }
    inspection.variables[slot] = value;
    inspection.cursor = fieldPlace.end;
    return next(inspection);
  };
}

const NEEDED = ['bytes', 'offset', 'oper', 'rvalue', 'result'] as const;

function parseCalculation(builder: SignatureBuilder, argument: string): Calculation {
  const values = new Map<string, string>();
  for (const part of splitArgument(argument).filter(({ text }) => text !== '')) {
    const [name, text] = splitOption(part.text);
    if (values.has(name)) throw new RuleError(`byte_math: "${name}" is given twice`);
    values.set(name, text);
  }
  for (const name of NEEDED) if (!values.get(name)) throw new RuleError(`byte_math needs "${name}"`);
  const get = (name: string): string => values.get(name)!;
  const operate = OPERATIONS[get('oper')];
  if (operate === undefined) throw new RuleError(`byte_math: "${get('oper')}" is not one of + - * / << >>`);
  const field = newField(numberOrVariable(builder, 'byte_math', get('bytes'), [1, 10]), {
    value: plainNumber('byte_math', get('offset'), [-65535, 65535]),
    slot: -1,
  });
  for (const [name, text] of values) {
    if ((NEEDED as readonly string[]).includes(name)) continue;
    const isText = name === 'string' && text !== '';
    if (name === 'big' || name === 'little' || (name === 'string' && !isText) || name in { hex: 1, dec: 1, oct: 1 })
      throw new RuleError(`byte_math: unknown option "${name}"`);
    if (!readFieldOption(field, 'byte_math', name, text)) throw new RuleError(`byte_math: unknown option "${name}"`);
  }
  if (/^(<<|>>)$/.test(get('oper')) && field.size.slot < 0 && field.size.value > 4)
    throw new RuleError('byte_math: shifts take numbers of at most 4 bytes');
  checkSize(field, 'byte_math', { binary: 10, text: 10 });
  if (field.isRelative && builder.currentBuffer !== null && builder.elements().length === 0) {
    throw new RuleError('relative specified without previous pattern match');
  }
  const operand = numberOrVariable(builder, 'byte_math', get('rvalue'), [0, 0xffffffff]);
  return { field, operate, operand, result: get('result') };
}

export default defineKeyword({
  name: 'byte_math',
  argument: 'required',
  kind: 'match',
  summary: 'Calculates with a number of the buffer and keeps the result in a variable.',
  page: 'rules/payload-keywords.html#byte-math',
  examples: [
    'alert tcp any any -> any any (msg:"x"; byte_math:bytes 2, offset 0, oper +, rvalue 4, result n; content:"a"; offset:n; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"n"; byte_math:bytes 4, offset 1, oper *, rvalue 2, result n, relative, string dec; byte_test:1,<,n,0; sid:1;)',
  ],
  compile(builder, option) {
    const calculation = parseCalculation(builder, option.value ?? '');
    const slot = builder.variable(calculation.result, 'declare');
    if (slot === undefined) throw new RuleError('byte_math: the rule has too many variables');
    builder.addElement({
      keyword: 'byte_math',
      content: null,
      isRelative: calculation.field.isRelative,
      link: (next) => linkCalculation(calculation, slot, next),
    });
  },
});
