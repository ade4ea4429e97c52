// `startswith`: the content stands at the start of the buffer.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { modified } from '../detect/content/argument.ts';

export default defineKeyword({
  name: 'startswith',
  argument: 'none',
  kind: 'modifier',
  summary: 'The content stands at the start of the buffer.',
  page: 'rules/payload-keywords.html#startswith',
  examples: ['alert tcp any any -> any any (msg:"x"; content:"abc"; startswith; sid:1;)'],
  compile(builder) {
    const content = modified(builder, 'startswith');
    const isPlaced = [content.offset, content.depth, content.distance, content.within].some((limit) => limit !== null);
    if (isPlaced) {
      throw new RuleError("can't use startswith with depth, offset, distance or within for the same content.");
    }
    if (content.startsWith) throw new RuleError("can't use multiple startswith modifiers with the same content.");
    content.startsWith = true;
  },
});
