import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileMatcher, compileMatcherAsync } from '../../../src/detect/mpm/index.ts';
import { compileHs, compileHsAsync } from '../../../src/detect/mpm/hs.ts';
import { cacheKey, HyperscanCache } from '../../../src/detect/mpm/hs-cache.ts';
import { hyperscanAvailable, hyperscanReason, packPatterns } from '../../../src/native/hyperscan.ts';

const text = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0));
const patterns = [{ bytes: text('abc'), nocase: true }, { bytes: text('xyz'), nocase: false }]; // prettier-ignore

describe('hyperscan cache', function () {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tayra-cache-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has one name for one list of patterns', () => {
    const key = cacheKey(packPatterns(patterns));
    assert.match(key, /^[0-9a-f]{64}$/);
    assert.equal(cacheKey(packPatterns(patterns)), key);
    const others = [
      [patterns[1]!, patterns[0]!],
      [{ ...patterns[0]!, nocase: false }, patterns[1]!],
      [
        { bytes: text('abcx'), nocase: true },
        { bytes: text('yz'), nocase: false },
      ],
    ];
    for (const other of others) assert.notEqual(cacheKey(packPatterns(other)), key);
  });

  it('gives back what was saved, and nothing else', () => {
    const cache = new HyperscanCache(join(folder, 'made', 'on', 'demand'));
    assert.equal(cache.load('a').kind, 'miss');
    assert.equal(cache.save('a', Uint8Array.of(1, 2, 3)), '');
    const answer = cache.load('a');
    assert.ok(answer.kind === 'hit');
    assert.deepEqual([...answer.bytes], [1, 2, 3]);
    assert.equal(cache.load('b').kind, 'miss');
  });

  it('reports a folder that cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    const cache = new HyperscanCache(join(folder, 'file'));
    assert.notEqual(cache.save('a', Uint8Array.of(1)), '');
    assert.equal(cache.load('a').kind, 'unusable');
  });

  it('keeps no database that is compiled sooner than read', async function () {
    if (!hyperscanAvailable) {
      console.log(`      skipped: ${hyperscanReason}`);
      this.skip();
    }
    const use = { cache: new HyperscanCache(folder), onProblem: (reason: string) => assert.fail(reason) };
    compileMatcher('hs', patterns, use);
    await compileMatcherAsync('hs', patterns, use);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is filled by compiling and survives any damage to its files', async function () {
    if (!hyperscanAvailable) {
      console.log(`      skipped: ${hyperscanReason}`);
      this.skip();
    }
    const problems: string[] = [];
    const use = { cache: new HyperscanCache(folder), onProblem: (reason: string) => problems.push(reason) };
    const out = new Int32Array(3 * 8);
    compileHs(patterns, use);
    const [name] = readdirSync(folder);
    assert.ok(name !== undefined);
    const whole = readFileSync(join(folder, name));
    for (const file of [
      whole,
      whole.subarray(0, 40),
      whole.subarray(0, whole.length - 1),
      Buffer.alloc(0),
      Buffer.from(whole).fill(1, 50, 60),
    ]) {
      writeFileSync(join(folder, name), file);
      for (const matcher of [compileHs(patterns, use), await compileHsAsync(patterns, use)]) {
        assert.equal(matcher.scan(text('ABC xyz'), -1, 0, 7, out), 2);
      }
      assert.equal(problems.length, file === whole ? 0 : 1);
      problems.length = 0;
      assert.deepEqual(readFileSync(join(folder, name)), whole);
    }
  });
});
