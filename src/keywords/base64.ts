// `base64_decode` and `base64_data`: decodes a part of the buffer and inspects the result.

import { decodeBase64 } from '../detect/content/base64.ts';
import { plainNumber, splitOption } from '../detect/content/byte-field.ts';
import type { BufferDefinition } from '../framework/buffer.ts';
import type { ChainMatch } from '../framework/chain.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { splitArgument } from '../rules/index.ts';

interface Decode {
  /** 0: to the buffer's end. */
  bytes: number;
  offset: number;
  isRelative: boolean;
}

function linkDecode({ bytes, offset, isRelative }: Decode, next: ChainMatch): ChainMatch {
  return (inspection) => {
    if (--inspection.budget < 0) return false;
    const from = (isRelative ? inspection.cursor : inspection.start) + offset;
    if (from >= inspection.end) return false;
    const to = bytes === 0 ? inspection.end : Math.min(inspection.end, from + bytes);
    inspection.base64Length = decodeBase64(inspection.data, from, to, inspection.base64, 'rfc4648');
    return inspection.base64Length > 0 && next(inspection);
  };
}

const base64Decode = defineKeyword({
  name: 'base64_decode',
  argument: 'optional',
  kind: 'match',
  summary: 'Decodes Base64 from the buffer for base64_data.',
  page: 'rules/base64-keywords.html#base64-decode',
  examples: [
    'alert tcp any any -> any any (msg:"x"; base64_decode; base64_data; content:"abc"; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"data:"; base64_decode:bytes 12, offset 1, relative; base64_data; content:"abc"; sid:1;)',
  ],
  compile(builder, option) {
    const decode: Decode = { bytes: 0, offset: 0, isRelative: false };
    const given: string[] = [];
    const parts = option.value === undefined ? [] : splitArgument(option.value);
    for (const part of parts) {
      const [name, text] = splitOption(part.text);
      const isLate = given.includes(name) || (name === 'bytes' && given.includes('offset'));
      if (isLate && name !== 'relative')
        throw new RuleError(`base64_decode: ${name} is out of order`, 'bytes, offset, relative');
      given.push(name);
      if (name === 'relative' && text === '') decode.isRelative = true;
      else if (name === 'bytes') decode.bytes = plainNumber('base64_decode', text, [0, 65535]);
      else if (name === 'offset') decode.offset = plainNumber('base64_decode', text, [0, 0xffffffff]);
      else throw new RuleError(`base64_decode: unknown option "${part.text}"`, 'bytes N, offset N, relative');
    }
    const { isRelative } = decode;
    builder.addElement({
      keyword: 'base64_decode',
      content: null,
      isRelative,
      isAboutLast: true,
      link: (next) => linkDecode(decode, next),
    });
  },
});

/** What base64_decode of the same inspection left. */
export const BASE64_BUFFER: BufferDefinition = {
  name: 'base64_data',
  description: 'what base64_decode decoded',
  source: 'base64',
  isMulti: false,
  get(_packet, ctx, view, instance) {
    const { base64, base64Length } = ctx.inspection;
    if (instance > 0 || base64Length === 0) return false;
    view.data = base64;
    view.bufferId = -1;
    view.start = 0;
    view.end = base64Length;
    return true;
  },
};

const base64Data = defineKeyword({
  name: 'base64_data',
  argument: 'none',
  kind: 'buffer',
  summary: 'What follows is about the bytes that base64_decode decoded.',
  page: 'rules/base64-keywords.html#base64-data',
  examples: ['alert tcp any any -> any any (msg:"x"; base64_decode; base64_data; content:"abc"; sid:1;)'],
  compile(builder) {
    if (!builder.seen.includes('base64_decode'))
      throw new RuleError('"base64_data" keyword seen without preceding base64_decode.');
    builder.setBuffer(BASE64_BUFFER);
  },
});

export default [base64Decode, base64Data];
