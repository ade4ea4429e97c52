// `endswith`: the content stands at the end of the buffer.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
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
    if (content.endsWith) throw new RuleError("can't use multiple endswith modifiers with the same content.");
    content.endsWith = true;
  },
});
