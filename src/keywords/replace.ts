// `replace`: bytes that take the place of the content before it, of the same length (inline only).

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { modified } from '../detect/content/argument.ts';
import { rewritePayload } from '../detect/content/rewrite.ts';
import { parseContentPattern } from '../detect/content/content-pattern.ts';
import type { ChainMatch } from '../framework/chain.ts';
import { PACKET_WRITING, SigFlag } from '../framework/signature.ts';

/** Keeps where the content before it matched: the bytes are written once all of the rule holds. */
function noting(spot: { at: number }, length: number, next: ChainMatch): ChainMatch {
  return (inspection) => {
    const at = inspection.cursor - length;
    if (!next(inspection)) return false;
    spot.at = inspection.ctx?.isStreamInspection === true ? -1 : at;
    return true;
  };
}

export default defineKeyword({
  name: 'replace',
  quotes: 'required',
  argument: 'required',
  kind: 'modifier',
  summary: 'Bytes that take the place of the content before it, of the same length (inline only).',
  page: 'rules/payload-keywords.html#replace',
  examples: ['alert tcp any any -> any any (msg:"x"; content:"abc"; replace:"xyz"; sid:1;)'],
  compile(builder, option) {
    const content = modified(builder, 'replace');
    const { bytes, isNegated } = parseContentPattern(option.value ?? '', 'replace');
    if (isNegated) throw new RuleError('replace: the bytes to write cannot be negated');
    // without a way to write, the option means nothing
    if (!builder.setup.isInline) return;
    if (content.negated) throw new RuleError("can't have a relative negated keyword set along with 'replace'.");
    if (bytes.length !== content.bytes.length) {
      throw new RuleError('replace and content must have the same length', 'the packet keeps its length');
    }
    content.replace = bytes;
    builder.setup.demands.add(PACKET_WRITING);
    const spot = { at: -1 };
    builder.addElement({
      keyword: 'replace',
      content: null,
      // the content before it is tried further on where the rest of the chain fails
      isRelative: true,
      link: (next) => noting(spot, bytes.length, next),
    });
    builder.addPostMatch((p) => {
      rewritePayload(p, spot.at, bytes);
    });
    builder.flags |= SigFlag.requirePacket | SigFlag.noStream;
  },
});
