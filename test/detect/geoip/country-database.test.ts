import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { CountryDatabase, countryCode } from '../../../src/detect/geoip/country-database.ts';
import { countryMmdb } from '../../support/mmdb.ts';

const address = (text: string): number => text.split('.').reduce((sum, byte) => (sum << 8) | Number(byte), 0);

describe('databases of countries', () => {
  let folder = '';
  const open = (networks: Readonly<Record<string, string>>): CountryDatabase => {
    const path = join(folder, 'country.mmdb');
    writeFileSync(path, countryMmdb(networks));
    return CountryDatabase.open(path);
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-mmdb-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('know the country of the narrowest network', () => {
    const database = open({ '192.0.0.0/8': 'US', '192.0.2.0/24': 'FR', '203.0.113.7/32': 'CN', '10.0.0.0/8': '' });
    const country = (text: string): number => database.country(address(text));
    assert.equal(country('192.0.2.255'), countryCode('FR'));
    assert.equal(country('192.0.3.0'), countryCode('US'));
    assert.equal(country('203.0.113.7'), countryCode('CN'));
    assert.equal(country('203.0.113.6'), 0);
    assert.equal(country('10.1.2.3'), 0, 'a record without a country');
  });

  it('say the same when asked again, whatever was asked between', () => {
    const database = open({ '0.0.0.0/1': 'DE', '128.0.0.0/2': 'BR' });
    const wanted = (a: number): number => (a >>> 31 === 0 ? countryCode('DE') : a >>> 30 === 2 ? countryCode('BR') : 0);
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 200 }), (addresses) => {
        for (const a of [...addresses, ...addresses]) assert.equal(database.country(a), wanted(a));
      }),
    );
  });

  it('are refused when they are not there or are none', () => {
    assert.throws(() => CountryDatabase.open(join(folder, 'none.mmdb')), /ENOENT/);
    writeFileSync(join(folder, 'bad.mmdb'), 'no database');
    assert.throws(() => CountryDatabase.open(join(folder, 'bad.mmdb')));
  });
});
