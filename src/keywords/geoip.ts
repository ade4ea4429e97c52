// geoip: country of an address. There is no database reader yet: the argument is checked, the rule refused.

import { requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';

export default defineKeyword({
  name: 'geoip',
  argument: 'required',
  kind: 'match',
  summary: 'Country of the source or destination address.',
  page: 'rules/header-keywords.html#geoip',
  examples: [],
  compile(_builder, option) {
    const parts = requiredArgument(option)
      .split(',')
      .map((part) => part.trim());
    if (['src', 'dst', 'both', 'any'].includes(parts[0]!.toLowerCase())) parts.shift();
    if (parts.length === 0 || !parts.every((part) => /^!?[A-Za-z]{2}$/.test(part)))
      throw new RuleError('geoip needs country codes of two letters', 'geoip:src,CN,RU');
    throw new RuleError(
      'geoip needs a GeoIP database, which this build cannot read',
      undefined,
      'rule/feature-missing',
    );
  },
});
