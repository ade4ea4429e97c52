// `byte_jump`: moves the cursor by a number read from the buffer.

import {
  checkSize,
  dceLast,
  describeField,
  fieldPlace,
  newField,
  numberOrVariable,
  plainNumber,
  readField,
  readFieldOption,
  splitOption,
} from '../detect/content/byte-field.ts';
import type { ByteField } from '../detect/content/byte-field.ts';
import { applyMask, toSigned } from '../detect/content/wide.ts';
import type { ChainMatch } from '../framework/chain.ts';
import type { Json } from '../framework/description.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { SignatureBuilder } from '../framework/keyword.ts';
import { splitArgument } from '../rules/index.ts';

interface Jump {
  readonly field: ByteField;
  multiplier: number;
  isAligned: boolean;
  postOffset: number;
  from: 'here' | 'beginning' | 'end';
}

function linkJump(jump: Jump, next: ChainMatch): ChainMatch {
  const { field, multiplier, isAligned, postOffset, from } = jump;
  return (inspection) => {
    if (--inspection.budget < 0 || !readField(field, inspection)) return false;
    applyMask(field.mask);
    let value = toSigned() * multiplier;
    if (isAligned) value = Math.ceil(value / 4) * 4;
    value += postOffset;
    const base = from === 'here' ? fieldPlace.end : from === 'beginning' ? inspection.start : inspection.end;
    const target = base + value;
    if (target > inspection.end) return false;
    // a jump back goes to the first byte at most, as in Suricata
    inspection.cursor = Math.max(target, inspection.start);
    return next(inspection);
  };
}

function describeJump({ field, multiplier, postOffset, isAligned, from }: Jump): Json {
  const { nbytes, offset, base, flags } = describeField(field);
  if (from !== 'here') flags.unshift(`from_${from}`);
  if (isAligned) flags.push('align');
  return { nbytes, offset, multiplier, post_offset: postOffset, base, flags };
}

function parseJump(builder: SignatureBuilder, argument: string): Jump {
  const [size, offset, ...options] = splitArgument(argument).map((part) => part.text);
  if (size === undefined || offset === undefined) throw new RuleError('byte_jump needs bytes and offset');
  const field = newField(
    numberOrVariable(builder, 'byte_jump', size, [0, 23]),
    numberOrVariable(builder, 'byte_jump', offset, [-65535, 65535]),
  );
  const jump: Jump = { field, multiplier: 1, isAligned: false, postOffset: 0, from: 'here' };
  for (const part of dceLast(options)) {
    const [name, text] = splitOption(part);
    if (name === 'endian' || (name === 'string' && text !== '') || (name === 'align' && text !== ''))
      throw new RuleError(`byte_jump: unknown option "${part}"`);
    if (name === 'align') jump.isAligned = true;
    else if (name === 'from_beginning') jump.from = 'beginning';
    else if (name === 'from_end') jump.from = 'end';
    else if (name === 'multiplier') jump.multiplier = plainNumber('byte_jump', text, [1, 65535]);
    else if (name === 'post_offset') jump.postOffset = plainNumber('byte_jump', text, [-65535, 65535]);
    else if (!readFieldOption(field, 'byte_jump', name, text))
      throw new RuleError(`byte_jump: unknown option "${part}"`);
  }
  if (options.includes('from_beginning') && options.includes('from_end')) {
    throw new RuleError("'from_end' and 'from_beginning' cannot be used in the same byte_jump statement");
  }
  checkSize(field, 'byte_jump', { binary: 8, text: 23 });
  return jump;
}

export default defineKeyword({
  name: 'byte_jump',
  argument: 'required',
  kind: 'match',
  summary: 'Moves the place that relative keywords count from by a number of the buffer.',
  page: 'rules/payload-keywords.html#byte-jump',
  examples: [
    'alert tcp any any -> any any (msg:"x"; byte_jump:4,0,multiplier 2,align; content:"a"; distance:0; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; byte_jump:2,0,from_end,post_offset -6; isdataat:1,relative; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"n"; byte_jump:2,1,relative,string,hex; sid:1;)',
  ],
  compile(builder, option) {
    const jump = parseJump(builder, option.value ?? '');
    builder.addElement({
      keyword: 'byte_jump',
      content: null,
      isRelative: jump.field.isRelative,
      details: { byte_jump: describeJump(jump) },
      link: (next) => linkJump(jump, next),
    });
  },
});
