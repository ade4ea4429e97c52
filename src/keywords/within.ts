// `within`: how far after the match before it (and distance) the content may end.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { CONTENT_LIMIT, modified, parseLimit, refuseMixing, refusePositional } from '../detect/content/argument.ts';

export default defineKeyword({
  name: 'within',
  argument: 'required',
  kind: 'modifier',
  summary: 'How far after the match before it (and distance) the content may end.',
  page: 'rules/payload-keywords.html#within',
  examples: ['alert tcp any any -> any any (msg:"x"; content:"abc"; content:"def"; within:10; sid:1;)'],
  compile(builder, option) {
    const content = modified(builder, 'within');
    if (content.startsWith) throw new RuleError("can't use within with startswith.");
    if (content.within !== null) throw new RuleError("can't use multiple withins for the same content.");
    refuseMixing(content.offset !== null || content.depth !== null);
    refusePositional(content, 'fast_pattern:only;');
    const within = parseLimit(builder, 'within', option.value ?? '', -CONTENT_LIMIT);
    if (within.slot < 0 && within.value < content.bytes.length) {
      throw new RuleError(
        `within value "${String(within.value)}" is less than the content length "${String(content.bytes.length)}" ` +
          'which is invalid, since this will never match.  Invalidating signature',
      );
    }
    content.within = within;
  },
});
