// What payload keywords share when they read their arguments.

import { RuleError } from '../../framework/keyword.ts';
import type { SignatureBuilder } from '../../framework/keyword.ts';
import type { ContentSpec, Limit } from '../../framework/chain.ts';
import type { Parsed } from '../../rules/index.ts';

/** Largest offset, depth, distance, within: 1 MiB. */
export const CONTENT_LIMIT = 1024 * 1024;

/** The parsed value, or the fault as a RuleError. */
export function need<T>(result: Parsed<T>, keyword: string): T {
  if (result.ok) return result.value;
  throw new RuleError(`${keyword}: ${result.error.message}`, result.error.hint);
}

/** The content a modifier belongs to. */
export function modified(builder: SignatureBuilder, keyword: string): ContentSpec {
  const content = builder.lastContent();
  if (content !== null) return content;
  throw new RuleError(
    `${keyword} needs preceding content, uricontent option, http_client_body, http_server_body, http_header option, ` +
      'http_raw_header option, http_method option, http_cookie, http_raw_uri, http_stat_msg, http_stat_code, ' +
      'http_user_agent, http_host, http_raw_host or file_data/dce_stub_data sticky buffer options.',
    'write the content first, its modifiers after it',
  );
}

/** Refuses distance/within beside offset/depth. */
export function refuseMixing(isMixed: boolean): void {
  if (!isMixed) return;
  throw new RuleError(
    "can't use a relative keyword like within/distance with a absolute relative keyword like depth/offset for the same content.",
  );
}

/** A number between `min` and 1 MiB, or a variable of byte_extract/byte_math. */
export function parseLimit(builder: SignatureBuilder, keyword: string, text: string, min: number): Limit {
  const body = text.trim();
  // the wording that operators grep for: with a full stop for the one pair, without for the other
  const stop = keyword === 'depth' || keyword === 'offset' ? '.' : '';
  if (/^[A-Za-z]/.test(body)) {
    const slot = builder.variable(body, 'use');
    if (slot === undefined) throw new RuleError(`unknown byte_ keyword var seen in ${keyword} - ${body}${stop}`);
    return { value: 0, slot };
  }
  const isRelative = keyword === 'distance' || keyword === 'within';
  const digits = (isRelative ? /^[+-]?(?:0x[\da-f]+|\d+)/i : /^(?:[+-]?\d+|0x[\da-f]+)$/i).exec(body)?.[0];
  const value = numberOf(digits);
  if (!(value >= min && value <= (keyword === 'depth' ? CONTENT_LIMIT - 1 : CONTENT_LIMIT))) {
    throw new RuleError(`invalid value for ${keyword}: ${body}${stop}`, `a number from ${String(min)} to 1048576`);
  }
  return { value, slot: -1 };
}

/** NaN without digits. */
function numberOf(digits: string | undefined): number {
  if (digits === undefined) return Number.NaN;
  return digits.startsWith('-') ? -Number(digits.slice(1)) : Number(digits);
}

/** Refuses positions on a content whose fast pattern decides alone. */
export function refusePositional(content: ContentSpec, option: string): void {
  if (content.negated && content.fastPattern) {
    throw new RuleError("can't have a relative negated keyword set along with 'fast_pattern'.");
  }
  if (!content.fastPatternOnly) return;
  throw new RuleError(`can't have a relative keyword set along with '${option}'.`);
}
