import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileNeedle } from '../../../src/detect/mpm/spm.ts';

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function naive(bytes: Uint8Array, nocase: boolean, data: Uint8Array, from: number, to: number): number {
  const same = (a: number, b: number) => (nocase ? lower(a) === lower(b) : a === b);
  for (let at = from; at + bytes.length <= to; at++) {
    if (bytes.every((byte, i) => same(byte, data[at + i]!))) return at;
  }
  return -1;
}

// few letters so that matches and near misses are common, among them bytes whose bit 5 is no case
const letters = [0x61, 0x41, 0x62, 0x42, 0x40, 0x60, 0x5b, 0x7b, 0x00, 0xe1, 0xc1];
const bytes = (minLength: number, maxLength: number, kinds: number) =>
  fc
    .array(fc.constantFrom(...letters.slice(0, kinds)), { minLength, maxLength, size: 'max' })
    .map((a) => Uint8Array.from(a));

describe('needle', () => {
  it('finds what a naive search finds, between every two places', () => {
    const kinds = fc.integer({ min: 2, max: letters.length });
    const inputs = kinds.chain((k) => fc.tuple(bytes(1, 12, k), bytes(0, 40, k)));
    fc.assert(
      fc.property(inputs, fc.boolean(), ([pattern, data], nocase) => {
        const needle = compileNeedle(pattern, nocase);
        for (let from = 0; from <= data.length; from++) {
          for (let to = from; to <= data.length; to++) {
            assert.equal(needle.find(data, from, to), naive(pattern, nocase, data, from, to));
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('finds what a naive search finds in long buffers, with long patterns', () => {
    const inputs = fc
      .integer({ min: 2, max: letters.length })
      .chain((k) => fc.tuple(bytes(4, 300, k), bytes(0, 900, k)));
    fc.assert(
      fc.property(inputs, fc.nat(900), fc.nat(700), fc.boolean(), ([pattern, data], at, from, nocase) => {
        const planted = Uint8Array.from([
          ...data.slice(0, at),
          ...pattern.map((b) => (nocase ? lower(b) : b)),
          ...data.slice(at),
        ]);
        const needle = compileNeedle(pattern, nocase);
        for (const [start, end] of [
          [0, planted.length],
          [from, planted.length],
          [0, at + pattern.length],
          [0, at + pattern.length - 1],
        ] as const) {
          const to = Math.min(end, planted.length);
          assert.equal(needle.find(planted, start, to), naive(pattern, nocase, planted, start, to));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds what a naive search finds in buffers so long that native code goes on', () => {
    const pattern = fc.uint8Array({ minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(pattern, fc.nat(255), fc.nat(5000), fc.nat(600), fc.boolean(), (bytes, filler, at, from, nocase) => {
        const data = new Uint8Array(6000).fill(filler);
        data.set(bytes, at);
        const needle = compileNeedle(bytes, nocase);
        for (const to of [data.length, at + bytes.length, Math.max(from, at + bytes.length - 1)])
          assert.equal(needle.find(data, from, to), naive(bytes, nocase, data, from, to));
      }),
      { numRuns: 300 },
    );
  });

  it('finds itself at every place of a buffer and at no shorter end', () => {
    for (const length of [1, 2, 3, 4, 5, 8, 31, 255, 256, 400]) {
      const pattern = Uint8Array.from({ length }, (_, i) => (i * 7 + 65) & 0xff);
      const needle = compileNeedle(pattern, false);
      for (const at of [0, 1, 100, 127, 128, 129, 1000]) {
        const data = new Uint8Array(at + length + 5).fill(0x2e);
        data.set(pattern, at);
        assert.equal(needle.find(data, 0, data.length), at);
        assert.equal(needle.find(data, 0, at + length), at);
        assert.equal(needle.find(data, 0, at + length - 1), -1);
        assert.equal(needle.find(data, at + 1, data.length), -1);
        assert.ok(needle.isAt(data, at));
      }
    }
  });

  it('leaves its source alone and refuses to be empty', () => {
    const source = Uint8Array.of(0x41);
    assert.equal(compileNeedle(source, true).find(Uint8Array.of(0x61), 0, 1), 0);
    assert.deepEqual(source, Uint8Array.of(0x41));
    assert.throws(() => compileNeedle(new Uint8Array(0), false), RangeError);
  });
});
