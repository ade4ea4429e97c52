import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { BodyDecoder } from '../../src/applayer/content-coding/body-decoder.ts';
import type { Coding } from '../../src/applayer/content-coding/decompressor.ts';

const LIMITS = { limit: 0, minimum: 0, window: 0, overlap: 0, whole: 0 };
const SETTINGS = { bombLimit: 1 << 20, lzmaMemory: 1 << 20 };

interface Decoded {
  readonly plain: Buffer;
  readonly hasFailed: boolean;
  readonly isBomb: boolean;
}

/** Gives the body in pieces of these sizes, over and over. */
function decoded(
  body: Uint8Array,
  codings: readonly Coding[],
  sizes: readonly number[],
  { limit = 0, checksGzip = false } = {},
): Decoded {
  const decoder = new BodyDecoder(codings, { ...LIMITS, limit }, { ...SETTINGS, checksGzip });
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < body.length; i++) {
    // as packets are: gone when the next one comes
    const piece = Uint8Array.from(body.subarray(at, at + sizes[i % sizes.length]!));
    parts.push(Buffer.from(decoder.decode(piece, 0, piece.length)));
    while (decoder.hasMore) parts.push(Buffer.from(decoder.more()));
    at += piece.length;
    piece.fill(0xee);
  }
  parts.push(Buffer.from(decoder.finish()));
  return { plain: Buffer.concat(parts), hasFailed: decoder.hasFailed, isBomb: decoder.isBomb };
}

const WHOLE = [1 << 30];
const TEXT = Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(60));
/** Nothing that could be compressed. */
const NOISE = Buffer.concat(Array.from({ length: 100 }, (_, i) => createHash('sha256').update(String(i)).digest()));
/** Blocks of DEFLATE without output. */
const EMPTY_BLOCKS = (count: number): Buffer => Buffer.alloc(count * 5, Buffer.of(0, 0, 0, 0xff, 0xff));

const PACKERS = {
  gzip: gzipSync,
  deflate: deflateSync,
  raw: deflateRawSync,
  br: brotliCompressSync,
  none: (plain: Buffer) => plain,
} as const;

describe('bodies with a content coding', () => {
  it('are undone, under whatever name', () => {
    for (const label of ['gzip', 'deflate', 'br'] as const)
      for (const packer of Object.keys(PACKERS) as (keyof typeof PACKERS)[]) {
        if (packer === 'br' && label !== 'br') continue;
        const { plain, hasFailed } = decoded(PACKERS[packer](TEXT), [label], [100]);
        assert.deepEqual([label, packer, plain.toString(), hasFailed], [label, packer, TEXT.toString(), false]);
      }
  });
  it('become the same in whatever pieces they come, damaged or not', () => {
    const plain = fc.oneof(
      fc.nat(TEXT.length).map((size) => TEXT.subarray(0, size)),
      fc.nat(NOISE.length).map((size) => NOISE.subarray(0, size)),
      fc.nat(1500).map((count) => EMPTY_BLOCKS(count)),
    );
    const packer = fc.constantFrom(...Object.values(PACKERS));
    const damage = fc.oneof(
      fc.constant((body: Buffer) => body),
      fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => (body: Buffer) => {
        const other = Buffer.from(body);
        if (other.length > 0) other[at % other.length]! ^= flip;
        return other;
      }),
      fc.nat().map((at) => (body: Buffer) => body.subarray(0, at % (body.length + 1))),
      fc.uint8Array({ maxLength: 50 }).map((rest) => (body: Buffer) => Buffer.concat([body, rest])),
      fc.nat().map((at) => (body: Buffer) => Buffer.concat([body.subarray(0, at % (body.length + 1)), NOISE])),
      fc.nat(1500).map((count) => (body: Buffer) => Buffer.concat([body.subarray(0, 10), EMPTY_BLOCKS(count), NOISE])),
    );
    const label = fc.constantFrom<readonly Coding[]>(
      ['gzip'],
      ['deflate'],
      ['br'],
      ['gzip', 'gzip'],
      ['deflate', 'br'],
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(plain, packer, damage, label, sizes, (content, pack, spoil, codings, pieces) => {
        const body = spoil(pack(content));
        for (const checksGzip of [false, true])
          assert.deepEqual(
            decoded(body, codings, pieces, { checksGzip }),
            decoded(body, codings, WHOLE, { checksGzip }),
          );
      }),
      { numRuns: Number(process.env['RUNS'] ?? 1500) },
    );
  });
  it('have failed where the trailer of gzip is wrong, if that is asked for', () => {
    const changed = (body: Buffer, at: number): Buffer => {
      const other = Buffer.from(body);
      other[body.length + at]! ^= 0x55;
      return other;
    };
    for (const plain of [Buffer.alloc(0), TEXT, Buffer.alloc(100_000, NOISE)]) {
      const body = gzipSync(plain);
      const good = [body, Buffer.concat([body, NOISE]), ...[1, 4, 8].map((less) => body.subarray(0, -less))];
      const bad = [-8, -5, -4, -1].map((at) => changed(body, at));
      for (const sizes of [[1], [7], [1400], WHOLE])
        for (const checksGzip of [false, true])
          for (const [isBad, bodies] of [
            [false, good],
            [true, [...bad, Buffer.concat([bad[0]!, NOISE])]],
          ] as const)
            for (const one of bodies) {
              const result = decoded(one, ['gzip'], sizes, { checksGzip });
              assert.ok(result.plain.equals(plain));
              assert.equal(result.hasFailed, checksGzip && isBad);
            }
    }
  });
  it('have headers of any length up to some KB', () => {
    const packed = gzipSync(TEXT);
    const named = (length: number): Buffer =>
      Buffer.concat([
        packed.subarray(0, 3),
        Buffer.of(8),
        packed.subarray(4, 10),
        Buffer.alloc(length, 'n'),
        Buffer.of(0),
        packed.subarray(10),
      ]);
    for (const size of [1, 1000, 1 << 30]) {
      assert.equal(decoded(named(3000), ['gzip'], [size]).plain.toString(), TEXT.toString());
      assert.deepEqual(decoded(named(5000), ['gzip'], [size]).plain, named(5000));
    }
  });
  it('are longer than the limit of a bomb when they are not as much longer as one', () => {
    const large = Buffer.alloc(3 << 20, TEXT);
    for (const [coding, pack] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const) {
      const body = pack(Buffer.concat([NOISE, large, NOISE, large]));
      const { isBomb, plain } = decoded(body, [coding], WHOLE);
      assert.deepEqual([coding, isBomb, plain.length], [coding, false, 2 * (large.length + NOISE.length)]);
    }
  });
  it('are bombs otherwise, of which the beginning is seen', () => {
    const zeros = Buffer.alloc(64 << 20);
    const bombs: readonly [readonly Coding[], Buffer][] = [
      [['gzip', 'gzip'], gzipSync(gzipSync(zeros))],
      [['br'], brotliCompressSync(zeros)],
    ];
    for (const [codings, body] of bombs)
      for (const size of [50, 1000, 1 << 30]) {
        const { isBomb, plain } = decoded(body, codings, [size]);
        assert.equal(isBomb, true, codings.join());
        assert.equal(plain.length < zeros.length / 2, true);
      }
  });
  it('are undone as far as they are looked at', () => {
    const body = gzipSync(Buffer.alloc(1 << 20, TEXT));
    for (const size of [50, 1000, 1 << 30]) {
      const { plain } = decoded(body, ['gzip'], [size], { limit: 100_000 });
      assert.equal(plain.length >= 100_000 && plain.length < 200_000, true);
    }
  });
});
