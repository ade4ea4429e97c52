// `rawbytes`: accepted for Snort: buffers of packets are always raw.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { modified } from '../detect/content/argument.ts';

export default defineKeyword({
  name: 'rawbytes',
  argument: 'none',
  kind: 'modifier',
  summary: 'Accepted for Snort: buffers of packets are always raw.',
  page: 'rules/payload-keywords.html#rawbytes',
  examples: ['alert tcp any any -> any any (msg:"x"; content:"abc"; rawbytes; sid:1;)'],
  compile(builder) {
    const content = modified(builder, 'rawbytes');
    if (content.rawbytes) throw new RuleError("can't use multiple rawbytes modifiers for the same content.");
    content.rawbytes = true;
  },
});
