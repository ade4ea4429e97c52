// `byte_extract`: keeps a number of the buffer in a variable for later keywords on the same buffer.

import {
  checkSize,
  fieldPlace,
  newField,
  plainNumber,
  readField,
  readFieldOption,
  splitOption,
} from '../detect/content/byte-field.ts';
import type { ByteField } from '../detect/content/byte-field.ts';
import { toNumber } from '../detect/content/wide.ts';
import type { ChainMatch } from '../framework/chain.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { splitArgument } from '../rules/index.ts';

interface Extract {
  readonly field: ByteField;
  readonly name: string;
  multiplier: number;
  /** 0: not aligned. */
  align: number;
}

function linkExtract(extract: Extract, slot: number, next: ChainMatch): ChainMatch {
  const { field, multiplier, align } = extract;
  return (inspection) => {
    if (--inspection.budget < 0 || !readField(field, inspection)) return false;
    let value = toNumber() * multiplier;
    if (align !== 0 && value % align !== 0) value += align - (value % align);
    inspection.variables[slot] = value;
    inspection.cursor = fieldPlace.end;
    return next(inspection);
  };
}

/** Options that exclude one another, by what they say. */
const ABOUT: Readonly<Record<string, string>> = {
  big: 'endian',
  little: 'endian',
  hex: 'base',
  dec: 'base',
  oct: 'base',
};

function refuseRepeated(given: Set<string>, option: string): void {
  const about = ABOUT[option] ?? option;
  if (given.has(about)) throw new RuleError(`byte_extract: ${about} is given twice`);
  if (about === 'base' && !given.has('string')) throw new RuleError(`byte_extract: ${option} belongs after string`);
  given.add(about);
  if (given.has('string') && (given.has('endian') || given.has('dce')))
    throw new RuleError('byte_extract: a number in text has no byte order');
}

function parseExtract(argument: string): Extract {
  const [size, offset, name, ...options] = splitArgument(argument).map((part) => part.text);
  if (size === undefined || offset === undefined || name === undefined) {
    throw new RuleError('byte_extract needs bytes, offset and the name of a variable');
  }
  if (name === '') throw new RuleError('byte_extract: the name of the variable is missing');
  const field = newField(
    { value: plainNumber('byte_extract', size, [0, 23]), slot: -1 },
    { value: plainNumber('byte_extract', offset, [-65534, 65534]), slot: -1 },
  );
  const extract: Extract = { field, name, multiplier: 1, align: 0 };
  const given = new Set<string>();
  for (const part of options.filter((text) => text !== '')) {
    const [option, text] = splitOption(part);
    refuseRepeated(given, option);
    if (option === 'multiplier') extract.multiplier = plainNumber('byte_extract', text, [1, 65535]);
    else if (option === 'align' && (text === '2' || text === '4')) extract.align = Number(text);
    else if (option === 'bitmask' || option === 'endian' || !readFieldOption(field, 'byte_extract', option, text)) {
      throw new RuleError(`byte_extract: unknown option "${part}"`);
    }
  }
  checkSize(field, 'byte_extract', { binary: 8, text: field.base === 16 ? 14 : field.base === 8 ? 23 : 20 });
  return extract;
}

export default defineKeyword({
  name: 'byte_extract',
  argument: 'required',
  kind: 'match',
  summary: 'Keeps a number of the buffer in a variable for later keywords on the same buffer.',
  page: 'rules/payload-keywords.html#byte-extract',
  examples: [
    'alert tcp any any -> any any (msg:"x"; byte_extract:1,0,len; content:"a"; offset:1; depth:len; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"n"; byte_extract:4,0,n,relative,string,dec,multiplier 2; byte_test:1,>,n,0; sid:1;)',
  ],
  compile(builder, option) {
    const extract = parseExtract(option.value ?? '');
    const slot = builder.variable(extract.name, 'declare');
    if (slot === undefined) throw new RuleError('byte_extract: the rule has too many variables');
    builder.addElement({
      keyword: 'byte_extract',
      content: null,
      isRelative: extract.field.isRelative,
      link: (next) => linkExtract(extract, slot, next),
    });
  },
});
