// Regular expressions: what one match may cost (`pcre:`).

import type { ConfigNode } from '../../config/index.ts';
import { setPcreLimits } from '../../native/pcre2.ts';

const MATCH_LIMIT = 3500;
const DEPTH_LIMIT = 1500;

/** For all expressions of the thread. */
export function limitRegexes(config: ConfigNode): void {
  setPcreLimits({
    match: config.int('pcre.match-limit', MATCH_LIMIT, { min: 1, max: 0x7fffffff }),
    depth: config.int('pcre.match-limit-recursion', DEPTH_LIMIT, { min: 1, max: 0x7fffffff }),
  });
}
