// geoip: country of an address, from the database that `geoip-database` names.

import { CountryDatabase, countryCode } from '../detect/geoip/country-database.ts';
import { requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import type { PacketMatch } from '../framework/signature.ts';

const SIDES = ['src', 'dst', 'both', 'any'] as const;
type Side = (typeof SIDES)[number];

interface Wanted {
  readonly side: Side;
  /** Codes of countries, see `countryCode`. */
  readonly countries: readonly number[];
  readonly excluded: readonly number[];
}

/** `src,CN,RU`; without a side either address counts. Countries may be excluded: `dst,!US`. */
function readWanted(text: string): Wanted {
  const parts = text.split(',').map((part) => part.trim());
  const side = SIDES.find((one) => one === parts[0]);
  if (side !== undefined) parts.shift();
  if (parts.length === 0 || !parts.every((part) => /^!?\s*[A-Za-z]{2}$/.test(part)))
    throw new RuleError('geoip needs country codes of two letters', 'geoip:src,CN,RU');
  const codes = (isExcluded: boolean): number[] =>
    parts
      .filter((part) => part.startsWith('!') === isExcluded)
      .map((part) => countryCode(part.slice(-2).toUpperCase()));
  return { side: side ?? 'any', countries: codes(false), excluded: codes(true) };
}

interface Opened {
  readonly database: CountryDatabase | null;
  readonly problem: string;
}

/** One for all rules, opened by the first that asks. */
function openDatabase(setup: RulesetSetup): Opened {
  return setup.shared<Opened>('geoip', () => {
    const path = setup.setting('geoip-database');
    if (path === undefined || path === '') return { database: null, problem: 'geoip-database is not set' };
    try {
      return { database: CountryDatabase.open(path), problem: '' };
    } catch (error) {
      return { database: null, problem: `${path}: ${(error as Error).message}` };
    }
  });
}

/** An address of no known country fulfils nothing, not even an exclusion. */
function countryMatch(database: CountryDatabase, { side, countries, excluded }: Wanted): PacketMatch {
  const holds = (address: number): boolean => {
    const code = database.country(address);
    if (code === 0 || excluded.includes(code)) return false;
    return countries.length === 0 || countries.includes(code);
  };
  if (side === 'src') return (p) => p.ipVersion === 4 && holds(p.src0);
  if (side === 'dst') return (p) => p.ipVersion === 4 && holds(p.dst0);
  if (side === 'both') return (p) => p.ipVersion === 4 && holds(p.src0) && holds(p.dst0);
  return (p) => p.ipVersion === 4 && (holds(p.src0) || holds(p.dst0));
}

export default defineKeyword({
  name: 'geoip',
  readsFiles: true,
  argument: 'required',
  kind: 'match',
  summary: 'Country of the source or destination address (IPv4), from a MaxMind database.',
  page: 'rules/header-keywords.html#geoip',
  examples: [
    'alert ip any any -> any any (msg:"m"; geoip:src,CN,RU; sid:1;)',
    'alert ip any any -> any any (msg:"m"; geoip:dst,!US; sid:2;)',
  ],
  compile(builder, option) {
    const wanted = readWanted(requiredArgument(option));
    const { database, problem } = openDatabase(builder.setup);
    if (database === null)
      throw new RuleError(
        `geoip needs a database: ${problem}`,
        'geoip-database: GeoLite2-Country.mmdb',
        'rule/feature-missing',
      );
    builder.addPacketMatch(countryMatch(database, wanted), { keyword: 'geoip', keepsStream: true, isPerPacket: false });
  },
});
