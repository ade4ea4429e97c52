import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { LzmaDecoder } from '../../src/base/lzma.ts';
import type { LzmaEnd, LzmaLimits } from '../../src/base/lzma.ts';
import { text } from './lzma-samples.ts';
import { LZMA_VECTORS } from './lzma-vectors.ts';

const WIDE: LzmaLimits = { memory: 64 << 20, bomb: 1 << 30, ratio: 2048 };

interface Outcome {
  readonly end: LzmaEnd;
  readonly plain: Buffer;
}

/** All that comes of input cut into such pieces, read so many bytes at a time. */
function undo(packed: Uint8Array, { limits = WIDE, pieces = [packed.length], limit = 1 << 16 } = {}): Outcome {
  const decoder = new LzmaDecoder(limits);
  const parts: Buffer[] = [];
  const drain = (): void => {
    do parts.push(Buffer.from(decoder.read(limit)));
    while (decoder.hasMore);
  };
  let at = 0;
  for (const size of [...pieces, packed.length]) {
    decoder.push(packed, at, Math.min(packed.length, at + size));
    at = Math.min(packed.length, at + size);
    drain();
  }
  decoder.finish();
  drain();
  return { end: decoder.end, plain: Buffer.concat(parts) };
}

const xz = (plain: Uint8Array, ...args: readonly string[]): Buffer =>
  spawnSync('xz', ['--format=lzma', '--stdout', ...args], { input: plain, maxBuffer: 64 << 20 }).stdout;
const hasXz = spawnSync('xz', ['--version']).status === 0;

