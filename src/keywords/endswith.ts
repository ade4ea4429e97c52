// `endswith`: the content stands at the end of the buffer.

import { defineKeyword } from '../framework/keyword.ts';
import { modified } from '../detect/content/argument.ts';

export default defineKeyword({
  name: 'endswith',
  argument: 'none',
  kind: 'modifier',
  summary: 'The content stands at the end of the buffer.',
  page: 'rules/payload-keywords.html#endswith',
  examples: ['alert tcp any any -> any any (msg:"x"; content:"abc"; endswith; sid:1;)'],
  compile(builder) {
    const content = modified(builder, 'endswith');
    content.endsWith = true;
  },
});
