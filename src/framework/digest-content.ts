// Contents on buffers that hold a digest in lower-case hexadecimal digits (fingerprints).

import type { ContentSpec } from './chain.ts';
import { RuleError } from './keyword.ts';

const MD5_DIGITS = 32;

/** For buffers with an MD5: only the whole digest can ever be found; capitals are made small. */
export function md5Content(content: ContentSpec, warn: (message: string) => void): void {
  const text = Buffer.from(content.bytes).toString('latin1');
  if (text.length !== MD5_DIGITS)
    throw new RuleError(
      'Invalid length for md5-like keyword (should be 32 characters long). This rule will therefore never match.',
    );
  if (!/^[0-9a-f]*$/i.test(text)) throw new RuleError('Invalid md5-like string: it has other than hexadecimal digits.');
  if (content.nocase) warn('nocase is of no use for a digest: it is looked for in lower case anyway');
  content.nocase = false;
  content.bytes = Buffer.from(text.toLowerCase(), 'latin1');
}
