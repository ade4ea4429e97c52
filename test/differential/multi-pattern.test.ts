// Hyperscan = Aho-Corasick = searching for one pattern after the other.
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { compileMatcher, firstEnd, lastEnd, matchBuffer } from '../../src/detect/mpm/index.ts';
import type { MultiPatternMatcher, Pattern } from '../../src/detect/mpm/index.ts';
import { compileNeedle } from '../../src/detect/mpm/spm.ts';
import { hyperscanAvailable, hyperscanReason } from '../../src/native/hyperscan.ts';
import { registerBuffer, unregisterBuffer } from '../../src/native/buffers.ts';
import { readRealRules } from './real-rules.ts';

const out = matchBuffer(40_000);

function scan(matcher: MultiPatternMatcher, data: Uint8Array, offset: number, length: number): number[] {
  const id = registerBuffer(data);
  return [...out.subarray(0, matcher.scan(data, id, offset, length, out))].sort((a, b) => a - b);
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Where a pattern ends first and last, from `offset`. */
function naiveEnds({ bytes, nocase }: Pattern, data: Uint8Array, offset: number, length: number): [number, number] {
  const ends: number[] = [];
  for (let at = offset; at + bytes.length <= offset + length; at++)
    if (bytes.every((b, i) => (nocase ? lower(b) === lower(data[at + i]!) : b === data[at + i])))
      ends.push(at + bytes.length - offset);
  return [ends[0]!, ends.at(-1)!];
}

/** Places that a scan tells: Hyperscan's are exact, the automaton's hold all that there are. */
function checkEnds(
  matcher: MultiPatternMatcher,
  patterns: readonly Pattern[],
  data: Uint8Array,
  [offset, length]: readonly [number, number],
): void {
  const count = matcher.scan(data, registerBuffer(data), offset, length, out);
  for (let n = 0; n < count; n++) {
    const [first, last] = naiveEnds(patterns[out[n]!]!, data, offset, length);
    const told = [firstEnd(out, n), lastEnd(out, n)] as const;
    if (matcher.algorithm === 'hs') assert.deepEqual(told, [first, last]);
    else
      assert.ok(told[0] <= first && told[1] >= last, `${told.join()} does not hold ${String(first)}, ${String(last)}`);
  }
}

function naive(patterns: readonly Pattern[], data: Uint8Array, offset: number, length: number): number[] {
  return patterns.flatMap(({ bytes, nocase }, id) => {
    for (let at = offset; at + bytes.length <= offset + length; at++) {
      const matches = bytes.every((b, i) => (nocase ? lower(b) === lower(data[at + i]!) : b === data[at + i]));
      if (matches) return [id];
    }
    return [];
  });
}

// letters in both cases, their neighbours in the table, and bytes with no case at all
const ALPHABET = [0x61, 0x41, 0x62, 0x42, 0x5b, 0x7b, 0x40, 0x60, 0x00, 0xff];

const cases = fc.integer({ min: 2, max: ALPHABET.length }).chain((kinds) => {
  const byte = fc.constantFrom(...ALPHABET.slice(0, kinds));
  const bytes = (minLength: number, maxLength: number) =>
    fc.array(byte, { minLength, maxLength, size: 'max' }).map((a) => Uint8Array.from(a));
  const pattern = fc.record({ bytes: fc.oneof(bytes(1, 4), bytes(1, 40)), nocase: fc.boolean() });
  return fc.record({
    patterns: fc.array(pattern, { minLength: 1, maxLength: 25, size: 'max' }),
    data: bytes(0, 300),
    planted: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }),
    offset: fc.nat(20),
    cut: fc.nat(20),
  });
});

describe('multi-pattern matchers agree', function () {
  this.timeout(300_000);

  it(`on random patterns and buffers${hyperscanAvailable ? '' : ` (without Hyperscan: ${hyperscanReason})`}`, () => {
    fc.assert(
      fc.property(cases, ({ patterns, data, planted, offset, cut }) => {
        for (const [which, place] of planted) {
          const { bytes } = patterns[which % patterns.length]!;
          if (bytes.length <= data.length) data.set(bytes, place % (data.length - bytes.length + 1));
        }
        const start = Math.min(offset, data.length);
        const length = Math.max(0, data.length - start - cut);
        const expected = naive(patterns, data, start, length);
        const ac = compileMatcher('ac', patterns);
        assert.deepEqual(scan(ac, data, start, length), expected);
        checkEnds(ac, patterns, data, [start, length]);
        if (hyperscanAvailable) {
          const matcher = compileMatcher('hs', patterns);
          assert.deepEqual(scan(matcher, data, start, length), expected);
          checkEnds(matcher, patterns, data, [start, length]);
          matcher.free();
        }
        unregisterBuffer(data);
      }),
      { numRuns: 1000 },
    );
  });

  it('on the patterns of real rules and the bytes of a real capture', function () {
    const rules = readRealRules();
    const capture = fileURLToPath(new URL('../../../shared/pcaps/mix-small.pcap', import.meta.url));
    if (rules === undefined || !existsSync(capture) || !hyperscanAvailable) {
      console.log('      skipped: needs ../shared/rules/et-open, ../shared/pcaps and Hyperscan');
      this.skip();
    }
    const { patterns } = rules;
    const data = new Uint8Array(1_000_000);
    const file = openSync(capture, 'r');
    readSync(file, data, 0, data.length, 1_000_000);
    closeSync(file);
    for (let i = 0; i < patterns.length; i += 97) data.set(patterns[i]!.bytes, (i * 89) % 999_000);
    const ac = compileMatcher('ac', patterns);
    const hs = compileMatcher('hs', patterns);
    const needles = patterns.map((p) => compileNeedle(p.bytes, p.nocase));
    let total = 0;
    for (let offset = 0; offset + 1400 <= data.length; offset += 1400) {
      const expected = scan(hs, data, offset, 1400);
      assert.deepEqual(scan(ac, data, offset, 1400), expected);
      total += expected.length;
      if (offset % 70_000 !== 0) continue;
      const bySearching = needles.flatMap((needle, id) => (needle.find(data, offset, offset + 1400) < 0 ? [] : [id]));
      assert.deepEqual(bySearching, expected);
    }
    assert.ok(
      patterns.length > 10_000 && total > 5_000,
      `${String(patterns.length)} patterns, ${String(total)} matches`,
    );
  });
});
