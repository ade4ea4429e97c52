// `offset`: where in the buffer the search begins.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { CONTENT_LIMIT, modified, parseLimit, refuseMixing, refusePositional } from '../detect/content/argument.ts';

export default defineKeyword({
  name: 'offset',
  argument: 'required',
  kind: 'modifier',
  summary: 'Where in the buffer the search begins.',
  page: 'rules/payload-keywords.html#offset',
  examples: [
    'alert tcp any any -> any any (msg:"x"; content:"abc"; offset:3; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; byte_extract:1,0,n; content:"abc"; offset:n; sid:1;)',
  ],
  compile(builder, option) {
    const content = modified(builder, 'offset');
    if (content.startsWith) throw new RuleError("can't use offset with startswith.");
    if (content.offset !== null) throw new RuleError("can't use multiple offsets for the same content.");
    refuseMixing(content.distance !== null || content.within !== null);
    refusePositional(content, 'fast_pattern:only;');
    const offset = parseLimit(builder, 'offset', option.value ?? '', 0);
    if (offset.value >= CONTENT_LIMIT) throw new RuleError(`invalid value for offset: ${String(offset.value)}.`);
    content.offset = offset;
  },
});
