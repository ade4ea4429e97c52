// `nocase`: the content before it matches in any case.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { modified } from '../detect/content/argument.ts';

export default defineKeyword({
  name: 'nocase',
  argument: 'none',
  kind: 'modifier',
  summary: 'The content before it matches in any case.',
  page: 'rules/payload-keywords.html#nocase',
  examples: ['alert tcp any any -> any any (msg:"x"; content:"abc"; nocase; sid:1;)'],
  compile(builder) {
    const content = modified(builder, 'nocase');
    if (content.nocase) throw new RuleError("can't use multiple nocase modifiers with the same content");
    content.nocase = true;
  },
});
