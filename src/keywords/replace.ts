// `replace`: bytes that take the place of the content before it, of the same length (inline only).

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { modified } from '../detect/content/argument.ts';
import { parseContentPattern } from '../detect/content/content-pattern.ts';
import { SigFlag } from '../framework/signature.ts';

export default defineKeyword({
  name: 'replace',
  argument: 'required',
  kind: 'modifier',
  summary: 'Bytes that take the place of the content before it, of the same length (inline only).',
  page: 'rules/payload-keywords.html#replace',
  examples: ['alert tcp any any -> any any (msg:"x"; content:"abc"; replace:"xyz"; sid:1;)'],
  compile(builder, option) {
    const content = modified(builder, 'replace');
    // without a way to write, the option means nothing
    if (!builder.setup.isInline) return;
    if (content.negated) throw new RuleError("can't have a relative negated keyword set along with 'replace'.");
    const { bytes, isNegated } = parseContentPattern(option.value ?? '', 'replace');
    if (isNegated) throw new RuleError('replace: the bytes to write cannot be negated');
    if (bytes.length !== content.bytes.length) {
      throw new RuleError('replace and content must have the same length', 'the packet keeps its length');
    }
    content.replace = bytes;
    builder.flags |= SigFlag.replace | SigFlag.requirePacket | SigFlag.noStream;
  },
});
