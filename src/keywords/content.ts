// `content`: bytes that must (or must not) be in the buffer.

import { newContent } from '../detect/content/content-element.ts';
import { parseContentPattern } from '../detect/content/content-pattern.ts';
import { defineKeyword } from '../framework/keyword.ts';

export default defineKeyword({
  name: 'content',
  quotes: 'required',
  argument: 'required',
  kind: 'content',
  summary: 'Bytes that must be in the buffer, or must not with "!".',
  page: 'rules/payload-keywords.html#content',
  supportsFastPattern: true,
  examples: [
    'alert tcp any any -> any any (msg:"x"; content:"GET |2f|"; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"user"; content:!"root"; sid:1;)',
  ],
  compile(builder, option) {
    const { bytes, isNegated } = parseContentPattern(option.value ?? '', 'content');
    builder.addContent(newContent(bytes, isNegated));
  },
});
