import assert from 'node:assert/strict';
import {
  chooseMpm,
  compileMatcher,
  attachMatcher,
  firstEnd,
  lastEnd,
  lostMatches,
  matchBuffer,
  compileMatcherAsync,
} from '../../../src/detect/mpm/index.ts';
import type { MpmAlgorithm, MultiPatternMatcher } from '../../../src/detect/mpm/index.ts';
import { hyperscanAvailable, hyperscanReason } from '../../../src/native/hyperscan.ts';
import { registerBuffer } from '../../../src/native/buffers.ts';

const text = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0));
const out = matchBuffer(20);

function scan(matcher: MultiPatternMatcher, s: string): number[] {
  return [...out.subarray(0, matcher.scan(text(s), -1, 0, s.length, out))].sort((a, b) => a - b);
}

for (const algorithm of ['hs', 'ac'] as const satisfies readonly MpmAlgorithm[]) {
  describe(`multi-pattern matcher ${algorithm}`, function () {
    before(function () {
      if (algorithm === 'ac' || hyperscanAvailable) return;
      console.log(`    skipped: ${hyperscanReason}`);
      this.skip();
    });
    const patterns = [
      { bytes: text('GET /'), nocase: false },
      { bytes: text('user-agent'), nocase: true },
      { bytes: text('agent'), nocase: false },
      { bytes: text('a very long pattern, longer than the automaton is deep'), nocase: true },
      { bytes: text('GET /'), nocase: false },
      { bytes: Uint8Array.of(0), nocase: true },
    ];

    it('reports each pattern once, with its index', () => {
      const matcher = compileMatcher(algorithm, patterns);
      assert.equal(matcher.patternCount, 6);
      assert.equal(matcher.minLength, 1);
      assert.ok(matcher.size > 0);
      assert.deepEqual(scan(matcher, 'GET / GET / USER-AGENT'), [0, 1, 4]);
      assert.deepEqual(scan(matcher, 'get / User-agent\0'), [1, 2, 5]);
      assert.deepEqual(scan(matcher, 'A VERY LONG PATTERN, longer than the AUTOMATON is deep'), [3]);
      assert.deepEqual(scan(matcher, 'A VERY LONG PATTERN, longer than the AUTOMATON is dee'), []);
      assert.deepEqual(scan(matcher, ''), []);
      matcher.free();
    });

    it('reports after all what was only nearly there before', () => {
      const matcher = compileMatcher(algorithm, patterns);
      assert.deepEqual(scan(matcher, 'AGENT get / Agent agent GET /'), [0, 2, 4]);
    });

    it('sees nothing outside of offset and length', () => {
      const matcher = compileMatcher(algorithm, patterns);
      const data = text('xGET /x');
      const id = registerBuffer(data);
      assert.equal(matcher.scan(data, id, 1, 5, out), 2);
      assert.equal(matcher.scan(data, id, 1, 4, out), 0);
      assert.equal(matcher.scan(data, id, 2, 5, out), 0);
      assert.equal(matcher.scan(data, -1, 1, 5, out), 2);
    });

    it('counts what does not fit', () => {
      const matcher = compileMatcher(algorithm, patterns);
      const before = lostMatches();
      const small = matchBuffer(1);
      assert.equal(matcher.scan(text('GET / agent'), -1, 0, 11, small), 1);
      assert.equal(lostMatches() - before, 2);
    });

    it('tells between which places those lie that found room', () => {
      const matcher = compileMatcher(algorithm, patterns);
      const small = matchBuffer(1);
      const data = text('..GET / user-agent GET / agent');
      assert.equal(matcher.scan(data, -1, 2, data.length - 2, small), 1);
      assert.ok([0, 4].includes(small[0]!));
      assert.equal(firstEnd(small, 0), 5);
      assert.equal(lastEnd(small, 0), algorithm === 'hs' ? 22 : 28);
    });

    it('searches whatever comes for long patterns that end alike', () => {
      // what Hyperscan 5.4.0 makes of literals by their own interface refuses some of these
      for (const last of 'Dd0\0') {
        for (const length of [20, 34, 60]) {
          const run = last.repeat(length);
          const long = [`xt>${run}`, '123', run.slice(0, 12), `${run}some more`].map(text);
          const matcher = compileMatcher(
            algorithm,
            long.map((bytes) => ({ bytes, nocase: true })),
          );
          for (const before of ['', 't>', 'xt>', '123xt>', '123']) {
            assert.ok(scan(matcher, `${before}${run}`).includes(2));
            assert.ok(!scan(matcher, `${before}${run.slice(1)}`).includes(0));
          }
          assert.deepEqual(scan(matcher, `XT>${run}123`), [0, 1, 2]);
          matcher.free();
        }
      }
    });

    it('can be attached again from what it shares', () => {
      const matcher = compileMatcher(algorithm, patterns);
      const twin = attachMatcher(structuredClone(matcher.share()));
      assert.deepEqual(scan(twin, 'GET /'), scan(matcher, 'GET /'));
      assert.equal(twin.patternCount, 6);
    });

    it('compiles asynchronously', async () => {
      assert.deepEqual(scan(await compileMatcherAsync(algorithm, patterns), 'GET /'), [0, 4]);
    });
  });
}

describe('mpm-algo', () => {
  const best = hyperscanAvailable ? 'hs' : 'ac';
  it('knows auto and the kinds of Aho-Corasick', () => {
    assert.deepEqual(chooseMpm('auto'), { algorithm: best, reason: '' });
    for (const name of ['ac', 'ac-ks', 'ac-bs']) assert.deepEqual(chooseMpm(name), { algorithm: 'ac', reason: '' });
  });

  it('says why it takes another', () => {
    assert.equal(chooseMpm('toString').algorithm, best);
    assert.match(chooseMpm('toString').reason, /toString/);
    assert.equal(chooseMpm('hs').reason, hyperscanAvailable ? '' : hyperscanReason);
  });
});
