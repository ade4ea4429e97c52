// `distance`: how far after the match before it the content may begin.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { CONTENT_LIMIT, modified, parseLimit, refuseMixing, refusePositional } from '../detect/content/argument.ts';

export default defineKeyword({
  name: 'distance',
  argument: 'required',
  kind: 'modifier',
  summary: 'How far after the match before it the content may begin.',
  page: 'rules/payload-keywords.html#distance',
  examples: [
    'alert tcp any any -> any any (msg:"x"; content:"abc"; content:"def"; distance:1; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"abc"; content:"def"; distance:-3; within:6; sid:1;)',
  ],
  compile(builder, option) {
    const content = modified(builder, 'distance');
    if (content.startsWith) throw new RuleError("can't use distance with startswith.");
    if (content.distance !== null) throw new RuleError("can't use multiple distances for the same content.");
    refuseMixing(content.offset !== null || content.depth !== null);
    refusePositional(content, 'fast_pattern:only;');
    content.distance = parseLimit(builder, 'distance', option.value ?? '', -CONTENT_LIMIT);
  },
});
