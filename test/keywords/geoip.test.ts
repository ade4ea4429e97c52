import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Packet } from '../../src/framework/packet.ts';
import geoip from '../../src/keywords/geoip.ts';
import { countryMmdb } from '../support/mmdb.ts';
import { TestSetup, compileOptions, context, packet, refusal } from './support.ts';

const US = 0x01000001;
const CN = 0x02000001;
const NOWHERE = 0x0a000001;

describe('geoip', () => {
  let folder = '';
  const setup = new TestSetup();
  const matches = (argument: string, fields: Partial<Packet>): boolean =>
    compileOptions([geoip], `geoip:${argument};`, setup).matchesPacket(Object.assign(packet(), fields), context());
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-geoip-'));
    writeFileSync(join(folder, 'c.mmdb'), countryMmdb({ '1.0.0.0/8': 'US', '2.0.0.0/8': 'CN' }));
    setup.settings.set('geoip-database', join(folder, 'c.mmdb'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const cases: readonly (readonly [argument: string, src0: number, dst0: number, isMatch: boolean])[] = [
    ['src,US', US, CN, true],
    ['src,US', CN, US, false],
    ['dst,US', CN, US, true],
    ['both,US', US, US, true],
    ['both,US', US, CN, false],
    ['both,US,CN', US, CN, true],
    ['any,us', CN, US, true],
    ['CN', NOWHERE, CN, true],
    ['CN', NOWHERE, US, false],
    ['src,!US', CN, US, true],
    ['src,!US', US, CN, false],
    ['src,!US', NOWHERE, CN, false],
    ['src,!US,!CN', CN, CN, false],
    ['any, !CN', CN, US, true],
  ];
  for (const [argument, src0, dst0, isMatch] of cases)
    it(`${argument}: ${src0.toString(16)} to ${dst0.toString(16)}`, () => {
      assert.equal(matches(argument, { src0, dst0 }), isMatch);
    });

  it('knows IPv4 alone', () => {
    assert.ok(!matches('src,US', { ipVersion: 6, src0: US }));
  });

  it('refuses what is no country, and rules without a database', () => {
    for (const text of ['src', 'USA', 'src,US,', 'left,US', '!'])
      assert.equal(refusal([geoip], `geoip:${text};`, setup).code, 'rule/bad-argument', text);
    const bare = refusal([geoip], 'geoip:US;', new TestSetup());
    assert.equal(bare.code, 'rule/feature-missing');
    assert.match(bare.message, /geoip-database is not set/);
    const missing = new TestSetup();
    missing.settings.set('geoip-database', join(folder, 'none.mmdb'));
    assert.match(refusal([geoip], 'geoip:US;', missing).message, /none\.mmdb/);
  });
});