describe('LZMA', () => {
  for (const { name, packed, plain } of LZMA_VECTORS) {
    it(`is undone: ${name}`, () => {
      assert.deepEqual(undo(packed), { end: 'whole', plain });
    });

    it(`is the same wherever it is cut: ${name}`, () => {
      for (let at = 1; at < packed.length; at++)
        assert.deepEqual(undo(packed, { pieces: [at] }), { end: 'whole', plain }, `cut at ${String(at)}`);
      assert.deepEqual(undo(packed, { pieces: Array.from(packed, () => 1) }), { end: 'whole', plain }, 'single bytes');
    });

    it(`gives what is there of less: ${name}`, () => {
      let longest = 0;
      for (let length = 18; length < packed.length; length++) {
        const cut = undo(packed.subarray(0, length), { pieces: [7] });
        assert.ok(plain.subarray(0, cut.plain.length).equals(cut.plain), `at ${String(length)}`);
        assert.ok(cut.plain.length >= longest, 'never less of more');
        assert.ok(cut.end === 'cut' || cut.end === 'whole', `${cut.end} at ${String(length)}`);
        longest = cut.plain.length;
      }
    });
  }

  it('reads what xz writes, whatever its parameters', function () {
    if (!hasXz) this.skip();
    this.timeout(60_000);
    const filters = fc.record({ lc: fc.nat(4), lp: fc.nat(4), pb: fc.nat(4), bits: fc.integer({ min: 12, max: 20 }) });
    const pieces = fc.array(fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 5000 })), {
      maxLength: 40,
    });
    const source = fc.oneof(
      fc.nat(100_000).map(text),
      fc.uint8Array({ maxLength: 3000 }).map((a) => Buffer.from(a)),
    );
    fc.assert(
      fc.property(source, filters, pieces, fc.integer({ min: 1, max: 70_000 }), (plain, f, cuts, limit) => {
        fc.pre(f.lc + f.lp <= 4);
        const dict = String(2 ** f.bits);
        const packed = xz(plain, `--lzma1=lc=${String(f.lc)},lp=${String(f.lp)},pb=${String(f.pb)},dict=${dict}`);
        const outcome = undo(packed, { pieces: cuts, limit });
        assert.equal(outcome.end, 'whole');
        assert.ok(outcome.plain.equals(plain));
      }),
      { numRuns: 60 },
    );
  });

  it('repeats over a dictionary that is much smaller than the output', function () {
    if (!hasXz) this.skip();
    const plain = text(700_000);
    const packed = xz(plain, '--lzma1=dict=4096');
    const small = { ...WIDE, memory: 32 << 10 };
    const outcome = undo(packed, { limits: small, pieces: Array.from({ length: 200 }, () => 1448), limit: 10_000 });
    assert.equal(outcome.end, 'whole');
    assert.ok(outcome.plain.equals(plain));
  });

  const { packed: sample, plain: samplePlain } = LZMA_VECTORS[0]!;

  it('does not look behind the end', () => {
    const outcome = undo(Buffer.concat([sample, Buffer.from('something else')]));
    assert.deepEqual(outcome, { end: 'whole', plain: samplePlain });
  });

  it('takes no more memory than it may: what fits is given', () => {
    const room = 4100;
    const tables = 2 * (1846 + 14 + (0x300 << 3));
    const limits = { ...WIDE, memory: tables + room };
    const long = LZMA_VECTORS.find(({ name }) => name.includes('small memory'))!;
    for (const size of [1, 50, long.packed.length]) {
      const pieces = Array.from({ length: Math.ceil(long.packed.length / size) }, () => size);
      const { end, plain } = undo(long.packed, { limits, pieces });
      assert.equal(end, 'memory');
      assert.ok(plain.length <= room && plain.length > room - 300, String(plain.length));
      assert.ok(long.plain.subarray(0, plain.length).equals(plain));
    }
    // contexts of literals alone may be too much
    assert.deepEqual(undo(Buffer.concat([Buffer.of(8 + 9 * 4), sample.subarray(1)]), { limits }), {
      end: 'memory',
      plain: Buffer.alloc(0),
    });
  });

  it('stops at a bomb, at the same byte wherever it is cut', () => {
    const bomb = LZMA_VECTORS.find(({ name }) => name.includes('zeros'))!;
    const limits = { memory: 1 << 20, bomb: 10_000, ratio: 100 };
    const whole = undo(bomb.packed, { limits });
    assert.equal(whole.end, 'bomb');
    assert.ok(whole.plain.length >= 9000 && whole.plain.length <= 10_000);
    for (let at = 1; at < bomb.packed.length; at++)
      assert.equal(undo(bomb.packed, { limits, pieces: [at], limit: 500 }).plain.length, whole.plain.length);
    assert.equal(undo(sample, { limits }).end, 'whole');
  });

  it('leaves what is no LZMA as it is', () => {
    const asIs = Buffer.from('plain text that is longer than any header');
    for (let at = 0; at < asIs.length; at++) {
      const { end, plain } = undo(asIs, { pieces: [at] });
      assert.equal(end, 'plain');
      assert.ok(asIs.subarray(0, plain.length).equals(plain));
    }
    assert.deepEqual(undo(Buffer.from('short')), { end: 'plain', plain: Buffer.from('short') });
    assert.equal(undo(Buffer.concat([Buffer.of(225), sample.subarray(1)])).end, 'plain');
  });

  it('stops where a repetition begins before the beginning, or goes on behind the end', () => {
    const beyond = Buffer.from(sample);
    beyond.fill(0xff, 14, 18);
    assert.equal(undo(beyond).end, 'broken');
    const known = LZMA_VECTORS.find(({ name }) => name.includes('header tells'))!;
    const shorter = Buffer.from(known.packed);
    shorter.writeUInt32LE(known.plain.length - 3, 5);
    const { end, plain } = undo(shorter);
    assert.ok(end === 'broken' || end === 'whole');
    assert.ok(known.plain.subarray(0, -3).equals(plain));
  });

  it('survives any bytes, bounded, and the same in pieces', () => {
    const changes = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 6 });
    const limits = { memory: 1 << 18, bomb: 20_000, ratio: 2048 };
    fc.assert(
      fc.property(fc.constantFrom(...LZMA_VECTORS), changes, fc.integer({ min: 1, max: 50 }), (vector, list, size) => {
        const damaged = Buffer.from(vector.packed);
        for (const [at, value] of list) damaged[at % damaged.length] = value;
        const whole = undo(damaged, { limits });
        const pieces = Array.from({ length: Math.ceil(damaged.length / size) }, () => size);
        const cut = undo(damaged, { limits, pieces, limit: 777 });
        assert.equal(cut.end, whole.end);
        if (whole.end !== 'plain') assert.ok(cut.plain.equals(whole.plain));
        assert.ok(whole.plain.length <= Math.max(20_000, 2048 * damaged.length));
      }),
      { numRuns: 1500 },
    );
  });

  it('has nothing to say once it is let go', () => {
    const decoder = new LzmaDecoder(WIDE);
    decoder.push(sample, 0, sample.length);
    decoder.release();
    assert.equal(decoder.read(100).length, 0);
    decoder.push(sample, 0, sample.length);
    decoder.finish();
    assert.equal(decoder.read(100).length, 0);
    assert.equal(decoder.hasMore, false);
  });
});
