// `bsize`: length of the sticky buffer, bytes.

import { integerTest } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { need } from '../detect/content/argument.ts';
import { largestValue } from '../detect/content/largest-value.ts';
import { boundedElement } from '../detect/content/reach.ts';
import { parseInteger } from '../rules/index.ts';

export default defineKeyword({
  name: 'bsize',
  argument: 'required',
  kind: 'match',
  summary: 'Length of the sticky buffer, bytes.',
  page: 'rules/payload-keywords.html#bsize',
  examples: [
    'alert tcp any any -> any any (msg:"x"; tcp.hdr; bsize:>20; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; tcp.hdr; bsize:20<>60; sid:1;)',
  ],
  compile(builder, option) {
    if (builder.currentBuffer === null) {
      throw new RuleError('bsize needs a sticky buffer before it');
    }
    const match = need(parseInteger(option.value ?? '', 'u64'), 'bsize');
    const test = integerTest(match);
    builder.addElement(
      boundedElement('bsize', largestValue(match), (next) => (inspection) => {
        return --inspection.budget >= 0 && test(inspection.end - inspection.start) && next(inspection);
      }),
    );
  },
});
