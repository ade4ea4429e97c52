// `pcre`: a regular expression over the buffer.

import { linkPcre, parsePcre } from '../detect/content/pcre.ts';
import type { PcreBuffer } from '../detect/content/pcre.ts';
import type { ChainElement } from '../framework/chain.ts';
import type { Capture } from '../framework/detect-context.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { SignatureBuilder } from '../framework/keyword.ts';
import { compileRegex } from '../native/compile-regex.ts';
import { encodeRuleText } from '../rules/index.ts';

export default defineKeyword({
  name: 'pcre',
  quotes: 'optional',
  argument: 'required',
  kind: 'match',
  summary: 'A regular expression (PCRE2) that must match the buffer, or must not with "!".',
  page: 'rules/payload-keywords.html#pcre-perl-compatible-regular-expressions',
  examples: [
    'alert tcp any any -> any any (msg:"x"; content:"id="; pcre:"/^[0-9]{4}/R"; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"a"; pcre:!"/b.c/si"; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; pcre:"/user=(\\w+)/,pkt:user"; sid:1;)',
  ],
  compile(builder, option) {
    const pcre = parsePcre(option.value ?? '', builder.currentBuffer?.name);
    const isPayload = builder.currentBuffer === null && pcre.buffer === undefined;
    if (pcre.isRelative && isPayload) needMatchBefore(builder);
    const compiled = compileRegex(encodeRuleText(pcre.expression), pcre.flags);
    if (!compiled.ok) {
      throw new RuleError(
        `pcre compile of "${pcre.expression}" failed at offset ${String(compiled.problem.offset)}: ${compiled.problem.message}`,
      );
    }
    for (const remark of pcre.remarks) builder.note(remark);
    const { matcher } = compiled;
    if (pcre.captures.length > matcher.captureCount)
      throw new RuleError('more pkt/flow var capture names than capturing substrings');
    const captures = pcre.captures.map((capture, index) => ({ ...capture, group: index + 1 }));
    for (const [name, group] of matcher.names) {
      const variable = /^(flow|pkt|alert)_(.+)$/.exec(name);
      if (variable !== null) captures.push({ scope: variable[1] as Capture['scope'], name: variable[2]!, group });
    }
    for (const { scope } of captures) builder.usesState(scope === 'flow' ? 'flowvar' : 'pktvar', 'write');
    const element: ChainElement = {
      keyword: 'pcre',
      content: null,
      isRelative: pcre.isRelative,
      details: { nocase: pcre.flags.caseless === true, negated: pcre.negated },
      link: (next, nextIsRelative) => linkPcre({ ...pcre, matcher, captures }, next, nextIsRelative),
    };
    if (pcre.buffer === undefined) builder.addElement(element);
    else addToBuffer(builder, pcre.buffer, element);
  },
});

/** Something that was found, in the buffer at hand: numbers and lengths are not. */
function needMatchBefore(builder: SignatureBuilder): void {
  if (builder.elements().some(({ content, keyword }) => content !== null || keyword === 'pcre')) return;
  throw new RuleError(
    'pcre with /R (relative) needs preceding match in the same buffer',
    'a content or pcre belongs before it',
  );
}

/** `/x/U`: the flag names the buffer. */
function addToBuffer(builder: SignatureBuilder, { what, keyword }: PcreBuffer, element: ChainElement): void {
  const buffer = builder.setup.bufferOf(keyword);
  if (buffer === undefined) builder.awaitAppLayer(`pcre: ${what} belongs to an application layer`);
  else
    builder.inBuffer(
      buffer,
      () => {
        if (element.isRelative) needMatchBefore(builder);
        builder.addElement(element);
      },
      { within: 'http1' }, // as all modifiers of older rules
    );
}
