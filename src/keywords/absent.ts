// `absent`: the buffer does not exist; with or_else it may, and the rest is checked.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { AbsentElement } from '../detect/content/reach.ts';
import type { ChainMatch } from '../framework/chain.ts';

/** The chain runs on buffers that exist. */
const NEVER: ChainMatch = () => false;

export default defineKeyword({
  name: 'absent',
  argument: 'optional',
  kind: 'match',
  summary: 'The buffer does not exist; with or_else it may, and the rest is checked.',
  page: 'rules/payload-keywords.html#absent',
  examples: [
    'alert tcp any any -> any any (msg:"x"; tcp.hdr; absent; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; tcp.hdr; absent:or_else; content:!"a"; sid:1;)',
  ],
  compile(builder, option) {
    const argument = option.value?.trim() ?? '';
    if (argument !== '' && argument !== 'or_else')
      throw new RuleError(`unhandled value for absent keyword: ${argument}`);
    if (builder.currentBuffer === null) throw new RuleError('absent needs a sticky buffer before it');
    if (builder.elements().length > 0) throw new RuleError('absent must come first after its buffer');
    const isElse = argument === 'or_else';
    const element: AbsentElement = {
      keyword: 'absent',
      isOrElse: isElse,
      details: { absent: { or_else: isElse } },
      content: null,
      isRelative: false,
      link: (next) => (isElse ? next : NEVER),
    };
    builder.addElement(element);
  },
});
