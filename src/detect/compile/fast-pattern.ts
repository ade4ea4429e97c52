// The fast pattern of a signature: the content whose presence decides whether the signature is looked at.

import type { ContentSpec } from '../../framework/chain.ts';
import type { Signature } from '../../framework/signature.ts';
import type { Pattern } from '../mpm/index.ts';

/** The content marked fast_pattern, else the longest one that must be present; null when there is none. */
function chosenContent(contents: readonly ContentSpec[]): ContentSpec | null {
  let best: ContentSpec | null = null;
  for (const content of contents) {
    if (content.negated || content.bytes.length === 0) continue;
    if (content.fastPattern) return content;
    if (best === null || content.bytes.length > best.bytes.length) best = content;
  }
  return best;
}

/** What the multi-pattern matcher looks for on the payload, null when the signature has nothing to offer. */
export function fastPattern(signature: Signature): Pattern | null {
  const content = signature.payload === null ? null : chosenContent(signature.payload.contents);
  if (content === null) return null;
  const chop = content.fastPatternChop;
  const bytes = chop === null ? content.bytes : content.bytes.subarray(chop.offset, chop.offset + chop.length);
  return { bytes, nocase: content.nocase };
}
