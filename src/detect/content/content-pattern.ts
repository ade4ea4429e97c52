// The pattern of `content` and `replace`, with the refusals an operator of Suricata knows.

import { RuleError } from '../../framework/keyword.ts';
import { decodeContent } from '../../rules/index.ts';
import type { ContentPattern } from '../../rules/index.ts';

/** Longest pattern, bytes: lengths are kept in 16 bits. */
export const MAX_PATTERN = 65535;

export function parseContentPattern(argument: string, keyword: string): ContentPattern {
  const body = argument.trim();
  const text = body.replace(/^!\s*/, '');
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) {
    throw new RuleError(`invalid formatting to ${keyword} keyword: value must be double quoted '${keyword}'`);
  }
  const pattern = decodeContent(body);
  if (!pattern.ok) throw new RuleError(hexFault(text.slice(1, -1)) ?? pattern.error.message, pattern.error.hint);
  if (pattern.value.bytes.length > MAX_PATTERN) {
    throw new RuleError(`${keyword}: a pattern has at most ${String(MAX_PATTERN)} bytes`);
  }
  return pattern.value;
}

function hexFault(text: string): string | undefined {
  const parts = text.split('|');
  for (let i = 1; i < parts.length; i += 2) {
    const hex = parts[i]!;
    const bad = /[^0-9a-fA-F ,]/.exec(hex);
    if (bad !== null) return `Invalid hex code in content - |${hex}|, hex ${bad[0]}. Invalidating signature.`;
    if (i === parts.length - 1) return `Invalid hex code assembly in content - |${hex}.  Invalidating signature.`;
    if (/(^| )[0-9a-fA-F]( |$)/.test(hex) || hex.replaceAll(/[ ,]/g, '').length % 2 === 1) {
      return `Incomplete hex code in content - |${hex}|. Invalidating signature.`;
    }
  }
  return undefined;
}
