// What rules may ask for by `requires: feature X`, and which keywords can be made strict.

import { findKeyword } from './keyword-table.ts';

/** A feature, and the keyword that it stands for. */
const FEATURE_KEYWORDS = { geoip: 'geoip', ja3: 'ja3.hash', ja4: 'ja4.hash' } as const;

/** Features that are there: those whose keyword is. */
export function ruleFeatures(): readonly string[] {
  return Object.entries(FEATURE_KEYWORDS)
    .filter(([, keyword]) => findKeyword(keyword) !== undefined)
    .map(([feature]) => feature);
}

/** Keywords that warn of a value they do not know, and can be told to refuse it. */
const CAN_BE_STRICT = ['classtype', 'reference', 'app-layer-event'];

/** The argument of `--strict-rule-keywords`: none or `all`, or a list. Undefined: the option is not given. */
export function strictKeywords(argument: string | undefined): ReadonlySet<string> {
  if (argument === undefined) return new Set();
  if (argument === '' || argument === 'all') return new Set(CAN_BE_STRICT);
  const named = argument.split(',').map((name) => name.trim());
  return new Set(CAN_BE_STRICT.filter((name) => named.includes(name)));
}
