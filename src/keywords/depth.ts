// `depth`: how far from offset (or the start) the content may reach.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { modified, parseLimit, refuseMixing, refusePositional } from '../detect/content/argument.ts';

export default defineKeyword({
  name: 'depth',
  argument: 'required',
  kind: 'modifier',
  summary: 'How far from offset (or the start) the content may reach.',
  page: 'rules/payload-keywords.html#depth',
  examples: [
    'alert tcp any any -> any any (msg:"x"; content:"abc"; depth:3; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"abc"; offset:2; depth:10; sid:1;)',
  ],
  compile(builder, option) {
    const content = modified(builder, 'depth');
    if (content.startsWith) throw new RuleError("can't use depth with startswith.");
    if (content.depth !== null) throw new RuleError("can't use multiple depths for the same content.");
    refuseMixing(content.distance !== null || content.within !== null);
    refusePositional(content, 'fast_pattern:only;');
    const depth = parseLimit(builder, 'depth', option.value ?? '', 0);
    if (depth.slot < 0 && depth.value < content.bytes.length) {
      throw new RuleError(`depth:${String(depth.value)} smaller than content of len ${String(content.bytes.length)}.`);
    }
    content.depth = depth;
  },
});
