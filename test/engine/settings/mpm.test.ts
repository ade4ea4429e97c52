import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConfig } from '../../../src/config/index.ts';
import type { ConfigNode } from '../../../src/config/index.ts';
import { compileMatcher } from '../../../src/detect/mpm/index.ts';
import { mpmSettings } from '../../../src/engine/settings/index.ts';
import { hyperscanAvailable, hyperscanReason } from '../../../src/native/hyperscan.ts';

function config(settings: Readonly<Record<string, string>>): ConfigNode {
  return openConfig({ settings: Object.entries(settings).map(([path, value]) => ({ path, value })), includes: [] })
    .root;
}

describe('settings of pattern matching', () => {
  it('keep databases on disk only when asked to', () => {
    assert.equal(mpmSettings(config({ 'detect.sgh-mpm-caching': 'no' })).cache, undefined);
    assert.equal(mpmSettings(config({ 'mpm-algo': 'ac', 'detect.sgh-mpm-caching': 'yes' })).cache, undefined);
  });

  it('put large databases into the folder named', function () {
    if (!hyperscanAvailable) {
      console.log(`      skipped: ${hyperscanReason}`);
      this.skip();
    }
    const parent = mkdtempSync(join(tmpdir(), 'tayra-mpm-'));
    const folder = join(parent, 'sgh');
    after(() => {
      rmSync(parent, { recursive: true, force: true });
    });
    const { algorithm, cache } = mpmSettings(
      config({ 'detect.sgh-mpm-caching': 'yes', 'detect.sgh-mpm-caching-path': folder }),
    );
    const patterns = Array.from({ length: 40 }, (_, i) => ({
      bytes: Buffer.from(`pattern${String(i)}`),
      nocase: false,
    }));
    compileMatcher(algorithm, patterns.slice(0, 3), cache);
    assert.equal(existsSync(folder), false);
    compileMatcher(algorithm, patterns, cache);
    assert.equal(readdirSync(folder).length, 1);
  });
});
