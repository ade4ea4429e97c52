// `fast_pattern`: the content before it (or a part of it) is the one searched in every packet first.

import type { ContentSpec } from '../framework/chain.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { SignatureBuilder } from '../framework/keyword.ts';
import { modified } from '../detect/content/argument.ts';

function parseChop(argument: string, size: number): { offset: number; length: number } {
  const match = /^(\d+)\s*,\s*(\d+)(?:,.*)?$/.exec(argument);
  if (match === null) throw new RuleError(`fast_pattern: "${argument}" is neither "only" nor "offset,length"`);
  const [offset, length] = [Number(match[1]), Number(match[2])];
  if (length === 0 || offset + length > size) {
    throw new RuleError(`fast_pattern: the part ${argument} is not inside the content of ${String(size)} bytes`);
  }
  return { offset, length };
}

/** In a sticky buffer without a content, the last one of the buffers before it. */
function chosen(builder: SignatureBuilder): ContentSpec {
  if (builder.currentBuffer === null || builder.lastContent() !== null) return modified(builder, 'fast_pattern');
  return builder.lastBufferContent() ?? modified(builder, 'fast_pattern');
}

export default defineKeyword({
  name: 'fast_pattern',
  argument: 'optional',
  kind: 'modifier',
  summary: 'The content before it (or a part of it) is the one searched in every packet first.',
  page: 'rules/prefilter-keywords.html#fast-pattern',
  examples: [
    'alert tcp any any -> any any (msg:"x"; content:"abc"; content:"def"; fast_pattern; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"abcdef"; fast_pattern:1,4; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"abcdef"; fast_pattern:only; sid:1;)',
  ],
  compile(builder, option) {
    const content = chosen(builder);
    if (builder.currentBuffer?.source === 'base64') {
      throw new RuleError('fast_pattern cannot be used with base64_data');
    }
    const isPlaced = [content.offset, content.depth, content.distance, content.within].some((limit) => limit !== null);
    if (content.negated && isPlaced) {
      throw new RuleError("can't have a relative negated keyword set along with 'fast_pattern'.");
    }
    if (content.fastPattern) throw new RuleError("can't have multiple fast_pattern options for the same content.");
    if (builder.elements().some((element) => element.content !== content && element.content?.fastPattern === true)) {
      throw new RuleError('fast_pattern can be used on only one content of the rule');
    }
    const argument = option.value?.trim() ?? '';
    if (argument === 'only') {
      if (content.negated || isPlaced) {
        throw new RuleError("can't have a relative keyword set along with 'fast_pattern:only;'.");
      }
      content.fastPatternOnly = true;
      builder.note("'fast_pattern:only' option is silently ignored and is interpreted as regular 'fast_pattern'");
    } else if (argument !== '') content.fastPatternChop = parseChop(argument, content.bytes.length);
    content.fastPattern = true;
  },
});
