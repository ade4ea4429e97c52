// `isdataat`: the buffer has (or with "!" has not) data at a place.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { numberOrVariable } from '../detect/content/byte-field.ts';
import { limitValue } from '../detect/content/content-element.ts';
import type { ChainMatch, Inspection, Limit } from '../framework/chain.ts';
import { splitArgument } from '../rules/index.ts';

function linkIsDataAt(at: Limit, isRelative: boolean, negated: boolean, next: ChainMatch): ChainMatch {
  return (inspection) => {
    if (--inspection.budget < 0) return false;
    const value = placeOf(at, inspection);
    // relative counts bytes, absolute counts from zero
    const holds = isRelative ? inspection.cursor + value <= inspection.end : value < inspection.end - inspection.start;
    return holds !== negated && next(inspection);
  };
}

/** Variables count as unsigned here: what went below zero is far away. */
function placeOf(at: Limit, inspection: Inspection): number {
  return at.slot < 0 ? at.value : limitValue(at, inspection) >>> 0;
}

export default defineKeyword({
  name: 'isdataat',
  argument: 'required',
  kind: 'match',
  summary: 'The buffer has (or with "!" has not) data at a place.',
  page: 'rules/payload-keywords.html#isdataat',
  examples: [
    'alert tcp any any -> any any (msg:"x"; isdataat:10; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"abc"; isdataat:!1,relative; sid:1;)',
  ],
  compile(builder, option) {
    const [place, ...options] = splitArgument(option.value ?? '').map((part) => part.text);
    const [, not, number] = /^(!?)(.*)$/.exec(place!)!;
    const all = options.map((text) => `,${text}`).join('');
    if (!/^(?:,relative(?:,rawbytes)?)?$/.test(all))
      throw new RuleError(`isdataat: unknown options "${all.slice(1)}"`, 'relative,rawbytes');
    const at = numberOrVariable(builder, 'isdataat', number!, [0, 65535]);
    const isRelative = options.includes('relative');
    const before = builder.precedingContent();
    if (isRelative && not === '!' && at.slot < 0 && at.value === 1 && before !== null) {
      before.endsWith = true; // nothing follows: the same condition, found faster
      return;
    }
    builder.addElement({
      keyword: 'isdataat',
      content: null,
      isRelative,
      link: (next) => linkIsDataAt(at, isRelative, not === '!', next),
    });
  },
});
